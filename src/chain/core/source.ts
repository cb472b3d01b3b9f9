import { NamedError } from "../../ground/errors/named-error.ts";
import type { Source } from "./follower.ts";

/** Progress of a chain, for sources of commands. */
export interface SpineView {
  /** Number of applied commands. */
  readonly executed: number;
  /** Number of decided commands: the applied ones without proposals. */
  readonly decided: number;
  /** Number of rewinds: returns, replays, and dropped proposals. */
  readonly term: number;
  /** Unfinished work of the followers, in gas. */
  readonly lag: number;
}

/** Decision on a proposal. */
export type OfferVerdict = "decided" | "dropped";

/** Commands to be applied in sequence, after the position that their source saw. */
export type Offer<Command> = OfferStanding & {
  /** Commands before them. */
  readonly parent: number;
  /** The chain's, as the source saw it. */
  readonly term: number;
  readonly commands: readonly Command[];
};

/** Standing of an offer. Proposals are applied immediately, and may depend on proposals; they are decided or dropped later. */
export type OfferStanding =
  | { readonly standing: "decided" }
  | {
      readonly standing: "proposed";
      readonly verdict: Promise<OfferVerdict>;
      /** True if a quorum has agreed on the commands: rules of this node's clock do not apply. Default false. */
      readonly isAgreed?: boolean | undefined;
    };

/** Outcome of an offer. A proposal is applied first, and then decided or dropped. */
export type Outcome<Result> =
  | { readonly type: "executed" | "decided"; readonly results: readonly Result[] }
  /** Nothing was applied, or everything was rolled back; `at` is the refused command. */
  | { readonly type: "refused"; readonly code: OfferErrorCode; readonly at: number; readonly cause?: unknown }
  /** Dropped by its verdict, with the proposal that it depended on, or because the chain has returned. */
  | { readonly type: "dropped"; readonly by: "verdict" | "parent" | "term" }
  /** The chain has a fault, and is of no use until it returns. */
  | { readonly type: "failed"; readonly error: unknown };

/** Source of commands. It manages its waiting and its dropped commands. */
export interface CommandSource<Command, Result, Own = unknown> extends Source<Result, Own> {
  /** Next offer, when there is one; undefined if none will follow. Called again after the last one was applied. */
  next(view: SpineView, stop: AbortSignal): Promise<Offer<Command> | undefined>;
  outcome(offer: Offer<Command>, outcome: Outcome<Result>): void;
}

/** Reasons why an offer is refused. */
export type OfferErrorCode =
  /** The chain has rolled back the offer's base, or another command. */
  | "OldTerm"
  /** The chain is not as far as the offer says. */
  | "WrongParent"
  /** Other commands have its place. */
  | "PositionTaken"
  /** The offer follows the end of an undecided batch. */
  | "BatchUndecided"
  /** A command is earlier than the one before it. */
  | "TimeRunsBackwards"
  /** A command is later than the clock allows. */
  | "TimeTooFarAhead"
  /** The chain's rules do not allow a command where it stands. */
  | "AgainstRules";

/** An offer that was refused. */
export class OfferError extends NamedError<OfferErrorCode> {
  override readonly name = "OfferError";
}
