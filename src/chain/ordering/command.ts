import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { ImpersonatedRequest, StateCheat } from "../../ground/protocol/state-cheat.ts";
import type { PriorityOperation } from "../../ground/protocol/system-transactions.ts";
import type { EngineTransaction, SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** Envelope that is open. */
export interface OpenedEnvelope {
  readonly identity: Hex;
  /** Transaction without the nonce; undefined if the envelope contains no valid one. */
  readonly transaction: SignedTransaction | undefined;
}

/**
 * A step of a batch with its time, from which its blocks follow exactly: a sequencer decides it, a validator reads it from the
 * blocks that it is shown. A batch is an `open`, any number of the others, and a `seal`.
 */
export type BatchCommand = Timed & Decision;

/** Seconds, of every block that the step makes, or of the first of empty ones; not before the newest block's. */
interface Timed {
  readonly timestamp: bigint;
}

/** Content of a command, without its time. */
export type Decision =
  | {
      readonly type: "open";
      readonly batchNumber: BatchNumber;
      /**
       * True if the hashes of the blocks before this one are no longer available: BLOCKHASH returns 0 for them. Default
       * false.
       */
      readonly forgetsHashes?: boolean;
      /** True if the version that L1 gives the batch is a proven one. Default false. */
      readonly isProven?: boolean;
    }
  | {
      readonly type: "block";
      readonly transactions: readonly EngineTransaction[];
      /** True if the transactions were not inspected, so that each is refused alone. Default false. */
      readonly areSafe?: boolean;
      /** Envelope whose transaction the block contains; the block is empty if the transaction cannot run. */
      readonly opens?: OpenedEnvelope;
    }
  | {
      /** `count` empty blocks, each later than the one before it by the interval. */
      readonly type: "empty";
      readonly count: number;
      readonly intervalSeconds: bigint;
    }
  | {
      readonly type: "operation";
      readonly operation: PriorityOperation;
      /**
       * Verdict of others on the operation: it ran, or was left out. The verdict must be the same. Default: it runs if it
       * can.
       */
      readonly runs?: boolean;
    }
  | { readonly type: "imports"; readonly roots: readonly ImportedRoot[] }
  | { readonly type: "cheat"; readonly cheat: StateCheat }
  | { readonly type: "impersonation"; readonly request: ImpersonatedRequest }
  | { readonly type: "seal" };
