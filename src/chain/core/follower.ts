import type { Hex } from "../../ground/protocol/hex.ts";

/**
 * Why a chain returns: `snapshot`, with all around it; `redo`, alone, to do again what it did since; `drop`, because what it
 * carried out since was not decided.
 */
export type ReturnReason = "snapshot" | "redo" | "drop";

/** A part of a chain that stands somewhere and returns there with it. One that forgets to return does not compile. */
export interface Returning<Own = unknown> {
  readonly name: string;
  /** Where it stands, between two commands; `why` is for which return, so that nothing is held that it does not need. */
  mark(why: ReturnReason): Own | Promise<Own>;
  /** Goes back to a mark, which ends with all later ones. */
  returnTo(own: Own, why: ReturnReason): void | Promise<void>;
  /** The chain never returns to this mark. */
  release?(own: Own): void;
}

/** Carries out commands, one at a time: the same ones always come to the same. After a throw it is of no use until it returns. */
export interface Reducer<Command, Result, Own = unknown> extends Returning<Own> {
  carryOut(command: Command): Promise<Result>;
}

/** What stands beside a chain, returns with it to users' marks, and is told first what came of each command. */
export interface Source<Result, Own = unknown> extends Returning<Own> {
  /** When it is told of commands: when they are carried out, and may be dropped, or when they are decided. Default: decided. */
  readonly sees?: "executed" | "decided";
  /** Awaited before those behind it are told, where it takes time. */
  on(result: Result): void | Promise<void>;
}

/** Knows what it knows from a chain's results alone, in their order. What it throws is the chain's fault. */
export interface Follower<Result extends { readonly command: unknown }, Own = unknown> extends Source<Result, Own> {
  /** Awaited before a command is carried out. */
  before?(command: Result["command"]): void | Promise<void>;
  /** Awaited when a command is carried out and decided, before any follower is told of it. */
  prepare?(result: Result): Promise<void>;
  /** What it has still to do. */
  readonly lag?: Lag;
  /** Of all that it would answer: equal wherever the same results have led. */
  digest(): Hex;
}

/** How far behind a follower is that does some of its work later. */
interface Lag {
  /** In the gas of what is waiting, since commands differ in what they take. */
  readonly work: number;
  /** Resolves when there is less of it. */
  less(): Promise<void>;
}
