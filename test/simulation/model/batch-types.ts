import type { Hex } from "../../../src/protocol/hex.ts";

/** The argument of `commitBatch`. */
export interface CommitBatch {
  readonly batchNumber: bigint;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly lastTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly importedRootCount: bigint;
  readonly cheatCount: bigint;
  readonly importedRootsRollingHash: Hex;
  readonly newStateRoot: Hex;
  readonly diffDigest: Hex;
  readonly commitment: Hex;
  readonly pubdata: Hex;
  readonly withheld: { readonly pubdataHash: Hex; readonly entryCount: bigint; readonly logs: Hex };
  readonly policyData: Hex;
}
