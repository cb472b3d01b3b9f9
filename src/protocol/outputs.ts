import { AbiCoder } from "ethers";
import { fromHex, hashTag, keccak } from "./hex.ts";
import type { Hex } from "./hex.ts";

/** What a batch exports. The batch itself hashes it into its outputs slot; L1 recomputes the hash from what it checks. */
export interface BatchOutputs {
  readonly batchNumber: bigint;
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
  /** What the batch exports beside its logs (`hashExtensions`). */
  readonly extensions: Hex;
}

export const OUTPUTS_TAG = hashTag("hyperchain.batch-outputs.v2");

const OUTPUTS_TYPES = [
  "bytes32",
  "uint64",
  "uint64",
  "uint64",
  "uint64",
  "uint64",
  "bytes32",
  "uint64",
  "uint64",
  "bytes32",
  "uint64",
  "bytes32",
  "uint64",
  "bytes32",
];

/** keccak(abi.encode(OUTPUTS_TAG, the fields in order)): 14 words. Throws ethers' TypeError when a field does not fit. */
export function hashOutputs(outputs: BatchOutputs): Hex {
  const encoded = AbiCoder.defaultAbiCoder().encode(OUTPUTS_TYPES, [
    OUTPUTS_TAG,
    outputs.batchNumber,
    outputs.firstBlock,
    outputs.lastBlock,
    outputs.firstTimestamp,
    outputs.lastTimestamp,
    outputs.l2LogsTreeRoot,
    outputs.logCount,
    outputs.priorityOpCount,
    outputs.priorityOpsRollingHash,
    outputs.importedRootCount,
    outputs.importedRootsRollingHash,
    outputs.cheatCount,
    outputs.extensions,
  ]);
  return keccak(fromHex(encoded));
}
