import { emptyTree } from "./empty-tree.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { MessageHash, OperationHash } from "./ids.ts";

/** A log from L2 to L1, in ZK Stack's format. */
export interface L2Log {
  /** 0: rollup. */
  readonly l2ShardId: number;
  readonly isService: boolean;
  /** Always 0 here; L1 ignores it. */
  readonly txNumberInBatch: number;
  /** 20 bytes. */
  readonly sender: Hex;
  readonly key: Hex;
  readonly value: Hex;
}

/** Bytes of a packed log. */
const L2_LOG_BYTES = 88;
/** Levels of the log tree above its leaves. */
export const L2_LOG_TREE_DEPTH = 14;
/** Logs that a batch's tree has room for. */
export const MAX_L2_LOGS = 2 ** L2_LOG_TREE_DEPTH;
/** The contract that sends messages to L1; their logs carry its address. */
export const L1_MESSENGER_ADDRESS: Hex = "0x0000000000000000000000000000000000008008";
/** The sender of priority operations' result logs. */
export const BOOTLOADER_ADDRESS: Hex = "0x0000000000000000000000000000000000008001";

/** Leaf of a place without a log. */
export const EMPTY_L2_LOG_LEAF: Hex = keccak(new Uint8Array(L2_LOG_BYTES));

/** The tree of no log. */
const EMPTY = emptyTree(fromHex(EMPTY_L2_LOG_LEAF), L2_LOG_TREE_DEPTH);

/** The log of a message: from the messenger, about the sender, with the hash of the body. */
export function messageLog(sender: Hex, body: Uint8Array): L2Log {
  return messageLogOfHash(sender, keccak(body));
}

/** Log of a message whose body is given by its keccak, like {@link messageLog}. */
export function messageLogOfHash(sender: Hex, messageHash: MessageHash): L2Log {
  return {
    l2ShardId: 0,
    isService: true,
    txNumberInBatch: 0,
    sender: L1_MESSENGER_ADDRESS,
    key: wordToHex(BigInt(sender)),
    value: messageHash,
  };
}

/** The log that says whether a priority operation succeeded (1) or failed (0). */
export function priorityOpLog(canonicalTxHash: OperationHash, success: boolean): L2Log {
  return {
    l2ShardId: 0,
    isService: true,
    txNumberInBatch: 0,
    sender: BOOTLOADER_ADDRESS,
    key: canonicalTxHash,
    value: wordToHex(success ? 1n : 0n),
  };
}

/** keccak of shard ‖ isService ‖ txNumberInBatch (2 bytes) ‖ sender ‖ key ‖ value: 88 bytes. Throws HexError on lengths. */
export function hashL2Log(log: L2Log): Hex {
  const head = new Uint8Array([log.l2ShardId, log.isService ? 1 : 0, log.txNumberInBatch >> 8, log.txNumberInBatch]);
  return keccak(head, fromHex(log.sender, 20), fromHex(log.key, 32), fromHex(log.value, 32));
}

/**
 * Root of the binary keccak tree of depth 14 over log leaves in order; places without a log hold the empty leaf.
 * Throws RangeError for more than 16,384 leaves.
 */
export function l2LogTreeRoot(leaves: readonly Hex[]): Hex {
  if (leaves.length > MAX_L2_LOGS) throw new RangeError(`${leaves.length} logs exceed the tree's ${MAX_L2_LOGS} places`);
  let layer = leaves.map((leaf) => fromHex(leaf, 32));
  for (const empty of EMPTY.levels) {
    const parents: Uint8Array[] = [];
    for (let i = 0; i < layer.length; i += 2) {
      parents.push(fromHex(keccak(layer[i] ?? empty, layer[i + 1] ?? empty)));
    }
    layer = parents;
  }
  return toHex(layer[0] ?? EMPTY.root);
}
