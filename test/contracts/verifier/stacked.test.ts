import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { id } from "ethers";
import { layoutCore } from "../../../scripts/verifier-generator/core-layout.ts";
import { layoutStack } from "../../../scripts/verifier-generator/stacked/stack-layout.ts";
import type { Ext } from "../../../src/proofs/field/extension.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Backend, Columns } from "../../../src/proofs/kernels/backend.ts";
import { packElements, unpackElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { type ProgramSystem, programSystem, runProgram } from "../../../src/proofs/recursion/tables/program-system.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { transcriptFactory } from "../../../src/proofs/stark/transcripts/begin-transcript.ts";
import type { TranscriptFactory } from "../../../src/proofs/stark/transcripts/transcript.ts";
import { elementBytes, wordsOf } from "../../../src/proofs/stark/transcripts/transcript-form.ts";
import { createSoftwareBackend, NO_CARD } from "../../kernels/support/swiftshader.ts";
import { pathProgram, pathStatement } from "../../recursion/path-program.ts";
import { fibonacciSystem } from "../../stark/airs/fibonacci.ts";
import { smallParameters } from "../../stark/airs/small-parameters.ts";
import { byNight } from "../../support/nightly.ts";
import { type CodeChain, startCodeChain } from "./support/chain.ts";
import { claimInput } from "./support/claim-input.ts";
import { createRandom } from "./support/random.ts";
import { type DeployedVerifier, deployStackVerifier, verdictOf } from "./support/small-verifier.ts";

/*
 * Proofs that a program accepts its hints, by small parameters (NOT SECURE), checked by both verifiers. The program has every kind of
 * relation, so its proofs have every table of one that L1 checks.
 */

/** Number of changes in each section of a proof. */
const CHANGES = byNight(12, 2);
const SHUFFLES = byNight(300, 30);

/** For tables up to 2^4 rows; the tallest one needs more. */
const GRINDING_BITS = 6;

const parameters: ProofParameters = {
  ...{ extensionDegree: 5, logBlowup: 3, queryCount: 7, grindingBits: GRINDING_BITS, grindingBaseLogRows: 4 },
  ...{
    logArity: 3,
    logFinalMax: 6,
    opening: { kind: "stacked", logStackMin: 13, logStackMax: 13, singleColumnLeaves: "paired" },
  },
  ...{ hash: { kind: "keccak", digestBytes: 26 }, transcript: "keccak", maxConstraintDegree: 5, minLogRows: 6, maxLogRows: 12 },
};
const words = Array.from({ length: 8 }, (_, i) => [7 * i + 1, 3, P - 1 - i, 0, i]);
const siblings = [1, 2].map((k) => Array.from({ length: 8 }, (_, i) => 1000 * k + i));
const { publicValues, hints } = pathStatement({ words, position: 2, siblings, drawn: [17, 0, 0, 5, 0, 0, 0, P - 1] });

let chain: CodeChain;
let backend: Backend;
let own: ProgramSystem;
let contract: DeployedVerifier;
let proof: Uint8Array;
let sections: readonly ProofSection[] = [];
const statement = elementBytes([...publicValues]);

before(async () => {
  backend = await createWasmBackend({ workers: 1 });
  chain = await startCodeChain();
  own = await programSystem(pathProgram(), parameters, backend);
  contract = await deployStackVerifier(chain, own.system);
  proof = await provenWith(backend);
  assert.deepEqual(verify(own.system, statement, proof, { onSections: (all) => (sections = all) }), { ok: true });
});
after(async () => {
  await backend.close();
  await chain.close();
});

async function provenWith(device: Backend): Promise<Uint8Array> {
  const run = runProgram(own, publicValues, hints);
  assert.ok(run.ok);
  return prove(own.system, run.input, device);
}

/** Both verdicts; fails when they differ. */
async function agreed(bytes: Uint8Array, what: string, of = statement): Promise<string> {
  const expected = verdictOf(verify(own.system, of, bytes));
  assert.equal(await contract.verify(of, bytes), expected, what);
  return expected;
}

describe("a generated verifier of a program's proofs", () => {
  it("accepts a proof", async () => {
    assert.equal(await agreed(proof, "unchanged"), "accepted");
  });

  it("accepts the proof that a graphics card makes, and refuses it with one bit changed", { skip: NO_CARD }, async () => {
    const card = await createSoftwareBackend();
    const made = await provenWith(card);
    await card.close();
    assert.deepEqual(made, proof);
    assert.equal(await agreed(made, "made on a card"), "accepted");
    made[made.length >> 1]! ^= 1;
    assert.notEqual(await agreed(made, "made on a card, and changed"), "accepted");
  });

  it("refuses a byte that is changed anywhere, with the code of the TypeScript verifier", async () => {
    const random = createRandom(31);
    const seen = new Set<string>();
    for (const { name, offset, length } of sections)
      for (let i = 0; i < Math.min(length, CHANGES); i++) {
        const changed = proof.slice();
        const at = offset + (i === 0 ? 0 : i === 1 ? length - 1 : random.below(length));
        changed[at]! ^= i < 2 ? 1 << random.below(8) : 1 + random.below(255);
        const verdict = await agreed(changed, `${name}, byte ${at - offset}`);
        assert.notEqual(verdict, "accepted");
        seen.add(verdict.split(" ")[0] ?? "");
      }
    const provoked = ["MalformedProof", "LookupSumMismatch", "ConstraintMismatch", "ClaimMismatch"];
    for (const code of [...provoked, "GrindingTooWeak", "MerkleMismatch"]) assert.ok(seen.has(code), `${code} was provoked`);
  });

  it("refuses elements that are not below the field's modulus, in each section that has elements", async () => {
    const extension = /^(sums|leafRounds|layerRounds|finalPolynomial|finalRounds|tree\[\d\]\.rows$)/;
    const refused = new Set<string>();
    for (const { name, offset, length } of sections) {
      const changed = proof.slice();
      // 155 bits of 20 bytes, 248 of 31: the bits that are left are 0
      if (extension.test(name)) changed.set([7, ...new Array<number>(19).fill(255)], offset + length - 20);
      else if (/\.rows\[/.test(name)) changed.fill(255, offset, offset + 31);
      else continue;
      refused.add(name);
      assert.equal(await agreed(changed, name), "NonCanonicalElement");
    }
    assert.ok(refused.size > 8, `only ${[...refused].join()}`);
  });

  it("refuses proofs that are cut or too long", async () => {
    const random = createRandom(32);
    const cuts = [0, 1, proof.length - 1, ...sections.map(({ offset }) => offset), random.below(proof.length)];
    for (const length of cuts) assert.equal(await agreed(proof.slice(0, length), `${length} bytes`), "MalformedProof");
    for (const extra of [1, 26, 1000]) {
      const extended = new Uint8Array(proof.length + extra);
      extended.set(proof);
      assert.equal(await agreed(extended, `${extra} more bytes`), "MalformedProof");
    }
  });

  it("refuses each changed public value, and those that are not field elements", async () => {
    for (const at of publicValues.keys()) {
      const other = elementBytes(publicValues.with(at, ((publicValues[at] ?? 0) + 1) % P));
      assert.notEqual(await agreed(proof, `value ${at}`, other), "accepted");
      // The same transcript: only the public table's sum can tell.
      assert.notEqual(await contract.verifyRaw(new Uint8Array(32), other, proof), "accepted");
    }
    const hash = new Uint8Array(32);
    for (const bad of [statement.slice(0, 4), statement.slice(4), new Uint8Array(0), new Uint8Array(statement.length).fill(255)])
      assert.equal(await contract.verifyRaw(hash, bad, proof), "BadStatement");
    assert.equal(wordsOf(statement).length, publicValues.length);
  });

  it("answers sections that are swapped, filled or random as the TypeScript verifier does", async () => {
    const random = createRandom(33);
    for (let i = 0; i < SHUFFLES; i++) {
      const changed = proof.slice();
      const [a, b] = [sections[random.below(sections.length)]!, sections[random.below(sections.length)]!];
      if (i % 3 === 0) changed.copyWithin(a.offset, b.offset, b.offset + Math.min(a.length, b.length));
      else if (i % 3 === 1) changed.fill(random.below(256), a.offset, a.offset + a.length);
      else for (let at = a.offset; at < a.offset + a.length; at++) changed[at] = random.below(256);
      await agreed(changed, `shuffle ${i} of ${a.name} and ${b.name}`);
    }
  });
});

/** Bytes of a position's 16 values of one stack column, two groups of eight. */
const ROW = 62;

describe("a contract whose trees of one stack column have two rows in a leaf", () => {
  /** Offsets of the two rows in the leaf of each query in a section of this kind of tree: the requested one, and the other. */
  function rowsOf(tree: number): { readonly asked: number; readonly other: number }[] {
    const section = sections.find(({ name }) => name.startsWith(`tree[${tree}].rows`));
    let positions: readonly number[] | undefined;
    const watched: TranscriptFactory = (degree, inputs) => {
      const transcript = transcriptFactory(parameters)(degree, inputs);
      return { ...transcript, queries: (logDomain, count) => (positions = transcript.queries(logDomain, count)) };
    };
    assert.deepEqual(verify(own.system, statement, proof, { createTranscript: watched }), { ok: true });
    assert.ok(section !== undefined && positions !== undefined);
    const leaves = [...new Set(positions.map((position) => position >> 1))];
    assert.equal(section.length, leaves.length * 2 * ROW);
    return positions.map((position) => {
      const leaf = section.offset + 2 * ROW * leaves.indexOf(position >> 1);
      return { asked: leaf + ROW * (position % 2), other: leaf + ROW * (1 - (position % 2)) };
    });
  }

  /** The proof with some elements of the row that begins there replaced. */
  function withElements(row: number, elements: Readonly<Record<number, number>>): Uint8Array {
    const changed = proof.slice();
    const values = unpackElements(proof.subarray(row, row + ROW), 16, 8);
    assert.ok(values !== undefined);
    changed.set(packElements(Object.assign(values, elements), 8), row);
    return changed;
  }

  it("refuses the modulus at each place of a row, whether a query asks for it or not, and takes one less for an element", async () => {
    const random = createRandom(35);
    for (const tree of [2, 3])
      for (const [q, rows] of rowsOf(tree).entries())
        for (const [which, row] of Object.entries(rows)) {
          const places = q === 0 ? Array.from({ length: 16 }, (_, place) => place) : [random.below(16)];
          for (const place of places) {
            const what = `tree ${tree}, query ${q}, ${which}, element ${place}`;
            assert.equal(await agreed(withElements(row, { [place]: P }), what), "NonCanonicalElement", what);
          }
          const largest = Object.fromEntries(Array.from({ length: 16 }, (_, place) => [place, P - 1]));
          if (q === 0) assert.equal(await agreed(withElements(row, largest), which), `MerkleMismatch ${tree}`);
        }
  });

  it("refuses a proof that ends within a leaf or its siblings", async () => {
    for (const { name, offset, length } of sections.filter((section) => /^tree\[[23]\]/.test(section.name)))
      for (const bytes of [1, length - 1]) assert.equal(await agreed(proof.slice(0, offset + bytes), name), "MalformedProof");
  });
});

describe("a contract whose queries meet in leaves", () => {
  // As in the proof for L1, the key's fixed columns are in one stack column. Of 2^12 positions enough are opened that some
  // are neighbours.
  const manyQueries = 150;
  const opening = { ...parameters.opening, logStackMin: 14, logStackMax: 14 };
  let many: ProgramSystem;
  let verifier: DeployedVerifier;
  let made: Uint8Array;
  let parts: readonly ProofSection[] = [];
  before(async () => {
    many = await programSystem(
      pathProgram(),
      { ...parameters, opening, logFinalMax: 7, logBlowup: 2, queryCount: manyQueries },
      backend,
    );
    verifier = await deployStackVerifier(chain, many.system);
    const run = runProgram(many, publicValues, hints);
    assert.ok(run.ok);
    made = await prove(many.system, run.input, backend);
    assert.deepEqual(verify(many.system, statement, made, { onSections: (all) => (parts = all) }), { ok: true });
  });
  const rowsOf = (tree: number): ProofSection => {
    const found = parts.find(({ name }) => name.startsWith(`tree[${tree}].rows`));
    assert.ok(found !== undefined);
    return found;
  };
  const answer = async (bytes: Uint8Array, what: string): Promise<string> => {
    const expected = verdictOf(verify(many.system, statement, bytes));
    assert.equal(await verifier.verify(statement, bytes), expected, what);
    return expected;
  };

  it("reads each leaf of a tree of one stack column once, and a leaf for each query of wider ones", async () => {
    assert.equal(await answer(made, "unchanged"), "accepted");
    const [fixed, main, lookup, quotient] = [0, 1, 2, 3].map((tree) => rowsOf(tree).length);
    assert.equal(main, manyQueries * 2 * ROW);
    assert.ok(fixed === lookup && lookup === quotient && lookup! % (2 * ROW) === 0);
    assert.ok(lookup! < manyQueries * 2 * ROW, "two queries have one leaf");
  });

  it("refuses a changed element in either row, exchanged rows and a leaf that is another's", async () => {
    const random = createRandom(34);
    for (const tree of [0, 2, 3]) {
      const { offset, length } = rowsOf(tree);
      for (let i = 0; i < CHANGES; i++) {
        const at = offset + 2 * ROW * random.below(length / ROW / 2);
        const changed = made.slice();
        changed[at + 31 * random.below(4) + 30]! ^= 1;
        assert.equal(await answer(changed, `a bit in tree ${tree}`), `MerkleMismatch ${tree}`);
      }
      const exchanged = made.slice();
      exchanged.set(made.subarray(offset, offset + ROW), offset + ROW);
      exchanged.set(made.subarray(offset + ROW, offset + 2 * ROW), offset);
      assert.equal(await answer(exchanged, "exchanged rows"), `MerkleMismatch ${tree}`);
      const copied = made.slice();
      copied.copyWithin(offset + 2 * ROW, offset, offset + 2 * ROW);
      assert.equal(await answer(copied, "another's leaf"), `MerkleMismatch ${tree}`);
    }
  });

  it("compares a root in all of its bits", async () => {
    const roots = [...many.system.preprocessedRoots].map(([height, root]): [number, Uint8Array] => {
      return [height, root.map((byte, i) => (i === root.length - 1 ? byte ^ 1 : byte))];
    });
    // The digest of the key does not change, and so does the transcript.
    const system = { ...many.system, preprocessedRoots: new Map(roots) };
    const other = await deployStackVerifier(chain, system);
    assert.equal(verdictOf(verify(system, statement, made)), "MerkleMismatch 0");
    assert.equal(await other.verify(statement, made), "MerkleMismatch 0");
  });
});

describe("a prover of a program that continues over a false relation", () => {
  const bump = async (handle: Columns): Promise<Columns> => {
    const columns = await backend.download(handle);
    columns[0]![0] = (columns[0]![0]! + 1) % P;
    return backend.upload(columns, handle.logRows);
  };
  const otherSums = ([[first = 0, ...others], atTwo]: readonly [Ext, Ext]): [Ext, Ext] => [[(first + 1) % P, ...others], atTwo];
  const devices: Readonly<Record<string, { readonly device: () => Partial<Backend>; readonly code: RegExp }>> = {
    "another quotient": {
      device: () => ({ quotient: async (request) => bump(await backend.quotient(request)) }),
      code: /^ConstraintMismatch$/,
    },
    "no grinding": { device: () => ({ grind: async () => 0n }), code: /^GrindingTooWeak$/ },
    "another sum in a round": {
      device: () => ({ roundSums: async (...request) => otherSums(await backend.roundSums(...request)) }),
      code: /^ClaimMismatch$/,
    },
    "another fold of the leaves": {
      device: () => ({ combineParts: async (...request) => bump(await backend.combineParts(...request)) }),
      code: /^(ClaimMismatch|FoldMismatch 0|MerkleMismatch 4)$/,
    },
  };
  it("attack: is caught with a nonce for the bits of low tables: taller ones need more", async () => {
    const grind: Backend["grind"] = (hash, seed, bits) => {
      assert.ok(bits > GRINDING_BITS);
      return backend.grind(hash, seed, GRINDING_BITS);
    };
    assert.equal(await agreed(await provenWith({ ...backend, grind }), "few bits"), "GrindingTooWeak");
  });

  for (const [cheat, { device, code }] of Object.entries(devices))
    it(`is caught with ${cheat}`, async () => {
      assert.match(await agreed(await provenWith({ ...backend, ...device() }), cheat), code);
    });
});

describe("the contract of the claim", () => {
  let address = "";
  let input: ReturnType<typeof claimInput>;
  before(async () => {
    input = claimInput(own.system, statement, proof);
    const { data } = await chain.call(contract.address, id("claim()").slice(0, 10));
    address = `0x${data.slice(-40)}`;
  });

  const answer = (given: readonly bigint[]) =>
    chain.call(address, `0x${given.map((value) => value.toString(16).padStart(64, "0")).join("")}`);

  it("answers 0 for what a proof has, and something else with any value, challenge, message or coefficient changed", async () => {
    const all = input.flatMap((part) => part.words);
    const honest = await answer(all);
    assert.ok(honest.ok && BigInt(honest.data) === 0n);
    let at = 0;
    for (const { name, words: given } of input)
      for (let i = 0; i < given.length; i++, at++) {
        if (name === "") continue;
        // Each coordinate of some words.
        const changed = await answer(all.with(at, (all[at] ?? 0n) ^ (1n << BigInt(51 * (i % 5)))));
        assert.ok(changed.ok && BigInt(changed.data) !== 0n, `${name} ${i}`);
      }
  });

  it("reads no word that has no meaning, and reverts for input of another length", async () => {
    const all = input.flatMap((part) => part.words);
    const filled = input.flatMap(({ name, words: given }) =>
      name === "" ? given.map((value) => (value === 0n ? 2n ** 256n - 1n : value)) : given,
    );
    assert.notDeepEqual(filled, all);
    const same = await answer(filled);
    assert.ok(same.ok && BigInt(same.data) === 0n);
    for (const given of [all.slice(1), [...all, 0n]]) assert.equal((await answer(given)).ok, false);
  });
});

describe("the generators", () => {
  it("say which systems they take", () => {
    assert.throws(() => layoutStack(fibonacciSystem(smallParameters({}))), /whose columns are stacked/);
    assert.throws(() => layoutCore(own.system), /of one table/);
  });
});
