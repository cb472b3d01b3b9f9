import type { Hex } from "../../ground/protocol/hex.ts";
import type { EngineTransaction } from "../../ground/transaction/transaction.ts";

/** The newest block. */
export interface Head {
  readonly number: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
}

/** The newest block with its name. */
export interface NamedHead extends Head {
  readonly hash: Hex;
}

/** Everything about a block that its transactions can see. Fixed by the sequencer before any engine runs it. */
export interface BlockEnvironment {
  readonly number: bigint;
  /** Seconds. */
  readonly timestamp: bigint;
  readonly prevRandao: Hex;
  readonly coinbase: Hex;
  readonly gasLimit: bigint;
  /** True on a proven chain: transactions pay for their proof. */
  readonly isMetered: boolean;
}

/** A log of a transaction. */
export interface BlockLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** Results of a transaction on which two engines must agree. */
export interface BlockReceipt {
  readonly transactionHash: Hex;
  readonly success: boolean;
  readonly gasUsed: bigint;
  readonly logs: readonly BlockLog[];
  readonly contractAddress: Hex | undefined;
  /** Bloom of the logs in the engine's answer, if there are logs; it follows from them. */
  readonly logsBloom?: Hex;
  /** Units that it takes to prove, of a user's transaction on a proven chain. */
  readonly nativeUnits?: number;
}

/** A block's header as nodes show it, with its hash and size. */
export interface BlockHeader extends Readonly<Record<string, unknown>> {
  readonly hash: Hex;
  readonly number: Hex;
  readonly timestamp: Hex;
}

/** A mined block. */
export interface MinedBlock {
  readonly environment: BlockEnvironment;
  readonly hash: Hex;
  readonly receipts: readonly BlockReceipt[];
}

/** A transaction that an engine did not take into the block. Nothing of it has happened. */
export interface EngineRefusal {
  readonly transaction: EngineTransaction;
  readonly reason: string;
}

/** Mined block, with the transactions that it includes and refuses. */
export interface MineResult {
  readonly block: MinedBlock;
  /** In block order, one for each receipt. */
  readonly included: readonly EngineTransaction[];
  readonly refused: readonly EngineRefusal[];
}

/** Units that a transaction of a proven chain takes to prove, and its end if they exceed a limit. */
export interface NativeOutcome {
  /** Units of 100 cells (docs/native.md); its whole budget where that was spent. */
  readonly units: number;
  /**
   * Why it was broken off, and so has failed; undefined where it was not. `lone`: it takes more than a transaction may, whatever
   * its gas pays for.
   */
  readonly spent: "budget" | "lone" | undefined;
}

/** A transaction's effects, without the hash that only the first engine gives it. */
export interface ReexecutedReceipt extends Omit<BlockReceipt, "transactionHash" | "logsBloom" | "nativeUnits"> {
  /** Units of a user's transaction on a proven chain. */
  readonly native?: NativeOutcome;
  /** Data that contracts passed to `console.log`, if any. */
  readonly logged?: readonly Hex[];
}
