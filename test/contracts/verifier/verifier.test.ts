import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { MONTGOMERY } from "../../../scripts/verifier-generator/lanes.ts";
import { GENERATOR, mul, P, pow, rootOfUnity } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns } from "../../../src/proofs/kernels/backend.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import type { System } from "../../../src/proofs/stark/systems/system.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { fibonacciInput, fibonacciSystem } from "../../stark/airs/fibonacci.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { createSoftwareBackend, NO_CARD } from "../../kernels/support/swiftshader.ts";
import { byNight } from "../../support/nightly.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";
import { type DeployedVerifier, deployVerifier, verdictOf } from "./support/small-verifier.ts";

/*
 * Whole proofs with small parameters (NOT SECURE), checked by both verifiers. Grinding of 12 bits makes everything that
 * the transcript absorbs fail there, in both, rather than now and then at positions that happen to be right.
 */

const backend = createReferenceBackend();
type Variants = Readonly<Record<string, Partial<ProofParameters>>>;
const always: Variants = {
  "default shape": {},
  "queries that share leaves": { queryCount: 14, logBlowup: 1, minLogRows: 4 },
};
/** Systems by day; each is compiled separately, and its proofs are changed in hundreds of places. By night all are tested. */
const variants = byNight<Variants>(
  {
    ...always,
    "full digests, odd query count, larger final polynomial": {
      hash: { kind: "keccak", digestBytes: 32 },
      queryCount: 7,
      logFinalMax: 5,
    },
    "short digests, no grinding": { hash: { kind: "keccak", digestBytes: 16 }, grindingBits: 0, logBlowup: 3 },
    "grinding that grows with the height": { grindingBits: 3, grindingBaseLogRows: 4 },
  },
  always,
);

/** Numbers of changes in each section of a proof, and of cuts of each proof. */
const [CHANGES, CUTS] = byNight([6, 10], [2, 2]);

interface Subject {
  readonly system: System;
  readonly contract: DeployedVerifier;
  readonly statement: Uint8Array;
  /** Proofs by log2 of the height. */
  readonly proofs: ReadonlyMap<number, { readonly bytes: Uint8Array; readonly sections: readonly ProofSection[] }>;
}

let chain: CodeChain;
const subjects = new Map<string, Subject>();

before(async () => {
  chain = await startCodeChain();
  for (const [name, overrides] of Object.entries(variants)) {
    const system = fibonacciSystem(smallParameters({ minLogRows: 3, maxLogRows: 10, grindingBits: 12, ...overrides }));
    const contract = await deployVerifier(chain, system);
    const proofs = new Map<number, { bytes: Uint8Array; sections: readonly ProofSection[] }>();
    const statement = Uint8Array.of(1, 1);
    for (const logRows of [system.parameters.minLogRows, 5, 6, 9]) {
      const bytes = await prove(system, fibonacciInput(logRows), backend);
      let sections: readonly ProofSection[] = [];
      assert.deepEqual(verify(system, statement, bytes, { onSections: (all) => (sections = all) }), { ok: true });
      proofs.set(logRows, { bytes, sections });
    }
    subjects.set(name, { system, contract, statement, proofs });
  }
});
after(() => chain.close());

function subject(name: string): Subject {
  const found = subjects.get(name);
  assert.ok(found, name);
  return found;
}

/** Both verdicts on a proof; fails when they differ. */
async function agreed({ system, contract, statement }: Subject, proof: Uint8Array, what: string): Promise<string> {
  const expected = verdictOf(verify(system, statement, proof));
  assert.equal(await contract.verify(statement, proof), expected, what);
  return expected;
}

