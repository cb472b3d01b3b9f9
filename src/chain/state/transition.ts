import type { InsertionEntry, UpdateEntry } from "../../ground/protocol/diff-list.ts";
import { STATE_TREE_DEPTH } from "../../ground/protocol/domain-tags.ts";
import type {
  Digest,
  InsertionWitness,
  StateTransitionWitness,
  UpdateWitness,
} from "../../ground/protocol/state-transition-witness.ts";
import type { BatchCompressor } from "./batch-compressor.ts";
import { valueWords, type ChangeSet } from "./change-set.ts";
import { DIGEST_LENGTH, digestAt } from "./digest-array.ts";
import { LeafBatch } from "./leaf-batch.ts";
import type { LeafStore } from "./leaf-store.ts";
import { heightFor, type NodeStore } from "./node-store.ts";

/**
 * Applies a change set to leaves and nodes and writes down everything that the circuit needs to repeat it.
 * First all leaf contents change in order (which decides what each write puts where), then the tree's nodes.
 * Both stores must have room for the insertions.
 */
export function applyWithWitness(
  changes: ChangeSet,
  store: LeafStore,
  nodes: NodeStore,
  compressor: BatchCompressor,
): StateTransitionWitness {
  const { updates, insertions, outputs } = changes;
  const oldLeafCount = store.count;
  const newLeafCount = oldLeafCount + insertions.length;
  const depth = heightFor(newLeafCount);
  const oldSubtreeRoot = nodes.node(depth, 0);

  const writes = new LeafBatch(updates.length + 2 * insertions.length + 1);
  const operations = [
    ...updateLeaves(updates, store, writes),
    ...insertLeaves(insertions, changes.insertionKeys, store, writes),
    ...updateLeaves([outputs], store, writes),
  ];
  const siblings = nodes.writeInSequence(writes.leaves, writes.digests(compressor), depth);

  let write = 0;
  const nextPath = (): Digest[] => {
    const start = write++ * depth;
    return Array.from({ length: depth }, (_, level) => digestAt(siblings, (start + level) * DIGEST_LENGTH));
  };
  return {
    depth,
    oldLeafCount,
    newLeafCount,
    topSiblings: Array.from({ length: STATE_TREE_DEPTH - depth }, (_, i) => nodes.emptySubtree(depth + i)),
    oldSubtreeRoot,
    newSubtreeRoot: nodes.node(depth, 0),
    operations: operations.map((operation) => {
      if (operation.type === "update") return { ...operation, siblings: nextPath() };
      // The low leaf is written first, then the new one: that is the order of the paths.
      const low = { ...operation.low, siblings: nextPath() };
      return { ...operation, low, siblings: nextPath() };
    }),
  };
}

type PathlessUpdate = Omit<UpdateWitness, "siblings">;
type PathlessInsertion = Omit<InsertionWitness, "siblings" | "low"> & {
  readonly low: Omit<InsertionWitness["low"], "siblings">;
};

function updateLeaves(entries: readonly UpdateEntry[], store: LeafStore, writes: LeafBatch): PathlessUpdate[] {
  const words = valueWords(entries);
  return entries.map((entry, i) => {
    const { index } = entry;
    const before: PathlessUpdate = {
      type: "update",
      entry,
      leafKind: store.kind(index),
      key: store.key(index),
      nextKey: store.key(store.next(index)),
      oldValue: store.value(index),
    };
    store.setValue(index, words, i);
    writes.add(store, index);
    return before;
  });
}

function insertLeaves(
  entries: readonly InsertionEntry[],
  keys: Uint32Array,
  store: LeafStore,
  writes: LeafBatch,
): PathlessInsertion[] {
  const words = valueWords(entries);
  return entries.map((entry, i) => {
    const lowIndex = store.findLow(keys, i * DIGEST_LENGTH);
    const low = {
      index: lowIndex,
      leafKind: store.kind(lowIndex),
      key: store.key(lowIndex),
      nextKey: store.key(store.next(lowIndex)),
      value: store.value(lowIndex),
    };
    const index = store.insert(lowIndex, entry.leafKind, keys, i, words, i);
    writes.add(store, lowIndex);
    writes.add(store, index);
    return { type: "insertion", entry, key: store.key(index), index, low };
  });
}
