import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { BASE31_GROUP, packElements, unpackElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { RejectionCode } from "../../../src/proofs/stark/openings/rejection.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "../airs/squares.ts";
import { createRandom } from "../fuzz/random.ts";

const backend = createReferenceBackend();
// NOT SECURE. A changed nonce fails at its grinding except one of 2^16; the proof is fixed, so that the chance occurs once.
const parameters = smallParameters({
  grindingBits: 16,
  minLogRows: 4,
  maxLogRows: 7,
  logArity: 1,
  logFinalMax: 1,
  opening: { kind: "stacked", logStackMin: 7, logStackMax: 9 },
});
const system = await squaresSystem(parameters, backend);
const input = squaresInput({ squares: 4, requests: 7 }, { start: 1, stride: 2, realRows: 7 });
const proof = await prove(system, input, backend);
let sections: readonly ProofSection[] = [];
assert.deepEqual(verify(system, input.statement, proof, { onSections: (all) => (sections = all) }), { ok: true });

function codeOf(bytes: Uint8Array): RejectionCode | "accepted" {
  const result = verify(system, input.statement, bytes);
  return result.ok ? "accepted" : result.rejection.code;
}

function flip(offset: number, mask = 1): Uint8Array {
  const changed = proof.slice();
  changed[offset]! ^= mask;
  return changed;
}

/** Expected code for a change of a low bit, by section. */
const CODES: readonly (readonly [RegExp, readonly RejectionCode[]])[] = [
  // Another height may be allowed, and shifts all that follows.
  [/^header$/, ["MalformedProof", "ConstraintMismatch"]],
  [/^sums$/, ["LookupSumMismatch"]],
  [/^(mainRoot|lookupRoot|quotientRoot|openingsAt.*)$/, ["ConstraintMismatch"]],
  [/^(leafRounds|friRoot.*|layerRounds.*|finalPolynomial|finalRounds)$/, ["ClaimMismatch"]],
  [/^nonce$/, ["GrindingTooWeak"]],
  [/^tree\[[0-3]\]|siblings$/, ["MerkleMismatch"]],
  // The derived value of a leaf that two queries meet is compared first.
  [/^tree/, ["MerkleMismatch", "FoldMismatch"]],
];

describe("a tampered proof of a stack", () => {
  it("has sections that cover every byte, in the documented order", () => {
    let end = 0;
    for (const { offset, length } of sections) {
      assert.equal(offset, end);
      end += length;
    }
    assert.equal(end, proof.length);
    const names = sections.map(({ name }) => name).filter((name) => !name.startsWith("tree"));
    assert.deepEqual(names, [
      "header",
      "mainRoot",
      "lookupRoot",
      "sums",
      "quotientRoot",
      "openingsAtPoint",
      "openingsAtNext",
      "leafRounds",
      "friRoot[0]",
      "layerRounds[0]",
      "friRoot[1]",
      "layerRounds[1]",
      "friRoot[2]",
      "layerRounds[2]",
      "finalPolynomial",
      "finalRounds",
      "nonce",
    ]);
  });

  for (const { name, offset, length } of sections) {
    it(`is refused with the section's code: ${name}`, () => {
      const expected = CODES.find(([pattern]) => pattern.test(name))?.[1] ?? [];
      const packed: readonly RejectionCode[] = /header|nonce|Root/.test(name) ? [] : ["NonCanonicalElement", "MalformedProof"];
      const step = Math.max(1, Math.floor(length / 12));
      for (let at = offset + length - 1; at >= offset; at -= step) {
        const code = codeOf(flip(at));
        assert.ok([...expected, ...packed].includes(code as RejectionCode), `byte ${at - offset} of ${name}: ${code}`);
      }
      assert.ok(expected.includes(codeOf(flip(offset + length - 1)) as RejectionCode));
    });
  }

  it("is refused whichever bit of it is changed", () => {
    const random = createRandom(1);
    for (let round = 0; round < 500; round++) {
      const offset = random.below(proof.length);
      assert.notEqual(codeOf(flip(offset, 1 << random.below(8))), "accepted", `byte ${offset}`);
    }
  });

  it("is malformed where it ends early or late", () => {
    for (const { offset } of sections) assert.equal(codeOf(proof.subarray(0, offset)), "MalformedProof");
    assert.equal(codeOf(proof.subarray(0, -1)), "MalformedProof");
    assert.equal(codeOf(Buffer.concat([proof, new Uint8Array(1)])), "MalformedProof");
  });

  it("is refused for elements that are not canonical and padding bits that are set, in every section", () => {
    for (const name of ["leafRounds", "layerRounds[1]", "finalPolynomial", "finalRounds", "tree[0].rows[4]", "tree[4].rows"]) {
      const found = sections.find((section) => section.name === name);
      assert.ok(found, name);
      const group = name.startsWith("tree[0]") ? BASE31_GROUP : 5;
      const bytes = packElements(new Array<number>(group).fill(0), group).length;
      const elements = unpackElements(proof.slice(found.offset, found.offset + bytes), group, group)!;
      for (const value of [P, 2 ** 31 - 1]) {
        elements[0] = value;
        const changed = proof.slice();
        changed.set(packElements(elements, group), found.offset);
        assert.equal(codeOf(changed), "NonCanonicalElement", name);
      }
      if (group === 5) assert.equal(codeOf(flip(found.offset, 0x80)), "MalformedProof", name);
    }
  });

  it("never makes the verifier throw", () => {
    const random = createRandom(2);
    for (let round = 0; round < 300; round++) {
      const bytes = proof.slice(0, random.below(4) === 0 ? random.below(proof.length) : proof.length);
      for (let i = random.below(6); i >= 0 && bytes.length > 0; i--) bytes[random.below(bytes.length)] = random.below(256);
      verify(system, input.statement, bytes);
    }
  });

  it("is refused under any other bounds of the stack, and as a proof by rows", async () => {
    const others = [
      { opening: { kind: "stacked", logStackMin: 7, logStackMax: 10 } },
      { opening: { kind: "stacked", logStackMin: 8, logStackMax: 9 } },
      { opening: { kind: "rows" } },
    ] as const;
    for (const other of others) {
      const changed = await squaresSystem({ ...parameters, ...other }, backend);
      assert.equal(verify(changed, input.statement, proof).ok, false, JSON.stringify(other));
    }
  });
});