for (const name of Object.keys(variants)) {
  describe(`a generated verifier (${name})`, () => {
    test("accepts proofs of every height", async () => {
      const target = subject(name);
      for (const [logRows, { bytes }] of target.proofs) {
        assert.equal(await agreed(target, bytes, `2^${logRows} rows`), "accepted");
      }
    });

    test("accepts the proof that a graphics card makes, and rejects it with one bit changed", { skip: NO_CARD }, async () => {
      const target = subject(name);
      const card = await createSoftwareBackend();
      const made = await prove(target.system, fibonacciInput(6), card);
      await card.close();
      assert.deepEqual(made, target.proofs.get(6)?.bytes);
      assert.equal(await agreed(target, made, "made on a card"), "accepted");
      made[made.length >> 1]! ^= 1;
      assert.notEqual(await agreed(target, made, "made on a card, and changed"), "accepted");
    });

    test("rejects a changed byte anywhere with the TypeScript verifier's code", async () => {
      const target = subject(name);
      const random = createRandom(21);
      const seen = new Set<string>();
      for (const [logRows, { bytes, sections }] of target.proofs) {
        for (const { name: section, offset, length } of sections) {
          for (let i = 0; i < Math.min(length, CHANGES); i++) {
            const changed = bytes.slice();
            const at = offset + (i === 0 ? 0 : i === 1 ? length - 1 : random.below(length));
            changed[at]! ^= i < 2 ? 1 << random.below(8) : 1 + random.below(255);
            const verdict = await agreed(target, changed, `2^${logRows} rows, ${section}, byte ${at - offset}`);
            assert.notEqual(verdict, "accepted");
            seen.add(verdict.split(" ")[0] ?? "");
          }
        }
      }
      for (const code of ["MalformedProof", "NonCanonicalElement", "ConstraintMismatch", "MerkleMismatch"])
        assert.ok(seen.has(code), `${code} was provoked`);
    });

    test("rejects truncated and extended proofs", async () => {
      const target = subject(name);
      const random = createRandom(22);
      for (const { bytes, sections } of target.proofs.values()) {
        const lengths = [
          0,
          1,
          bytes.length - 1,
          bytes.length - 20,
          ...sections.map(({ offset }) => offset),
          ...Array.from({ length: CUTS }, () => random.below(bytes.length)),
        ];
        for (const length of lengths) {
          if (length >= 0) assert.equal(await agreed(target, bytes.slice(0, length), `${length} bytes`), "MalformedProof");
        }
        for (const extra of [1, 26, 1000]) {
          const extended = new Uint8Array(bytes.length + extra);
          extended.set(bytes);
          assert.equal(await agreed(target, extended, `${extra} more bytes`), "MalformedProof");
        }
      }
    });

    test("rejects other statements and public values that are not canonical", async () => {
      const target = subject(name);
      const { bytes } = [...target.proofs.values()][0]!;
      for (const statement of [
        Uint8Array.of(1, 2),
        Uint8Array.of(2, 1),
        Uint8Array.of(1),
        new Uint8Array(0),
        Uint8Array.of(1, 1, 1),
      ]) {
        const other = { ...target, statement };
        assert.notEqual(await agreed(other, bytes, `statement ${statement.join()}`), "accepted");
      }
      const raw = (first: number): Uint8Array => {
        const values = new Uint8Array(8);
        new DataView(values.buffer).setUint32(0, first);
        new DataView(values.buffer).setUint32(4, 1);
        return values;
      };
      const hash = new Uint8Array(32);
      assert.equal(await target.contract.verifyRaw(hash, raw(P), bytes), "BadStatement");
      assert.equal(await target.contract.verifyRaw(hash, raw(0xffffffff), bytes), "BadStatement");
      assert.equal(await target.contract.verifyRaw(hash, raw(1).slice(0, 7), bytes), "BadStatement");
      assert.notEqual(await target.contract.verifyRaw(hash, raw(1), bytes), "accepted");
    });
  });
}

