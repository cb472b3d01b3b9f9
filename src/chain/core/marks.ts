import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { ReturnReason, Returning } from "./follower.ts";

/** State of one part. */
interface Standing {
  readonly part: Returning;
  readonly state: unknown;
}

/** A place to return to, once: parts of a chain at one moment, between two commands. */
export interface Mark {
  /** Commands before it. */
  readonly position: number;
  /** Number of the open or next batch. */
  readonly batchNumber: BatchNumber;
  readonly parts: readonly Standing[];
}

/** Usable marks in order, each with its purpose; those for replays are at the begins of batches. */
export class ChainMarks {
  #marks: readonly { readonly mark: Mark; readonly reason: ReturnReason }[] = [];

  /** Marks each part, in their order. */
  async take(reason: ReturnReason, parts: readonly Returning[], place: () => Omit<Mark, "parts">): Promise<Mark> {
    const standing: Standing[] = [];
    for (const part of parts) standing.push({ part, state: await part.mark(reason) });
    const mark = { ...place(), parts: standing };
    this.#marks = [...this.#marks, { mark, reason }];
    return mark;
  }

  /** Returns each part, in their order. That ends the mark, and those that are later. */
  async returnTo(mark: Mark, reason: ReturnReason): Promise<void> {
    for (const { part, state } of mark.parts) await part.returnTo(state, reason);
    const at = this.#marks.findIndex((entry) => entry.mark === mark);
    if (at >= 0) this.#marks = this.#marks.slice(0, at);
  }

  /** The chain never returns to these. */
  release(over: readonly Mark[]): void {
    this.#marks = this.#marks.filter(({ mark }) => !over.includes(mark));
    for (const { parts } of over) for (const { part, state } of parts) part.release?.(state);
  }

  /** Releases those before a batch, and tells the position of the first that is left. Undefined where a user's mark stands. */
  forgetBefore(batchNumber: BatchNumber): { readonly first: number | undefined } | undefined {
    if (this.#marks.some(({ reason }) => reason === "snapshot")) return undefined;
    this.release(this.#marks.flatMap(({ mark }) => (mark.batchNumber < batchNumber ? [mark] : [])));
    return { first: this.#marks[0]?.mark.position };
  }

  /** Mark of a batch's begin; undefined if there is none, or it has ended. */
  before(batchNumber: BatchNumber): Mark | undefined {
    return this.#marks.find(({ mark, reason }) => reason === "redo" && mark.batchNumber === batchNumber)?.mark;
  }

  holds(mark: Mark): boolean {
    return this.#marks.some((entry) => entry.mark === mark);
  }
}
