import { hashBatchRecord } from "./batch-record.ts";
import type { BatchRecord } from "./batch-record.ts";
import { emptyTree } from "./empty-tree.ts";
import { fromHex, hashTag, keccak, toHex, wordToHex } from "./hex.ts";
import type { Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";

/** Levels of the tree behind the Transaction Root. */
export const TRANSACTION_TREE_DEPTH = 32;
export const TRANSACTION_TREE_LEAF_TAG = hashTag("hyperchain.transaction-tree-leaf.v2");
/** The tree of no leaf. */
const EMPTY = emptyTree(new Uint8Array(32), TRANSACTION_TREE_DEPTH);

/**
 * What a leaf stands for: an executed batch, the root of its log tree and what else L1 says of it; or a mark, whose log
 * root is 0.
 */
export interface ExecutedBatch {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly logRoot: Hex;
  readonly record: BatchRecord;
}

/** keccak(tag ‖ chainId ‖ batchNumber ‖ logRoot ‖ hash of the record). */
export function transactionTreeLeaf({ chainId, batchNumber, logRoot, record }: ExecutedBatch): Hex {
  return keccak(
    fromHex(TRANSACTION_TREE_LEAF_TAG),
    fromHex(wordToHex(chainId), 32),
    fromHex(wordToHex(batchNumber), 32),
    fromHex(logRoot, 32),
    fromHex(hashBatchRecord(record)),
  );
}

/** Root over the leaves in the order of execution: the registry's entry of index `leaves.length`. */
export function transactionTreeRoot(leaves: readonly Hex[]): Hex {
  return toHex(layersOf(leaves, () => undefined));
}

/**
 * Siblings of a leaf, lowest first, in the tree of these leaves: pass only the leaves that the root in question is over.
 * Shape: 32 words. Throws RangeError when there is no such leaf.
 */
export function transactionTreeProof(leaves: readonly Hex[], index: number): Hex[] {
  if (!(index in leaves)) throw new RangeError(`no leaf ${index} among ${leaves.length}`);
  const siblings: Hex[] = [];
  let position = index;
  layersOf(leaves, (layer, empty) => {
    siblings.push(toHex(layer[position % 2 === 0 ? position + 1 : position - 1] ?? empty));
    position = Math.floor(position / 2);
  });
  return siblings;
}

/** Walks up layer by layer; returns the root. */
function layersOf(leaves: readonly Hex[], visit: (layer: readonly Uint8Array[], empty: Uint8Array) => void): Uint8Array {
  let layer = leaves.map((leaf) => fromHex(leaf, 32));
  for (const empty of EMPTY.levels) {
    visit(layer, empty);
    const parents: Uint8Array[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      parents.push(fromHex(keccak(layer[i] ?? empty, layer[i + 1] ?? empty)));
    }
    layer = parents;
  }
  return layer[0] ?? EMPTY.root;
}
