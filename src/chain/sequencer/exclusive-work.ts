import { ClockError } from "../../ground/runtime/movable-clock.ts";
import { SequencerError } from "./sequencer-error.ts";

/**
 * A chain's work, one piece after another. A fault in one leaves the engines apart, so it ends the work: everything that
 * follows is refused with the same error, until `restart`.
 */
export class ExclusiveWork {
  /** Told once of each end; `isFault` is false where it was closed. */
  readonly #onEnd: (error: SequencerError, isFault: boolean) => void;
  #last: Promise<unknown> = Promise.resolve();
  #ended: SequencerError | undefined;
  #isClosed = false;

  constructor(onEnd: (error: SequencerError, isFault: boolean) => void) {
    this.#onEnd = onEnd;
  }

  /** Reason why the work has ended; undefined while it runs. */
  get ended(): SequencerError | undefined {
    return this.#ended;
  }

  /** Throws the reason if the work has ended. */
  requireRunning(): void {
    if (this.#ended !== undefined) throw this.#ended;
  }

  /** Runs the work after all earlier work. Rejects with its error, or with the reason if the work has ended. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    return this.#after(async () => {
      this.requireRunning();
      try {
        return await work();
      } catch (error) {
        if (!isHarmless(error)) this.fail(error);
        throw error;
      }
    });
  }

  /** Runs the work, also after a fault, which ends with it; `goOn` follows at the same moment. Not after `close`. */
  restart(work: () => Promise<void>, goOn: () => void): Promise<void> {
    return this.#after(async () => {
      if (this.#isClosed) throw closed();
      try {
        await work();
      } catch (error) {
        this.fail(error);
        throw error;
      }
      this.#ended = undefined;
      goOn();
    });
  }

  /** Ends the work because of a fault. */
  fail(error: unknown): void {
    this.#end(error instanceof SequencerError ? error : stopped(error), true);
  }

  /** Ends the work after the current piece. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#end(closed(), false);
    await this.#last;
  }

  #after<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    this.#last = result.catch(() => undefined);
    return result;
  }

  #end(error: SequencerError, isFault: boolean): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    this.#onEnd(error, isFault);
  }
}

/** Thrown before anything is done. */
const HARMLESS: readonly SequencerError["code"][] = ["TimestampInPast", "CheatRefused", "SenderNotAllowed", "DeployerNotAllowed"];

/** Whether nothing had been done when it was thrown. */
function isHarmless(error: unknown): boolean {
  if (error instanceof ClockError) return true;
  return error instanceof SequencerError && HARMLESS.includes(error.code);
}

function stopped(cause: unknown): SequencerError {
  return new SequencerError("Stopped", `the chain has stopped: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}

function closed(): SequencerError {
  return new SequencerError("Stopped", "the chain is shut down");
}
