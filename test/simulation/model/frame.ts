import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Refusal } from "./refusal.ts";
import type { Call, World } from "./world.ts";

/** Common data of all calls in a transaction. */
export interface Transaction {
  readonly origin: Hex;
  /** L1's clock, seconds. */
  readonly now: bigint;
  /** Results of third parties' calls, in the order of their ends: an error, or `ok`. */
  readonly ends: string[];
  /** The entry points that were reached, whatever came of it, as `Contract.name`; likewise those that accepted. */
  readonly reached: Set<string>;
  readonly accepted: Set<string>;
  /** The errors that were raised, as `Contract.name`. */
  readonly raised: Set<string>;
  /** The kinds of third parties that had a part in it. */
  readonly met: Set<string>;
}

/** A call in progress. */
export interface Frame {
  readonly world: World;
  readonly transaction: Transaction;
  readonly sender: Hex;
  readonly self: Hex;
  readonly value: bigint;
  /** Whether the sender is a contract whose constructor runs. */
  readonly fromConstructor: boolean;
  /** Whether the arguments are in the ABI's one encoding. */
  readonly isCanonical: boolean;
  /** Calls on behalf of `self`. */
  readonly call: (call: Call) => unknown;
  /** Calls on behalf of `self`, and tolerates a failure. */
  readonly tryCall: (call: Call) => CallEnd;
}

/** Result of a call: refused, or the contract's return value. */
export interface CallEnd {
  readonly refusal?: Refusal;
  readonly result?: unknown;
}

/** A function of the model: it changes the world and returns what the contract returns, or throws Refusal. */
export type EntryPoint = (frame: Frame, ...args: never[]) => unknown;
