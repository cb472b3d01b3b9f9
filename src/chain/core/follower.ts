import type { Hex } from "../../ground/protocol/hex.ts";

/**
 * Reason of a return: `snapshot`, with everything around the chain; `redo`, alone, to replay later commands; `drop`,
 * because later commands were not decided.
 */
export type ReturnReason = "snapshot" | "redo" | "drop";

/** A part of a chain that stands somewhere and returns there with it. One that forgets to return does not compile. */
export interface Returning<Own = unknown> {
  readonly name: string;
  /** Marks the current state, between two commands; `why` is the kind of return, so that nothing unnecessary is stored. */
  mark(reason: ReturnReason): Own | Promise<Own>;
  /** Returns to a mark, which ends with all later ones. */
  returnTo(ownMark: Own, reason: ReturnReason): void | Promise<void>;
  /** The chain never returns to this mark. */
  release?(state: Own): void;
}

/**
 * Applies commands, one at a time; the same commands always have the same results. After a throw it is unusable until it
 * returns.
 */
export interface Reducer<Command, Result, Own = unknown> extends Returning<Own> {
  carryOut(command: Command): Promise<Result>;
}

/** Part outside a chain that returns with it to users' marks, and receives the result of each command first. */
export interface Source<Result, Own = unknown> extends Returning<Own> {
  /**
   * Time at which it receives commands: when they are applied, and may be dropped, or when they are decided. Default:
   * decided.
   */
  readonly sees?: "executed" | "decided";
  /** Receives a result. The chain's later parts wait until a returned promise resolves. */
  on(result: Result): void | Promise<void>;
}

/** Knows what it knows from a chain's results alone, in their order. What it throws is the chain's fault. */
export interface Follower<Result extends { readonly command: unknown }, Own = unknown> extends Source<Result, Own> {
  /** Awaited before a command is applied. */
  before?(command: Result["command"]): void | Promise<void>;
  /** Awaited when a command is applied and decided, before any follower receives it. */
  prepare?(result: Result): Promise<void>;
  /** Unfinished work. */
  readonly lag?: Lag;
  /** Digest of all its answers: equal after the same results. */
  digest(): Hex;
}

/** Lag of a follower that does some of its work later. */
interface Lag {
  /** In the gas of what is waiting, since commands differ in what they take. */
  readonly work: number;
  /** Resolves when there is less of it. */
  less(): Promise<void>;
}
