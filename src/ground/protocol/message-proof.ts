import { recordWords, type BatchRecord } from "./batch-record.ts";
import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";
import { EMPTY_L2_LOG_LEAF, L2_LOG_TREE_DEPTH } from "./l2-log.ts";
import { TRANSACTION_TREE_DEPTH } from "./transaction-tree.ts";

/**
 * Siblings of a leaf in a batch's log tree, lowest first. Shape: 14 words. Throws RangeError when there is no such leaf.
 */
export function l2LogTreeProof(leaves: readonly Hex[], index: number): Hex[] {
  if (!(index in leaves)) throw new RangeError(`no log ${index} among ${leaves.length}`);
  const siblings: Hex[] = [];
  let layer: readonly Hex[] = leaves;
  let empty = EMPTY_L2_LOG_LEAF;
  for (let level = 0; level < L2_LOG_TREE_DEPTH; level++) {
    siblings.push(layer[(index >> level) ^ 1] ?? empty);
    const parents: Hex[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      parents.push(keccak(fromHex(layer[i] ?? empty), fromHex(layer[i + 1] ?? empty)));
    }
    empty = keccak(fromHex(empty), fromHex(empty));
    layer = parents;
  }
  return siblings;
}

/** Root of a log tree that contains this leaf at this index, by the siblings from the leaf up. */
export function logRootAbove(leaf: Hex, index: number, siblings: readonly Hex[]): Hex {
  return siblings.reduce(
    (node, sibling, level) =>
      (index >> level) & 1 ? keccak(fromHex(sibling), fromHex(node)) : keccak(fromHex(node), fromHex(sibling)),
    leaf,
  );
}

/** The way from a log to an imported root. */
interface LogInclusionPath {
  /** From the log up: 14 words. */
  readonly logSiblings: readonly Hex[];
  /** Place of the log's batch among the registry's leaves. */
  readonly registryLeafIndex: bigint;
  /** From the batch's leaf up, in the tree of the root: 32 words. */
  readonly registrySiblings: readonly Hex[];
  /** Index of the root in the registry's history. */
  readonly registryRootIndex: bigint;
  /** Record of the log's batch in the registry. */
  readonly record: BatchRecord;
}

/** Version 2, the depths of both trees, zeros: the first word of a proof against an imported root. */
export const MESSAGE_PROOF_METADATA: Hex = wordToHex(
  (2n << 248n) | (BigInt(L2_LOG_TREE_DEPTH) << 240n) | (BigInt(TRANSACTION_TREE_DEPTH) << 232n),
);

/** Version 3, the depth of the log tree, zeros: the first word of a proof against the fact of the message's batch. */
const FACT_PROOF_METADATA: Hex = wordToHex((3n << 248n) | (BigInt(L2_LOG_TREE_DEPTH) << 240n));

/**
 * Proof against an imported fact: metadata ‖ log siblings. The fact's index follows from the message's chain and batch.
 * Shape: 15 words. Throws RangeError for another number of siblings.
 */
export function encodeFactProof(logSiblings: readonly Hex[]): Hex[] {
  if (logSiblings.length !== L2_LOG_TREE_DEPTH)
    throw new RangeError(`${logSiblings.length} siblings for a tree of depth ${L2_LOG_TREE_DEPTH}`);
  return [FACT_PROOF_METADATA, ...logSiblings];
}

/**
 * The proof that message verification on L2 takes: metadata ‖ log siblings ‖ leaf index ‖ registry siblings ‖ root index ‖
 * record.
 * Shape: 60 words. Throws RangeError when the siblings are not as many as the trees are deep.
 */
export function encodeMessageProof(path: LogInclusionPath): Hex[] {
  const { logSiblings, registrySiblings, registryLeafIndex, registryRootIndex, record } = path;
  if (logSiblings.length !== L2_LOG_TREE_DEPTH || registrySiblings.length !== TRANSACTION_TREE_DEPTH) {
    throw new RangeError(`${logSiblings.length} and ${registrySiblings.length} siblings for trees of depth 14 and 32`);
  }
  return [
    MESSAGE_PROOF_METADATA,
    ...logSiblings,
    wordToHex(registryLeafIndex),
    ...registrySiblings,
    wordToHex(registryRootIndex),
    ...recordWords(record),
  ];
}
