import type { BatchNumber } from "../protocol/ids.ts";
import type { Follower, Reducer, ReturnReason, Returning, Source } from "./follower.ts";

/** Keeps commands in their order. */
interface CommandSink<Command> {
  /** Commands that are kept. */
  readonly length: number;
  append(command: Command): void;
  /** What came after the first `length` commands has not happened. */
  truncate(length: number): void;
}

/** Where one part stood. */
interface Standing {
  readonly part: Returning;
  readonly own: unknown;
}

/** A place to return to, once: every part of a chain at one moment, between two commands. */
export interface Mark {
  /** Commands before it. */
  readonly position: number;
  /** Of the batch that was open, or came next. */
  readonly batchNumber: BatchNumber;
  readonly parts: readonly Standing[];
}

interface SpineParts<Command, Result> {
  readonly reducer: Reducer<Command, Result> & { readonly batchNumber: BatchNumber };
  /** In the order in which they are told: one may read what an earlier one knows. */
  readonly followers: readonly Follower<Result>[];
  /** Keeps commands beyond this process. Default: nothing does. */
  readonly log?: CommandSink<Command> | undefined;
  /** Commands of the log that are done without being carried out here. */
  readonly begunAt: number;
}

/**
 * A chain as its log of commands, the reducer that carries them out, and all that follows it. One call at a time. What fails in
 * the middle leaves the parts apart, until they return to a mark together.
 */
export class Spine<Command, Result> {
  readonly #parts: SpineParts<Command, Result>;
  readonly #sources: Source<Result>[] = [];
  /** Those that can still be used, in their order, with what each is. */
  #marks: readonly { readonly mark: Mark; readonly isBoundary: boolean }[] = [];
  #position: number;

  constructor(parts: SpineParts<Command, Result>) {
    this.#parts = parts;
    this.#position = parts.begunAt;
  }

  /** Commands that are carried out, or were before. */
  get position(): number {
    return this.#position;
  }

  /** Has a source told of results, and return to users' marks. */
  attach(source: Source<Result>): void {
    this.#sources.push(source);
  }

  /** Carries out the next command; it is kept before, and not any more where it cannot be carried out. Rejects as the reducer. */
  async carryOut(command: Command): Promise<Result> {
    const { log, reducer } = this.#parts;
    log?.append(command);
    try {
      return await this.#done(await reducer.carryOut(command));
    } catch (error) {
      // What a follower throws comes after the command: that stays, and a restart repeats it.
      if (log !== undefined && this.#position < log.length) log.truncate(this.#position);
      throw error;
    }
  }

  /** Carries out a command that the log has already. */
  async repeat(command: Command): Promise<Result> {
    return this.#done(await this.#parts.reducer.carryOut(command));
  }

  /** Marks everything, to return to once. */
  mark(): Promise<Mark> {
    return this.#mark(false, [...this.#tracking, ...this.#sources]);
  }

  /** Marks the beginning of the next batch, for all but the sources: from there a chain does again what it did. */
  async boundary(): Promise<void> {
    await this.#mark(true, this.#tracking);
  }

  /** Where a batch began; undefined where that was not marked, or is over. */
  before(batchNumber: BatchNumber): Mark | undefined {
    return this.#marks.find(({ mark, isBoundary }) => isBoundary && mark.batchNumber === batchNumber)?.mark;
  }

  /** Whether the mark can be returned to. */
  holds(mark: Mark): boolean {
    return this.#marks.some((held) => held.mark === mark);
  }

  /** Returns all that was marked: the reducer first, then those that follow it, so that they find it there. */
  async returnTo(mark: Mark, why: ReturnReason): Promise<void> {
    for (const { part, own } of mark.parts) await part.returnTo(own, why);
    this.#position = mark.position;
    this.#parts.log?.truncate(mark.position);
    const at = this.#marks.findIndex((held) => held.mark === mark);
    if (at >= 0) this.#marks = this.#marks.slice(0, at);
  }

  /**
   * Ends the boundaries of the batches before this one. Returns false where a user's mark stands, with which a chain returns to
   * before them: then they stay.
   */
  releaseBefore(batchNumber: BatchNumber): boolean {
    if (this.#marks.some(({ isBoundary }) => !isBoundary)) return false;
    const over = this.#marks.filter(({ mark }) => mark.batchNumber < batchNumber);
    this.#marks = this.#marks.filter(({ mark }) => mark.batchNumber >= batchNumber);
    for (const { mark } of over) for (const { part, own } of mark.parts) part.release?.(own);
    return true;
  }

  get #tracking(): readonly Returning[] {
    return [this.#parts.reducer, ...this.#parts.followers];
  }

  async #done(result: Result): Promise<Result> {
    this.#position++;
    for (const source of this.#sources) source.on(result);
    for (const follower of this.#parts.followers) follower.on(result);
    return result;
  }

  async #mark(isBoundary: boolean, tracked: readonly Returning[]): Promise<Mark> {
    const { reducer } = this.#parts;
    const parts: Standing[] = [];
    for (const part of tracked) parts.push({ part, own: await part.mark() });
    const mark = { position: this.#position, batchNumber: reducer.batchNumber, parts };
    this.#marks = [...this.#marks, { mark, isBoundary }];
    return mark;
  }
}