describe("a prover that follows the protocol with a wrong device", () => {
  const bump = async (handle: Columns): Promise<Columns> => {
    const columns = await backend.download(handle);
    columns[0]![0] = (columns[0]![0]! + 1) % P;
    return backend.upload(columns, handle.logRows);
  };
  const devices: Readonly<Record<string, { readonly device: Partial<Backend>; readonly codes: readonly string[] }>> = {
    "another quotient": {
      device: { quotient: async (request) => bump(await backend.quotient(request)) },
      codes: ["ConstraintMismatch"],
    },
    "another DEEP polynomial": {
      device: { deep: async (request) => bump(await backend.deep(request)) },
      codes: ["MerkleMismatch 2", "FoldMismatch 0"],
    },
    "another fold": {
      device: { fold: async (...request) => bump(await backend.fold(...request)) },
      codes: ["MerkleMismatch 3", "FoldMismatch 1"],
    },
    "another final polynomial": {
      device: {
        download: async (handle) => {
          const columns = await backend.download(handle);
          columns[0]![0] = (columns[0]![0]! + 1) % P;
          return columns;
        },
      },
      codes: ["FinalPolynomialMismatch"],
    },
    "no grinding": { device: { grind: async () => 0n }, codes: ["GrindingTooWeak"] },
  };
  for (const [cheat, { device, codes }] of Object.entries(devices)) {
    test(`is caught with ${cheat}`, async () => {
      for (const name of ["default shape", "queries that share leaves"]) {
        const target = subject(name);
        const proof = await prove(target.system, fibonacciInput(6), { ...backend, ...device });
        const verdict = await agreed(target, proof, cheat);
        assert.ok(codes.includes(verdict), verdict);
      }
    });
  }
});

describe("the out-of-domain point of a generated verifier", () => {
  /** The transcript never gives such a point, so this contract takes it from the word behind the call's arguments. */
  let contract: DeployedVerifier;
  before(async () => {
    contract = await deployVerifier(chain, subject("default shape").system, (source) => {
      const drawn = /(\/\/ the out-of-domain point\n\s*mstore\(0x[0-9a-f]+, )extScale\(challenge\(state\), 0x[0-9a-f]+\)/;
      assert.match(source, drawn);
      return source.replace(drawn, "$1calldataload(sub(calldatasize(), 32))");
    });
  });
  const patched = (x: number): Promise<string> => {
    const { statement, proofs } = subject("default shape");
    return contract.verify(statement, proofs.get(6)!.bytes, (BigInt(x) * MONTGOMERY) % BigInt(P));
  };

  test("is refused inside the trace and the evaluation domain", async () => {
    const logDomain = 6 + subject("default shape").system.parameters.logBlowup;
    for (const x of [1, rootOfUnity(6), pow(rootOfUnity(6), 11), GENERATOR, mul(GENERATOR, pow(rootOfUnity(logDomain), 5))]) {
      assert.equal(await patched(x), "PointInDomain");
    }
  });

  test("may be a base element outside both", async () => {
    assert.equal(await patched(5), "ConstraintMismatch");
  });
});

test("answers random bytes and shuffled proofs as the TypeScript verifier does", async () => {
  const random = createRandom(23);
  const target = subject("default shape");
  const proofs = [...target.proofs.values()];
  for (let i = 0; i < 300; i++) {
    const { bytes, sections } = proofs[random.below(proofs.length)]!;
    const changed = bytes.slice();
    const [a, b] = [sections[random.below(sections.length)]!, sections[random.below(sections.length)]!];
    if (i % 3 === 0) changed.copyWithin(a.offset, b.offset, b.offset + Math.min(a.length, b.length));
    else if (i % 3 === 1) changed.fill(random.below(256), a.offset, a.offset + a.length);
    else for (let at = a.offset; at < a.offset + a.length; at++) changed[at] = random.below(256);
    await agreed(target, changed, `shuffle ${i} of ${a.name} and ${b.name}`);
  }
  for (let i = 0; i < 50; i++) {
    const noise = Uint8Array.from({ length: random.below(4000) }, () => random.below(256));
    if (noise.length > 1) [noise[0], noise[1]] = [1, 3 + random.below(4)];
    await agreed(target, noise, `noise ${i}`);
  }
});
