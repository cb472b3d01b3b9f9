import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { DEFAULT_PARAMETERS, validateParameters } from "../../src/proofs/stark/systems/parameters.ts";
import { poseidonTranscript } from "../../src/proofs/stark/transcripts/poseidon-transcript.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { earlyHash, FIRST_FOLD, foldSegment, runChallenges } from "../../src/proofs/stark/segments/fold.ts";
import { elementBytes, transcriptForm } from "../../src/proofs/stark/transcripts/transcript-form.ts";
import { packElements } from "../../src/proofs/kernels/leaf-encoding.ts";
import { packExtensions, packOpenings } from "../../src/proofs/stark/openings/proof.ts";
import { smallParameters } from "./airs/small-parameters.ts";

/* The expected values are derived by fixtures/protocol/derive-statements.py, with a separate permutation. */

interface Vectors {
  readonly folds: readonly {
    readonly keyDigest: string;
    readonly segments: readonly {
      readonly index: number;
      readonly opens: number;
      readonly closes: number;
      readonly heights: readonly number[];
      readonly auxiliary: readonly number[];
      readonly mainRoot: string;
      readonly early: readonly number[];
      readonly earlyDigest: string;
      readonly fold: string;
    }[];
    readonly lookupFold: readonly number[];
    readonly lookupOffset: readonly number[];
  }[];
  readonly transcript: {
    readonly steps: readonly { readonly absorbed: readonly number[]; readonly challenges: readonly (readonly number[])[] }[];
    readonly seed: string;
    readonly nonces: readonly { readonly nonce: number; readonly zeroBits: number }[];
    readonly nonceOf9Bits: number;
    readonly positions: Readonly<Record<string, readonly number[]>>;
  };
}

const file = new URL("../../fixtures/protocol/statements.json", import.meta.url);
const { folds, transcript: vector } = JSON.parse(readFileSync(file, "utf8")) as Vectors;
const bytesOf = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex.slice(2), "hex"));
const hexOf = (bytes: Uint8Array): string => `0x${Buffer.from(bytes).toString("hex")}`;
const nonceBytes = (nonce: number): Uint8Array => {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(nonce));
  return bytes;
};

/** NOT SECURE. */
const parameters = smallParameters({ hash: { kind: "poseidon" }, transcript: "poseidon" });

describe("a transcript of elements", () => {
  for (const degree of [4, 5, 6]) {
    it(`takes in blocks of eight and draws challenges of degree ${degree} as the vectors have them`, () => {
      const transcript = poseidonTranscript(compress)(degree, []);
      for (const { absorbed, challenges } of vector.steps) {
        transcript.absorb("openings", elementBytes(absorbed));
        for (const expected of challenges) assert.deepEqual(transcript.challenge("fold"), expected.slice(0, degree));
      }
      assert.equal(hexOf(transcript.grindingSeed()), vector.seed);
    });
  }

  const atSeed = () => {
    const [first, ...rest] = vector.steps;
    const transcript = poseidonTranscript(compress)(5, [{ label: "verificationKey", bytes: elementBytes(first!.absorbed) }]);
    for (const { absorbed, challenges } of rest) {
      transcript.absorb("openings", elementBytes(absorbed));
      challenges.forEach(() => transcript.challenge("fold"));
    }
    return transcript;
  };

  it("counts the low zero bits of the state that the nonce leads to", () => {
    assert.equal(vector.nonces.length, 4);
    for (const { nonce, zeroBits } of vector.nonces) assert.equal(atSeed().grind(nonceBytes(nonce)), zeroBits, `${nonce}`);
    assert.ok(atSeed().grind(nonceBytes(vector.nonceOf9Bits)) >= 9);
  });

  it("draws positions from the low bits of all elements, as they come", () => {
    for (const [bits, expected] of Object.entries(vector.positions)) {
      const transcript = atSeed();
      transcript.grind(nonceBytes(vector.nonceOf9Bits));
      assert.deepEqual(transcript.queries(Number(bits), expected.length), expected);
    }
    const few = vector.positions["3"] ?? [];
    assert.ok(new Set(few).size < few.length, "positions repeat");
  });

  it("has the smallest nonce that the backend finds", async () => {
    const backend = createReferenceBackend();
    assert.equal(await backend.grind("poseidon", bytesOf(vector.seed), 9), BigInt(vector.nonceOf9Bits));
  });

  it("absorbs values unchanged, coordinate by coordinate, whatever a proof packs them into", () => {
    const form = transcriptForm(parameters);
    const values = [
      [1, 2, 3, 4, P - 1],
      [P - 2, 6, 7, 8, 9],
      [10, 11, 12, 13, 14],
    ];
    assert.deepEqual(form.extensions(packExtensions(values, 5)), elementBytes(values.flat()));
    const parts = [values, values.slice(1)].map((own) => ({ bytes: packOpenings(own, 5), count: own.length }));
    assert.deepEqual(form.openings(parts), elementBytes([...values.flat(), ...values.slice(1).flat()]));
    assert.deepEqual(form.numbers(Uint8Array.of(3, 255)), elementBytes([3, 255]));
    // Bits beyond an element are refused elsewhere; here they must do no harm.
    assert.doesNotThrow(() => form.extensions(new Uint8Array(20).fill(255)));
    assert.equal(packElements([P - 1], 1).length, 4);
  });
});

describe("the fold of a run's segments by Poseidon", () => {
  for (const { keyDigest, segments, lookupFold, lookupOffset } of folds) {
    it(`of ${segments.length} is that of the vectors, and so are the lookups' challenges`, () => {
      const system = {
        ...{ verificationKeyDigest: bytesOf(keyDigest), parameters: { ...parameters, opening: STACK } },
        definition: {} as Parameters<typeof foldSegment>[0]["definition"],
      };
      let fold: Uint8Array = FIRST_FOLD;
      for (const { index, opens, closes, heights, auxiliary, mainRoot, early, earlyDigest, fold: expected } of segments) {
        assert.deepEqual(early.slice(0, 8), [index, opens, closes, 0, 0, 0, 0, 0]);
        assert.equal(early.length, 128);
        const head = { header: Uint8Array.of(7, ...heights), auxiliary: elementBytes(auxiliary) };
        const digest = earlyHash(system, { index, opens, closes }, head, elementBytes(early.slice(8)));
        assert.equal(hexOf(digest), earlyDigest);
        fold = foldSegment(system, fold, { mainRoot: bytesOf(mainRoot), early: digest });
        assert.equal(hexOf(fold), expected);
      }
      assert.deepEqual(runChallenges(system, fold), { fold: lookupFold, offset: lookupOffset });
    });
  }
});

const STACK = { kind: "stacked", logStackMin: 8, logStackMax: 12 } as const;

describe("parameters with a transcript of elements", () => {
  const poseidon = { ...DEFAULT_PARAMETERS, hash: { kind: "poseidon" }, transcript: "poseidon" } as const;

  it("are refused with trees of another hash, and with more grinding than an element has uniform bits", () => {
    assert.throws(
      () => validateParameters({ ...poseidon, hash: { kind: "keccak", digestBytes: 26 } }),
      /takes in roots of Poseidon trees, not of keccak/,
    );
    // 22 bits at 2^15 rows, 24 at 2^17.
    assert.doesNotThrow(() => validateParameters(poseidon));
    assert.throws(() => validateParameters({ ...poseidon, grindingBits: 23 }), /grindingBits of the tallest table/);
  });
});
