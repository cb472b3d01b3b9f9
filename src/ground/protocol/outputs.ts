import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { hashTag, type Hex } from "./hex.ts";
import type { BatchNumber } from "./ids.ts";

/** Exports of a batch. The batch hashes them into its outputs slot; L1 recomputes the hash from its checked data. */
export interface BatchOutputs {
  readonly batchNumber: BatchNumber;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  /** Seconds. */
  readonly lastTimestamp: bigint;
  readonly l2LogsTreeRoot: Hex;
  readonly logCount: bigint;
  readonly priorityOpCount: bigint;
  readonly priorityOpsRollingHash: Hex;
  readonly importedRootCount: bigint;
  readonly importedRootsRollingHash: Hex;
  /** State cheats (`hardhat_setBalance` …) since the batch began; a production chain's L1 contract requires 0. */
  readonly cheatCount: bigint;
  /** Hash of further exports in addition to the logs (`hashExtensions`). */
  readonly extensions: Hex;
  /** Hash of its inputs, which `extensions` has; absent on chains that export none. */
  readonly transactionsHash?: Hex;
  /** Recipient of the fees, 20 bytes. */
  readonly coinbase: Hex;
}

const OUTPUTS_TAG = hashTag("hyperchain.batch-outputs.v3");

/**
 * keccak(abi.encode(OUTPUTS_TAG, the fields in order)): 15 words; `extensions` has the transactionsHash. Throws WordError or
 * HexError when a field does not fit.
 */
export function hashOutputs(outputs: BatchOutputs): Hex {
  return keccakOfWords([
    bytesWord(OUTPUTS_TAG),
    uintWord(outputs.batchNumber, 64),
    uintWord(outputs.firstBlock, 64),
    uintWord(outputs.lastBlock, 64),
    uintWord(outputs.firstTimestamp, 64),
    uintWord(outputs.lastTimestamp, 64),
    bytesWord(outputs.l2LogsTreeRoot),
    uintWord(outputs.logCount, 64),
    uintWord(outputs.priorityOpCount, 64),
    bytesWord(outputs.priorityOpsRollingHash),
    uintWord(outputs.importedRootCount, 64),
    bytesWord(outputs.importedRootsRollingHash),
    uintWord(outputs.cheatCount, 64),
    bytesWord(outputs.extensions),
    uintWord(BigInt(outputs.coinbase), 160),
  ]);
}
