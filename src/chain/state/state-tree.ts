import type { DiffEntry } from "../../ground/protocol/diff-list.ts";
import { DomainTag, LeafKind, MAX_LEAF_COUNT, STATE_TREE_DEPTH } from "../../ground/protocol/domain-tags.ts";
import { OUTPUTS_ADDRESS, OUTPUTS_SLOT } from "../../ground/protocol/outputs-leaf.ts";
import type { Digest, StateTransitionWitness } from "../../ground/protocol/state-transition-witness.ts";
import { compressEach, type BatchCompressor } from "./batch-compressor.ts";
import {
  changeSetFromEntries,
  changeSetFromWrites,
  ChangeSetError,
  listEntries,
  sortByKey,
  valueWords,
  type ChangeSet,
  type StateWrite,
} from "./change-set.ts";
import { DIGEST_LENGTH, digestAt } from "./digest-array.ts";
import { LeafBatch } from "./leaf-batch.ts";
import { decodeLeaves, encodeLeaves, LeafDumpError } from "./leaf-dump.ts";
import { LeafStore } from "./leaf-store.ts";
import { NodeStore } from "./node-store.ts";
import { deriveKeys, type StateKey } from "./state-key.ts";
import type { StateProof } from "./state-proof.ts";
import { applyWithWitness } from "./transition.ts";
import { UndoLog, type Snapshot } from "./undo-log.ts";
import { createWords } from "./word-array.ts";

/** Leaves hashed per call when many change; bounds the scratch memory. */
const LEAF_CHUNK = 4096;

interface StateTreeOptions {
  /** Maximum number of the tree's leaves; lower only in tests. */
  readonly maxLeafCount?: number;
}

export interface StateTreeDependencies {
  readonly compressor: BatchCompressor;
}

/** One batch's step from state root to state root. */
export interface StateTransition {
  /** The canonical diff list; the outputs entry is last. */
  readonly entries: readonly DiffEntry[];
  readonly oldRoot: Digest;
  readonly newRoot: Digest;
  readonly witness: StateTransitionWitness;
}

/**
 * The state of one chain as an indexed Merkle tree: leaves linked in key order, addressed by the order of their
 * insertion. Synchronous; every method either completes or throws with the tree unchanged.
 */
export class StateTree {
  readonly #compressor: BatchCompressor;
  readonly #maxLeafCount: number;
  readonly #store = new LeafStore();
  readonly #nodes: NodeStore;
  readonly #undo = new UndoLog();
  #root: Digest = [];

  private constructor(options: StateTreeOptions, dependencies: StateTreeDependencies) {
    this.#compressor = dependencies.compressor;
    this.#maxLeafCount = options.maxLeafCount ?? MAX_LEAF_COUNT;
    this.#nodes = new NodeStore(dependencies.compressor);
  }

  /**
   * The tree with the sentinel (leaf 0), the outputs leaf with value 0 (leaf 1) and the given leaves from index 2 on,
   * ascending by key whatever their order here. Throws ChangeSetError or StateKeyError.
   */
  static genesis(leaves: readonly StateWrite[], dependencies: StateTreeDependencies, options: StateTreeOptions = {}): StateTree {
    const tree = new StateTree(options, dependencies);
    const store = tree.#store;
    const outputs: StateWrite = { leafKind: LeafKind.storage, address: OUTPUTS_ADDRESS, slot: OUTPUTS_SLOT, value: 0n };
    const all = [outputs, ...leaves];
    if (all.length + 1 > tree.#maxLeafCount) {
      throw new ChangeSetError("tree-full", `${all.length + 1} leaves exceed ${tree.#maxLeafCount}`, -1);
    }
    const zero = leaves.findIndex(({ value }) => value === 0n);
    if (zero !== -1) throw new ChangeSetError("insertion-zero", `genesis leaf ${zero} has value 0`, zero);
    const keys = deriveKeys(all, dependencies.compressor);
    const words = valueWords(all);
    store.reserve(all.length + 1);
    store.append(LeafKind.storage, new Uint32Array(DIGEST_LENGTH), 0, createWords(1), 0);
    store.append(outputs.leafKind, keys, 0, words, 0);
    for (const position of sortByKey(keys, all.length)) {
      if (position === 0) continue;
      store.append((all[position] as StateWrite).leafKind, keys, position, words, position);
    }
    const duplicate = store.linkAll();
    if (duplicate !== undefined) {
      throw new ChangeSetError("insertion-duplicate", `genesis lists the key of leaf ${duplicate} twice`, -1);
    }
    tree.#rehashAll();
    return tree;
  }

