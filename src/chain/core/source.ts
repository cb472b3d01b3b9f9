import { NamedError } from "../../ground/errors/named-error.ts";
import type { Source } from "./follower.ts";

/** How far a chain is, for those that offer it commands. */
export interface SpineView {
  /** Commands that are carried out. */
  readonly executed: number;
  /** Commands that are decided: the same, but for proposals. */
  readonly decided: number;
  /** How often what was carried out has been taken back: by a return, to do it again, or because it was not decided. */
  readonly term: number;
  /** What its followers have still to do, in gas. */
  readonly lag: number;
}

/** What is to become of a proposal. */
export type OfferVerdict = "decided" | "dropped";

/** Commands to be carried out one after the other, behind the place that their source saw. */
export type Offer<Command> = OfferStanding & {
  /** Commands before them. */
  readonly parent: number;
  /** The chain's, as the source saw it. */
  readonly term: number;
  readonly commands: readonly Command[];
};

/** Proposals are carried out at once, and may stand on proposals; whether they were is decided later. */
export type OfferStanding =
  | { readonly standing: "decided" }
  | {
      readonly standing: "proposed";
      readonly verdict: Promise<OfferVerdict>;
      /** True if a quorum has agreed on the commands: rules of this node's clock do not apply. Default false. */
      readonly isAgreed?: boolean | undefined;
    };

/** What became of an offer. A proposal is carried out first, and then decided or dropped. */
export type Outcome<Result> =
  | { readonly type: "executed" | "decided"; readonly results: readonly Result[] }
  /** Nothing of it was done, or all of it was taken back; `at` is the command that was refused. */
  | { readonly type: "refused"; readonly code: OfferErrorCode; readonly at: number; readonly cause?: unknown }
  /** By its own verdict, with that on which it stood, or because the chain has returned. */
  | { readonly type: "dropped"; readonly by: "verdict" | "parent" | "term" }
  /** The chain has a fault, and is of no use until it returns. */
  | { readonly type: "failed"; readonly error: unknown };

/** Where commands come from. What waits there is its own affair, and so is what it does with what was dropped. */
export interface CommandSource<Command, Result, Own = unknown> extends Source<Result, Own> {
  /** The next offer, once there is one; undefined where none comes any more. Asked again when the last one was carried out. */
  next(view: SpineView, stop: AbortSignal): Promise<Offer<Command> | undefined>;
  outcome(offer: Offer<Command>, what: Outcome<Result>): void;
}

/** Reasons why an offer is refused. */
export type OfferErrorCode =
  /** The chain has taken back what the offer stood on, or something beside it. */
  | "OldTerm"
  /** The chain is not as far as the offer says. */
  | "WrongParent"
  /** Other commands have its place. */
  | "PositionTaken"
  /** It stands behind the end of a batch that is not decided. */
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
