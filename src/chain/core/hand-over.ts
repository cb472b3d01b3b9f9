import { OfferError, type CommandSource, type Offer, type Outcome, type SpineView, type OfferVerdict } from "./source.ts";

/** Options of an offered command. */
export interface HandedOverAs<Result> {
  /** The term in which it was chosen. Default: the chain's, when its turn comes. */
  readonly term?: number;
  /** Decision on the command. Default: it is decided. */
  readonly verdict?: Promise<OfferVerdict>;
  /** True if a quorum has agreed on the command. Default false. */
  readonly isAgreed?: boolean | undefined;
  /** Called with the outcome of a proposal that was applied. */
  readonly onSettled?: (outcome: Outcome<Result>) => void;
}

interface Waiting<Command, Result> extends HandedOverAs<Result> {
  readonly command: Command;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** A source whose commands are handed over one at a time by a caller that waits for what comes of each. */
export class HandOver<Command, Result> implements CommandSource<Command, Result> {
  readonly name: string;
  readonly #waiting: Waiting<Command, Result>[] = [];
  readonly #offered = new Map<Offer<Command>, Waiting<Command, Result>>();
  #wake: (() => void) | undefined;

  constructor(name: string) {
    this.name = name;
  }

  /** Resolves when the command is applied. Rejects with OfferError if it is refused, and with the chain's fault. */
  carryOut(command: Command, as: HandedOverAs<Result> = {}): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ ...as, command, resolve, reject });
      this.#wake?.();
    });
  }

  async next(view: SpineView, stop: AbortSignal): Promise<Offer<Command> | undefined> {
    if (this.#waiting.length === 0 && !stop.aborted) await this.#woken(stop);
    const next = this.#waiting.shift();
    if (next === undefined) return undefined;
    const { command, term = view.term, verdict, isAgreed } = next;
    const place = { parent: view.executed, term, commands: [command] };
    const offer: Offer<Command> =
      verdict === undefined ? { ...place, standing: "decided" } : { ...place, standing: "proposed", verdict, isAgreed };
    this.#offered.set(offer, next);
    return offer;
  }

  outcome(offer: Offer<Command>, what: Outcome<Result>): void {
    const offered = this.#offered.get(offer);
    if (offered === undefined) return;
    if (what.type !== "executed") this.#offered.delete(offer);
    // The caller already has the result, except that it is settled by then.
    if (offer.standing === "proposed" && what.type !== "executed") offered.onSettled?.(what);
    if (what.type === "failed") offered.reject(what.error);
    if (what.type === "refused") offered.reject(refused(what.code, what.cause));
    if (what.type === "executed" || what.type === "decided") offered.resolve(what.results[0] as Result);
  }

  on(): void {
    // Callers are notified of their offers.
  }

  mark(): void {
    // Nothing waits here between two commands.
  }

  returnTo(): void {
    // A return needs no action here.
  }

  #woken(stop: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        stop.removeEventListener("abort", wake);
        this.#wake = undefined;
        resolve();
      };
      this.#wake = wake;
      stop.addEventListener("abort", wake);
    });
  }
}

const REASONS: Readonly<Record<OfferError["code"], string>> = {
  OldTerm: "the command before it was rolled back",
  WrongParent: "the chain has not reached its position yet",
  PositionTaken: "another command has its place",
  BatchUndecided: "the end of the batch before it is not decided",
  TimeRunsBackwards: "it is earlier than the command before it",
  TimeTooFarAhead: "it is later than the chain's clock allows",
  AgainstRules: "the chain's rules do not allow it there",
};

function refused(code: OfferError["code"], cause: unknown): OfferError {
  return new OfferError(code, `the command was not applied: ${REASONS[code]}; offer it again`, { cause });
}
