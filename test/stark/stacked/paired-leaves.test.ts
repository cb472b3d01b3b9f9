import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Backend, Columns, Commitment, CommitRequest } from "../../../src/proofs/kernels/backend.ts";
import { packElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { createReferenceBackend } from "../../../src/proofs/kernels/reference/backend.ts";
import { evaluateOnCoset } from "../../../src/proofs/kernels/reference/ntt.ts";
import { createWasmBackend } from "../../../src/proofs/kernels/wasm/backend.ts";
import { rowOfQuery } from "../../../src/proofs/stark/openings/open-trace.ts";
import type { ProofSection } from "../../../src/proofs/stark/openings/proof.ts";
import { prove } from "../../../src/proofs/stark/proofs/prove.ts";
import { verify } from "../../../src/proofs/stark/proofs/verify.ts";
import { DOMAIN_SHIFT, type ProofParameters, validateParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { createShape, type TraceTree } from "../../../src/proofs/stark/systems/shape.ts";
import { smallParameters } from "../airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "../airs/squares.ts";

/** Bytes of a position's 16 values: two groups of eight elements in 31 bytes. */
const ROW = 62;
const DIGEST = 26;

// NOT SECURE. A stack column holds all of a phase, so each tree has one; 60 queries of 2^9 positions meet in some leaves.
const single: ProofParameters = smallParameters({
  minLogRows: 4,
  queryCount: 60,
  logBlowup: 3,
  opening: { kind: "stacked", logStackMin: 10, logStackMax: 12 },
});
const paired: ProofParameters = {
  ...single,
  opening: { kind: "stacked", logStackMin: 10, logStackMax: 12, singleColumnLeaves: "paired" },
};
const honest = createReferenceBackend();
const [system, ofSingle] = [await squaresSystem(paired, honest), await squaresSystem(single, honest)];
const input = squaresInput({ squares: 4, requests: 6 }, { start: 1, stride: 2, realRows: 7 });
const shape = createShape(system, [4, 6, 4]);
assert.ok(typeof shape !== "number");
const proof = await prove(system, input, honest);
let sections: readonly ProofSection[] = [];
assert.deepEqual(verify(system, input.statement, proof, { onSections: (all) => (sections = all) }), { ok: true });

function codeOf(bytes: Uint8Array, of = system): string {
  const result = verify(of, input.statement, bytes);
  return result.ok ? "accepted" : result.rejection.code;
}

function sectionOf(name: string): ProofSection {
  const found = sections.find((section) => section.name.startsWith(name));
  assert.ok(found !== undefined, name);
  return found;
}

const isOfStack = ({ encoding }: CommitRequest): boolean => encoding === "base31";

const hashOf = (...parts: readonly Uint8Array[]): Uint8Array => keccak_256(Buffer.concat(parts)).slice(0, DIGEST);

/** The root by its definition: both rows of neighbouring positions in one leaf, and nodes over them. */
function rootOf(rows: readonly Uint8Array[]): Uint8Array {
  let layer = Array.from({ length: rows.length / 2 }, (_, leaf) => hashOf(rows[2 * leaf]!, rows[2 * leaf + 1]!));
  while (layer.length > 1) layer = Array.from({ length: layer.length / 2 }, (_, i) => hashOf(layer[2 * i]!, layer[2 * i + 1]!));
  return layer[0]!;
}

describe("paired leaves of trees of one stack column", () => {
  test("commit to two neighbouring positions each", async () => {
    const committed: { readonly parts: readonly Uint32Array[]; readonly commitment: Commitment }[] = [];
    const watched: Partial<Backend> = {
      commit: async (request) => {
        const commitment = await honest.commit(request);
        const [parts] = request.blocks;
        if (isOfStack(request)) committed.push({ parts: await honest.download(parts!), commitment });
        return commitment;
      },
    };
    assert.deepEqual(await prove(system, input, { ...honest, ...watched }), proof);
    assert.equal(committed.length, shape.trees.length);
    const roots = ["mainRoot", "lookupRoot", "quotientRoot"].map(sectionOf);
    for (const [tree, { parts, commitment }] of committed.entries()) {
      assert.equal(commitment.logLeaves, shape.logDomain - 1);
      const columns = parts.map((column) => evaluateOnCoset(column, shape.logDomain, DOMAIN_SHIFT));
      const rowAt = (position: number): Uint8Array =>
        packElements(
          columns.map((column) => column[position]!),
          8,
        );
      const root = rootOf(Array.from({ length: 2 ** shape.logDomain }, (_, position) => rowAt(position)));
      assert.deepEqual(commitment.root, root);
      // The key has that of fixed columns.
      if (tree > 0) assert.deepEqual(proof.slice(roots[tree - 1]!.offset).slice(0, DIGEST), root);
    }
  });

  test("are opened once where both rows are asked for", () => {
    const counts = shape.trees.map((_, tree) => sectionOf(`tree[${tree}].rows`).length / (2 * ROW));
    const [leaves = 0] = counts;
    assert.ok(Number.isInteger(leaves) && leaves < paired.queryCount && leaves >= paired.queryCount / 2, `${leaves} leaves`);
    assert.deepEqual(
      counts,
      counts.map(() => leaves),
    );
  });

  test("are made alike by all backends, trees of which digests are left out included", async () => {
    for (const options of [{ workers: 1 }, { workers: 2, prunedDepth: 4 }]) {
      const wasm = await createWasmBackend(options);
      assert.deepEqual(await prove(system, input, wasm), proof);
      await wasm.close();
    }
  });

  test("are of another key and format: proofs of either form are refused by name as those of the other", async () => {
    assert.notDeepEqual(system.verificationKeyDigest, ofSingle.verificationKeyDigest);
    const other = await prove(ofSingle, input, honest);
    for (const [bytes, of] of [
      [other, system],
      [proof, ofSingle],
    ] as const) {
      const result = verify(of, input.statement, bytes);
      assert.ok(!result.ok && result.rejection.code === "MalformedProof" && result.rejection.section === "version");
    }
  });

  test("are read as backends order them: the rows of one block, then those of the next", () => {
    const blocks = [
      { logRows: 1, width: 1, firstColumn: 0 },
      { logRows: 1, width: 2, firstColumn: 1 },
    ];
    const classes = [{ logRows: 1, blocks, logLeaves: 1, layer: 0 }];
    const tree: TraceTree = { phase: "main", blocks, classes, logLeaves: 1, rowsPerLeaf: 2 };
    // Tens are positions, units are columns.
    const opened = [{ tree, rows: [new Map([[1, [20, 30, 21, 22, 31, 32]]])] }];
    assert.deepEqual(rowOfQuery({ ...shape, logDomain: 2 }, opened, 2), [20, 21, 22]);
    assert.deepEqual(rowOfQuery({ ...shape, logDomain: 2 }, opened, 3), [30, 31, 32]);
  });

  test("are not used if each query is opened separately", () => {
    assert.throws(
      () => validateParameters({ ...paired, hash: { kind: "poseidon" }, transcript: "poseidon" }),
      /programs take a leaf for each position/,
    );
  });
});

describe("a paired leaf that is another", () => {
  test("is refused with a bit of either row changed, with its rows exchanged, and with another leaf", () => {
    for (const [tree] of shape.trees.entries()) {
      const { offset, length } = sectionOf(`tree[${tree}].rows`);
      for (let at = 0; at < length; at += 11 * 31) {
        const changed = proof.slice();
        changed[offset + at + 30]! ^= 1;
        assert.equal(codeOf(changed), "MerkleMismatch", `tree ${tree}, byte ${at + 30}`);
      }
      // Fixed columns are so short that their rows are alike.
      if (tree === 0) continue;
      const exchanged = proof.slice();
      exchanged.set(proof.subarray(offset, offset + ROW), offset + ROW);
      exchanged.set(proof.subarray(offset + ROW, offset + 2 * ROW), offset);
      assert.equal(codeOf(exchanged), "MerkleMismatch");
      const copied = proof.slice();
      copied.copyWithin(offset + 2 * ROW, offset, offset + 2 * ROW);
      assert.equal(codeOf(copied), "MerkleMismatch");
    }
  });

  test("is refused for an element that is not below the modulus in a row that no query asks for", () => {
    for (const [tree] of shape.trees.entries()) {
      const { offset, length } = sectionOf(`tree[${tree}].rows`);
      for (let at = 0; at < length; at += 11 * 31) {
        const changed = proof.slice();
        changed.fill(255, offset + at, offset + at + 31);
        assert.equal(codeOf(changed), "NonCanonicalElement", `tree ${tree}, byte ${at}`);
      }
    }
  });

  test("is refused where the prover commits to rows of exchanged positions", async () => {
    for (const [tree, { phase }] of shape.trees.entries()) {
      if (phase === "preprocessed") continue;
      let call = 0;
      const committed = new Map<Columns, Columns>();
      // f(-x) in place of f(x): the rows of neighbouring positions, exchanged.
      const mirrored = async (columns: Columns): Promise<Columns> => {
        const parts = await honest.download(columns);
        return honest.upload(
          parts.map((part) => part.map((value, i) => (i % 2 === 1 && value !== 0 ? 2130706433 - value : value))),
          columns.logRows,
        );
      };
      const cheat: Partial<Backend> = {
        commit: async (request) => {
          if (!isOfStack(request) || call++ !== tree) return honest.commit(request);
          const own = request.blocks[0]!;
          const other = await mirrored(own);
          committed.set(own, other);
          return honest.commit({ ...request, blocks: [other] });
        },
      };
      const made = await prove(system, input, { ...honest, ...cheat });
      assert.equal(committed.size, 1);
      assert.match(codeOf(made), /^(FoldMismatch|MerkleMismatch|FinalPolynomialMismatch)$/, phase);
    }
  });
});
