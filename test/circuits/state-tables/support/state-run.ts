import { type StateBefore, traceState } from "../../../../src/proofs/circuits/leaves/state-trace.ts";
import type { TouchedPath, TouchedLeaf } from "../../../../src/proofs/circuits/leaves/touched-leaf.ts";
import { limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { referenceCompressor } from "../../../../src/chain/state/batch-compressor.ts";
import type { StateKey } from "../../../../src/chain/state/state-key.ts";
import { StateTree } from "../../../../src/chain/state/state-tree.ts";
import { compress } from "../../../../src/proofs/kernels/poseidon.ts";
import { keyDigest } from "../../../../src/ground/protocol/diff-digest.ts";
import { LeafKind } from "../../../../src/ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../../../src/ground/protocol/outputs-leaf.ts";
import type { StateCells } from "./judge.ts";

/** A run's leaves and the state's own tree before it. */
export interface HonestRun {
  readonly cells: StateCells;
  readonly touched: readonly TouchedLeaf[];
  readonly state: StateBefore;
  readonly oldRoot: readonly number[];
  readonly newRoot: readonly number[];
}

const storage = (slot: bigint): StateKey => ({ leafKind: LeafKind.storage, address: 0xabcn, slot });
const PRESENT = [1n, 2n, 3n, 4n, 5n];
/** Final values of slots; those from 20 are absent before. */
const AFTER: readonly (readonly [bigint, bigint])[] = [
  ...([
    [1n, 101n],
    [2n, 7n << 200n],
    [3n, 0n],
  ] as const),
  ...([20n, 21n, 22n, 23n, 24n, 25n, 26n, 27n, 28n] as const).map((slot) => [slot, slot + 1n] as const),
  ...([30n, 31n, 32n] as const).map((slot) => [slot, 0n] as const),
];
const OUTPUTS = 99n;

/** A run that reads slot 1, updates 2 and 3, inserts nine slots, and finds three that are not there and stay so. */
export function honestRun(): HonestRun {
  const leaves = PRESENT.map((slot) => ({ ...storage(slot), value: 100n + slot }));
  const tree = StateTree.genesis(leaves, { compressor: referenceCompressor });
  const outputs: StateKey = { leafKind: LeafKind.storage, address: OUTPUTS_ADDRESS, slot: OUTPUTS_SLOT };
  const pathOf = (key: StateKey): TouchedPath => {
    const proof = tree.prove(key);
    return { ...proof, value: limbsOf(proof.value) };
  };
  const touch = (key: StateKey, after: bigint): TouchedLeaf => ({
    kind: key.leafKind,
    key: keyDigest(key.leafKind, key.address, key.slot, compress),
    before: limbsOf(tree.get(key)),
    after: limbsOf(after),
    path: pathOf(key),
  });
  const touched = [...AFTER.map(([slot, after]) => touch(storage(slot), after)), touch(outputs, OUTPUTS)];
  const last = leaves.map((leaf) => pathOf(leaf)).find(({ index }) => index === tree.leafCount - 1)!;
  const state = { leafCount: tree.leafCount, last };
  const oldRoot = tree.root;
  const trace = traceState(touched, state, compress);
  const writes = AFTER.map(([slot, value]) => ({ ...storage(slot), value })).filter(
    ({ slot, value }) => value !== tree.get(storage(slot)),
  );
  const { newRoot } = tree.apply(writes, OUTPUTS);
  return { cells: { leaves: trace.leaves, tree: trace.tree, roots: [trace.roots] }, touched, state, oldRoot, newRoot };
}
