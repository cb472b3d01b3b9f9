import type { StateCheat } from "../../../ground/protocol/state-cheat.ts";
import type { EngineTransaction } from "../../../ground/transaction/transaction.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../../ground/protocol/ids.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { FirstTree } from "../run-state.ts";
import type { BlockLink } from "./block-links.ts";

/** A block of a batch, as its sequencer made it. */
export interface ExecutedBlock {
  /** Number, and seconds. */
  readonly environment: { readonly number: bigint; readonly timestamp: bigint };
  readonly hash: Hex;
  readonly transactions: readonly EngineTransaction[];
}

/** All that was done in a batch. Plain data. */
export interface ExecutedBatch {
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  /** Receives the fees. */
  readonly coinbase: Hex;
  /** Hash of the block before the batch. */
  readonly parentHash: Hex;
  /** From the block that opens it to the one that closes it. */
  readonly blocks: readonly ExecutedBlock[];
  /** The operations that it took from L1's queue, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  /** Configuration of a chain's first batch: slots 2 to 6 and 9 of the system context, which its opening writes. */
  readonly configuration?: readonly bigint[] | undefined;
  /** True if its opening installs the version's predeploys. Default false. */
  readonly installsPredeploys?: boolean;
  /** Changes of the state that no transaction made, in order, each with the number of the block after which it was made. */
  readonly cheats: readonly { readonly blockNumber: bigint; readonly cheat: StateCheat }[];
}

/** State before a batch, and the other data that its transactions could request. */
export interface ExecutionBefore {
  /** The state's tree, before the batch was applied to it. */
  readonly tree: FirstTree & {
    readonly root: readonly number[];
    get(key: Parameters<FirstTree["prove"]>[0]): bigint;
  };
  /** The newest block before the batch, as L1's record of the batch before it has it; of the first batch 0 and 0. */
  readonly head: { readonly number: bigint; readonly timestamp: bigint };
  /** The code with a digest; undefined where it is not known. */
  codeOf(digest: bigint): Uint8Array | undefined;
  /** Links of the chain of blocks' hashes, as `batchLinks` gave them for the batch before; none of the first. */
  readonly links: readonly BlockLink[];
}
