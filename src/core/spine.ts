import type { BatchNumber } from "../protocol/ids.ts";
import type { Follower, Reducer, ReturnReason, Returning, Source } from "./follower.ts";
import type { CommandLog } from "./log/command-log.ts";

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
  /** What it has at first is to be repeated. */
  readonly log: CommandLog<Command>;
  /** Whether a command begins a batch to which the chain may go back, to do again what came since. Default: none does. */
  readonly begins?: (command: Command) => boolean;
  /** Whether the reducer refused the command by the chain's rules. Default: it never does. */
  readonly isRefusal?: (error: unknown) => boolean;
}

/**
 * A chain as its log of commands, the reducer that carries them out, and all that follows it. One call at a time. What fails in
 * the middle leaves the parts apart, until they return to a mark together.
 */
export class Spine<Command, Result extends { readonly command: Command }> {
  readonly #parts: SpineParts<Command, Result>;
  readonly #sources: Source<Result>[] = [];
  /** Those that can still be used, in their order, with what each is for: those to do again are where batches begin. */
  #marks: readonly { readonly mark: Mark; readonly why: ReturnReason }[] = [];
  #position: number;

  constructor(parts: SpineParts<Command, Result>) {
    this.#parts = parts;
    this.#position = parts.log.first;
  }

  /** Commands that are carried out, by this process or earlier ones. */
  get position(): number {
    return this.#position;
  }

  /** What each follower would answer, by its name. */
  digests(): ReadonlyMap<string, string> {
    return new Map(this.#parts.followers.map((follower) => [follower.name, follower.digest()]));
  }

  /** Has a source told of results, and return to users' marks. */
  attach(source: Source<Result>): void {
    this.#sources.push(source);
  }

  /** Carries out the next command; it is kept before, and not any more where it cannot be carried out. Rejects as the reducer. */
  async carryOut(command: Command): Promise<Result> {
    const { log, reducer } = this.#parts;
    await this.#markBefore(command);
    log.append(command);
    let result: Result;
    try {
      result = await reducer.carryOut(command);
    } catch (error) {
      log.truncate(this.#position);
      throw error;
    }
    this.#keepAsDone(command, result);
    this.#tell(result);
    return result;
  }

  /**
   * Carries out what the log has from earlier processes, exactly as at first. A last command that is refused was not carried out
   * then either: its process ended before it could take it back. Rejects as the reducer where another one is refused.
   */
  async catchUp(onRepeated?: (done: number, total: number) => void): Promise<void> {
    const commands = this.#parts.log.read(this.#position);
    for (const [i, command] of commands.entries()) {
      onRepeated?.(i, commands.length);
      await this.#markBefore(command);
      if (i === commands.length - 1) await this.#carryOutLast(command);
      else this.#tell(await this.#parts.reducer.carryOut(command));
    }
  }

  /** Marks everything, to return to once. */
  mark(): Promise<Mark> {
    return this.#mark("snapshot", [...this.#tracking, ...this.#sources]);
  }

  /** Marks the beginning of the next batch, for all but the sources: from there a chain does again what it did. */
  async boundary(): Promise<void> {
    await this.#mark("redo", this.#tracking);
  }

  /** Where a batch began; undefined where that was not marked, or is over. */
  before(batchNumber: BatchNumber): Mark | undefined {
    return this.#marks.find(({ mark, why }) => why === "redo" && mark.batchNumber === batchNumber)?.mark;
  }

  /** Whether the mark can be returned to. */
  holds(mark: Mark): boolean {
    return this.#marks.some((held) => held.mark === mark);
  }

  /** What was done since a mark that can be returned to. */
  since(mark: Mark): readonly Command[] {
    return this.#parts.log.read(mark.position);
  }

  /** Returns all that was marked: the reducer first, then those that follow it, so that they find it there. */
  async returnTo(mark: Mark, why: ReturnReason): Promise<void> {
    for (const { part, own } of mark.parts) await part.returnTo(own, why);
    this.#position = mark.position;
    this.#parts.log.truncate(mark.position);
    const at = this.#marks.findIndex((held) => held.mark === mark);
    if (at >= 0) this.#marks = this.#marks.slice(0, at);
  }

  /** Returns to a mark. The caller decides what of the commands since then is carried out again. */
  async redo<Done>(from: Mark, again: (done: readonly Command[]) => Promise<Done>): Promise<Done> {
    const done = this.since(from);
    await this.returnTo(from, "redo");
    return again(done);
  }

  /**
   * The chain does not go back to before this batch: what was done until then is forgotten, unless a user's mark stands, with
   * which it returns.
   */
  forgetBefore(batchNumber: BatchNumber): void {
    if (this.#marks.some(({ why }) => why === "snapshot")) return;
    this.#release(this.#marks.flatMap(({ mark }) => (mark.batchNumber < batchNumber ? [mark] : [])));
    this.#parts.log.forgetBefore(this.#marks[0]?.mark.position ?? this.#position);
  }

  get #tracking(): readonly Returning[] {
    return [this.#parts.reducer, ...this.#parts.followers];
  }

  /** The last command that an earlier process left: it may have ended before it could take it back. */
  async #carryOutLast(command: Command): Promise<void> {
    const { reducer, isRefusal = () => false } = this.#parts;
    const before = await this.#mark("redo", this.#tracking);
    let result: Result;
    try {
      result = await reducer.carryOut(command);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      // That ends the mark.
      return this.returnTo(before, "redo");
    }
    this.#release([before]);
    this.#keepAsDone(command, result);
    this.#tell(result);
  }

  /** What the engine left out of the last command was not done, and is not done again. */
  #keepAsDone(command: Command, { command: done }: Result): void {
    if (done === command) return;
    const { log } = this.#parts;
    log.truncate(this.#position);
    log.append(done);
  }

  async #markBefore(command: Command): Promise<void> {
    if (this.#parts.begins?.(command) === true) await this.boundary();
  }

  /** What a follower throws comes after the command: that stays, and a restart repeats it. */
  #tell(result: Result): void {
    this.#position++;
    for (const source of this.#sources) source.on(result);
    for (const follower of this.#parts.followers) follower.on(result);
  }

  #release(over: readonly Mark[]): void {
    this.#marks = this.#marks.filter(({ mark }) => !over.includes(mark));
    for (const { parts } of over) for (const { part, own } of parts) part.release?.(own);
  }

  async #mark(why: ReturnReason, tracked: readonly Returning[]): Promise<Mark> {
    const { reducer } = this.#parts;
    const parts: Standing[] = [];
    for (const part of tracked) parts.push({ part, own: await part.mark(why) });
    const mark = { position: this.#position, batchNumber: reducer.batchNumber, parts };
    this.#marks = [...this.#marks, { mark, why }];
    return mark;
  }
}