  /** Restores an exported tree and checks it against the root in the dump. Throws LeafDumpError. */
  static import(bytes: Uint8Array, dependencies: StateTreeDependencies, options: StateTreeOptions = {}): StateTree {
    const tree = new StateTree(options, dependencies);
    const expected = decodeLeaves(bytes, tree.#store, tree.#maxLeafCount);
    tree.#rehashAll();
    if (tree.#root.some((element, i) => element !== expected[i]))
      throw new LeafDumpError("dump-root", `the leaves have root ${tree.#root.join()}, the dump says ${expected.join()}`);
    return tree;
  }

  /** Number of leaves, the sentinel and the outputs leaf included. */
  get leafCount(): number {
    return this.#store.count;
  }

  /** stateRoot = C_STATE(treeRoot, leafCount). */
  get root(): Digest {
    return this.#root;
  }

  /** Root of the Merkle tree alone. */
  get treeRoot(): Digest {
    return this.#nodes.treeRoot;
  }

  /** The value of a state key; 0 where there is no leaf. Throws StateKeyError. */
  get(key: StateKey): bigint {
    const leaf = this.indexOf(key);
    return leaf === undefined ? 0n : this.#store.value(leaf);
  }

  /** Index of the key's leaf, its short name in published data; undefined where there is none. Throws StateKeyError. */
  indexOf(key: StateKey): number | undefined {
    const keys = deriveKeys([key], this.#compressor);
    const low = this.#store.findLow(keys, 0);
    return this.#store.hasKey(low, keys, 0) ? low : undefined;
  }

  /**
   * Proof of the key's value, or of its absence by the leaf whose interval the key falls into; see `verifyProof`.
   * Throws StateKeyError.
   */
  prove(key: StateKey): StateProof {
    return this.proveLeaf(this.#store.findLow(deriveKeys([key], this.#compressor), 0));
  }

  /** Proof of the leaf at an index. Throws RangeError where there is none. */
  proveLeaf(leaf: number): StateProof {
    const store = this.#store;
    if (leaf < 0 || leaf >= store.count) throw new RangeError(`there is no leaf ${leaf}: the tree has ${store.count}`);
    return {
      leafCount: store.count,
      index: leaf,
      leafKind: store.kind(leaf),
      key: store.key(leaf),
      nextKey: store.key(store.next(leaf)),
      value: store.value(leaf),
      siblings: this.#nodes.siblings(leaf, STATE_TREE_DEPTH),
    };
  }

  /**
   * Ends a batch: turns its net writes, in any order, into the canonical diff list, applies it, and returns the witness
   * for the circuit. Throws ChangeSetError or StateKeyError.
   */
  apply(writes: readonly StateWrite[], outputsHash: bigint): StateTransition {
    return this.#transition(changeSetFromWrites(writes, outputsHash, this.#changeSetContext()));
  }

  /** Applies a diff list and returns the witness. Accepts exactly what `applyDiffList` accepts. */
  applyWithWitness(entries: readonly DiffEntry[]): StateTransition {
    return this.#transition(changeSetFromEntries(entries, this.#changeSetContext()));
  }

  /**
   * Applies a diff list, for example from published data, without a witness. Strict: only the canonical list is
   * accepted. Returns the new state root. Throws ChangeSetError or StateKeyError.
   */
  applyDiffList(entries: readonly DiffEntry[]): Digest {
    const changes = changeSetFromEntries(entries, this.#changeSetContext());
    this.#prepare(changes);
    const store = this.#store;
    const dirty = new Set<number>();
    const updates = [...changes.updates, changes.outputs];
    const updateWords = valueWords(updates);
    updates.forEach(({ index }, i) => {
      store.setValue(index, updateWords, i);
      dirty.add(index);
    });
    const words = valueWords(changes.insertions);
    changes.insertions.forEach(({ leafKind }, i) => {
      const low = store.findLow(changes.insertionKeys, i * DIGEST_LENGTH);
      dirty.add(low).add(store.insert(low, leafKind, changes.insertionKeys, i, words, i));
    });
    this.#rehashLeaves(Uint32Array.from(dirty).sort());
    return this.#root;
  }

  /** Marks the present state to return to. Changes are remembered until the snapshot ends. */
  snapshot(): Snapshot {
    return this.#undo.snapshot();
  }

  /** Returns to a snapshot and ends it and all later ones. Cost: the changes since. Throws SnapshotError. */
  revert(snapshot: Snapshot): void {
    const store = this.#store;
    const dirty = new Set<number>();
    for (const record of this.#undo.rewind(snapshot)) {
      while (store.count > record.leafCountBefore) {
        dirty.add(store.count - 1);
        dirty.add(store.removeLast());
      }
      record.updatedLeaves.forEach((leaf, i) => {
        store.setValue(leaf, record.oldValues, i);
        dirty.add(leaf);
      });
    }
    this.#rehashLeaves(Uint32Array.from(dirty).sort());
  }

  /** Ends a snapshot without returning to it, so that its changes can be forgotten. Throws SnapshotError. */
  discard(snapshot: Snapshot): void {
    this.#undo.discard(snapshot);
  }

  /** All leaves and the state root as bytes, for `StateTree.import`; later batches are kept as their diff lists. */
  export(): Uint8Array {
    return encodeLeaves(this.#store, this.#root);
  }

  #transition(changes: ChangeSet): StateTransition {
    this.#prepare(changes);
    const oldRoot = this.#root;
    const witness = applyWithWitness(changes, this.#store, this.#nodes, this.#compressor);
    this.#updateRoot();
    return { entries: listEntries(changes), oldRoot, newRoot: this.#root, witness };
  }

  /** Everything that can run out of memory comes before the first change. */
  #prepare(changes: ChangeSet): void {
    const store = this.#store;
    const leafCount = store.count + changes.insertions.length;
    store.reserve(leafCount);
    this.#nodes.reserve(leafCount);
    if (!this.#undo.isRecording) return;
    const updatedLeaves = Uint32Array.from([...changes.updates, changes.outputs], ({ index }) => index);
    const oldValues = valueWords(Array.from(updatedLeaves, (leaf) => ({ value: store.value(leaf) })));
    this.#undo.record({ leafCountBefore: store.count, updatedLeaves, oldValues });
  }

  #rehashAll(): void {
    this.#rehashLeaves(Uint32Array.from({ length: this.#store.count }, (_, i) => i));
  }

  /** Rehashes changed, new and removed leaves, strictly ascending, and everything above them. */
  #rehashLeaves(leaves: Uint32Array): void {
    const count = this.#store.count;
    this.#nodes.reserve(count);
    for (let start = 0; start < leaves.length; start += LEAF_CHUNK) {
      const part = leaves.subarray(start, start + LEAF_CHUNK);
      const batch = new LeafBatch(part.length);
      for (const leaf of part) {
        if (leaf < count) batch.add(this.#store, leaf);
        else this.#nodes.clearLeaf(leaf);
      }
      const digests = batch.digests(this.#compressor);
      batch.leaves.forEach((leaf, i) => this.#nodes.setLeaf(leaf, digests, i));
    }
    this.#nodes.rehash(leaves);
    this.#updateRoot();
  }

  #updateRoot(): void {
    const input = new Uint32Array(2 * DIGEST_LENGTH);
    input.set(this.#nodes.treeRoot);
    input[DIGEST_LENGTH] = this.#store.count;
    const output = new Uint32Array(DIGEST_LENGTH);
    compressEach(this.#compressor, DomainTag.state, 1, input, output);
    this.#root = digestAt(output, 0);
  }

  #changeSetContext(): { store: LeafStore; compressor: BatchCompressor; maxLeafCount: number } {
    return { store: this.#store, compressor: this.#compressor, maxLeafCount: this.#maxLeafCount };
  }
}
