import type { Returning } from "../core/follower.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import { prevRandaoOf } from "../../ground/protocol/prev-randao.ts";
import type { BlockEnvironment, Head, MinedBlock, MineResult, NamedHead } from "../model/block.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";
import type { JudgedOperation, OperationVerdict } from "../model/operation-verdict.ts";
import type { ChangeSize } from "../witness/change-size.ts";
import type { NetChanges } from "../witness/net-changes.ts";
import type { Preview } from "../witness/reexecution.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";

/** Rules that all blocks of a chain share. */
export interface BlockRules {
  readonly chainId: ChainId;
  /** Receives all fees. */
  readonly coinbase: Hex;
  readonly gasLimit: bigint;
  /** Whether L1's queue alone makes the order. Default false. */
  readonly isQueueAlone?: boolean | undefined;
}

/** The environment of the block after the head, at this time. */
export function nextEnvironment(
  { chainId, coinbase, gasLimit }: BlockRules,
  head: Head,
  { timestamp, isMetered }: { readonly timestamp: bigint; readonly isMetered: boolean },
): BlockEnvironment {
  const number = head.number + 1n;
  return { number, timestamp, prevRandao: prevRandaoOf(chainId, number), coinbase, gasLimit, isMetered };
}

/** A block as a command leads to it. */
export interface PlannedBlock {
  readonly environment: BlockEnvironment;
  readonly transactions: readonly EngineTransaction[];
  /** Flag of the command. */
  readonly areSafe: boolean;
  /** For messages; completes "a transaction that". */
  readonly purpose: string;
}

/** Result of a transaction if it ran. */
export interface Inspection extends Preview {
  /** Whether every engine of the chain may run it: no hostile code, not too much data, instructions or work. */
  readonly admitted: boolean;
}

/**
 * Executor of a chain's blocks: for a sequencer two engines that must agree, for a validator one, and the blocks that it
 * receives. One call at a time.
 */
export interface BlockEngine extends Required<Omit<Returning, "name">> {
  readonly head: NamedHead;
  /**
   * Runs the block, which becomes the head. `onMeasured` receives the size of the batch's changes up to it, perhaps
   * later.
   */
  run(block: PlannedBlock, onMeasured: (size: ChangeSize) => void): Promise<MineResult>;
  /** Makes these empty blocks, in sequence; the last becomes the head. */
  runEmpty(environments: readonly BlockEnvironment[]): Promise<readonly MinedBlock[]>;
  /** Changes the state between two blocks; resolves with the size of the batch's changes. */
  cheat(cheat: StateCheat): Promise<ChangeSize>;
  /** An account's nonce now. */
  nonceOf(address: Hex): Promise<bigint>;
  /** An account's code now. */
  codeOf(address: Hex): Promise<Hex>;
  /** A word of an account's storage now. */
  storageOf(address: Hex, slot: bigint): Promise<bigint>;
  /** Verdict on an operation of L1's queue; nothing of it is stored. */
  judgeOperation(judged: JudgedOperation): Promise<OperationVerdict>;
  /** The size of the batch's changes now. */
  measure(): Promise<ChangeSize>;
  /** Ends the batch: all of its effects, on which all engines agree. */
  takeChanges(): Promise<NetChanges>;
}
