import { hashBatchRecord, type BatchRecord } from "./batch-record.ts";
import { emptyTree } from "./empty-tree.ts";
import { fromHex, hashTag, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";

/** Levels of the tree behind the Transaction Root. */
export const TRANSACTION_TREE_DEPTH = 32;
const TRANSACTION_TREE_LEAF_TAG = hashTag("hyperchain.transaction-tree-leaf.v2");
/** The tree of no leaf. */
const EMPTY = emptyTree(new Uint8Array(32), TRANSACTION_TREE_DEPTH);

/** Leaf of the tree: an executed batch, with the root of its log tree and its record on L1; or a mark, whose log root is 0. */
export interface RegisteredBatch {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly logRoot: Hex;
  readonly record: BatchRecord;
}

/** keccak(tag ‖ chainId ‖ batchNumber ‖ logRoot ‖ hash of the record). */
export function transactionTreeLeaf({ chainId, batchNumber, logRoot, record }: RegisteredBatch): Hex {
  return keccak(
    fromHex(TRANSACTION_TREE_LEAF_TAG),
    fromHex(wordToHex(chainId), 32),
    fromHex(wordToHex(batchNumber), 32),
    fromHex(logRoot, 32),
    fromHex(hashBatchRecord(record)),
  );
}

/**
 * The tree behind the Transaction Root: leaves are only ever added. Nodes above full pairs never change and are kept, so a leaf
 * costs one hash in the mean, and a proof under this root or any before it at most 32.
 */
export class TransactionTree {
  /** Complete nodes of each level, lowest first. */
  readonly #levels: Uint8Array[][] = [[]];

  static of(leaves: readonly Hex[]): TransactionTree {
    const tree = new TransactionTree();
    for (const leaf of leaves) tree.add(leaf);
    return tree;
  }

  get leafCount(): number {
    return this.#levels[0]?.length ?? 0;
  }

  /** Adds a leaf behind all others. Throws HexError for other than 32 bytes. */
  add(leaf: Hex): void {
    let node = fromHex(leaf, 32);
    for (let level = 0; ; level++) {
      const nodes = (this.#levels[level] ??= []);
      const left = nodes.at(-1);
      nodes.push(node);
      if (left === undefined || nodes.length % 2 === 1) return;
      node = hashPair(left, node);
    }
  }

  /** Root over the first leaves: the registry's entry of index `leafCount`. Throws RangeError for more than there are. */
  root(leafCount: number = this.leafCount): Hex {
    this.#requireLeaves(leafCount);
    return toHex(this.#node(TRANSACTION_TREE_DEPTH, 0, leafCount));
  }

  /** Siblings of a leaf under the root over the first `leafCount`, lowest first: 32 words. Throws RangeError for no such leaf. */
  prove(index: number, leafCount: number = this.leafCount): Hex[] {
    this.#requireLeaves(leafCount);
    if (!Number.isInteger(index) || index < 0 || index >= leafCount) throw new RangeError(`no leaf ${index} among ${leafCount}`);
    return EMPTY.levels.map((_, level) => {
      const position = Math.floor(index / 2 ** level);
      return toHex(this.#node(level, position % 2 === 0 ? position + 1 : position - 1, leafCount));
    });
  }

  /** A node of the tree over the first leaves. */
  #node(level: number, position: number, leafCount: number): Uint8Array {
    const first = position * 2 ** level;
    if (first >= leafCount) return EMPTY.levels[level] ?? EMPTY.root;
    const kept = first + 2 ** level <= leafCount ? this.#levels[level]?.[position] : undefined;
    // Only on the way to the last leaf is a node not full.
    return kept ?? hashPair(this.#node(level - 1, 2 * position, leafCount), this.#node(level - 1, 2 * position + 1, leafCount));
  }

  #requireLeaves(leafCount: number): void {
    if (Number.isInteger(leafCount) && leafCount >= 0 && leafCount <= this.leafCount) return;
    throw new RangeError(`the tree has ${this.leafCount} leaves, not ${leafCount}`);
  }
}

/** Root over the leaves in the order of execution: the registry's entry of index `leaves.length`. */
export function transactionTreeRoot(leaves: readonly Hex[]): Hex {
  return TransactionTree.of(leaves).root();
}

/** Proof for the leaves of a root, like {@link TransactionTree.prove}. */
export function transactionTreeProof(leaves: readonly Hex[], index: number): Hex[] {
  return TransactionTree.of(leaves).prove(index);
}

function hashPair(left: Uint8Array, right: Uint8Array): Uint8Array {
  return fromHex(keccak(left, right));
}
