import type { Hex } from "../protocol/hex.ts";

/** Why a chain returns: `snapshot`, with all around it; `redo`, alone, to do again what it did since. */
export type ReturnReason = "snapshot" | "redo";

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

/** Where commands come from. It is told first what came of each command, also of those from other sources. */
export interface Source<Result, Own = unknown> extends Returning<Own> {
  on(result: Result): void;
}

/** Knows what it knows from a chain's results alone, in their order. What it throws is the chain's fault. */
export interface Follower<Result, Own = unknown> extends Source<Result, Own> {
  /** Of all that it would answer: equal wherever the same results have led. */
  digest(): Hex;
}
