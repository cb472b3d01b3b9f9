import type { BatchNumber } from "../../ground/protocol/ids.ts";
import type { Follower, Reducer, ReturnReason, Returning, Source } from "./follower.ts";
import type { CommandLog } from "./log/command-log.ts";
import { ChainMarks, type Mark } from "./marks.ts";
import type { CommandSource, Offer, OfferErrorCode, Outcome, SpineView, OfferVerdict } from "./source.ts";

interface SpineParts<Command, Result extends { readonly command: unknown }> {
  readonly reducer: Reducer<Command, Result> & { readonly batchNumber: BatchNumber };
  /** Followers in the order of their notifications: one may read the state of an earlier one. */
  readonly followers: readonly Follower<Result>[];
  /** Log whose initial commands are replayed. */
  readonly log: CommandLog<Command>;
  /** True if a command begins a batch to which the chain may rewind for a replay. Default: none does. */
  readonly begins?: (command: Command) => boolean;
  /** True if a command ends a batch: it is decided before the next begins. Default: none does. */
  readonly ends?: (command: Command) => boolean;
  /** Whether the reducer refused the command by the chain's rules. Default: it never does. */
  readonly isRefusal?: (error: unknown) => boolean;
  /** Reason to refuse a proposal before it runs, by this node's clock. Default: none. */
  readonly refusal?: (commands: readonly Command[]) => Refusal | undefined;
  /** Gas that a follower may be behind before the next command waits for it. Default: any. */
  readonly mostLag?: number;
}

/** Which of an offer's commands is refused, and why. */
interface Refusal {
  readonly code: OfferErrorCode;
  readonly at: number;
}

/** Command that is applied, but not decided. */
interface Proposal<Command, Result> {
  readonly source: CommandSource<Command, Result>;
  readonly offer: Offer<Command>;
  readonly results: readonly Result[];
  /** Mark to return to if it is dropped. */
  readonly before: Mark;
  isDecided: boolean;
}

/** A source that is asked for commands. */
export interface Driven {
  /** Resolves when the source ends, or is stopped; rejects like its `next`. */
  readonly ended: Promise<void>;
  /** Stops requests to the source. */
  stop(): void;
}

/**
 * Chain as its log of decided commands, the reducer that applies them, its followers, and the sources of its commands. Runs
 * one thing at a time. After a failure in the middle the parts differ, until they return to a mark together.
 */
export class Spine<Command, Result extends { readonly command: Command }> implements SpineView {
  readonly #parts: SpineParts<Command, Result>;
  readonly #marks = new ChainMarks();
  #sources: readonly Source<Result>[] = [];
  /** Proposals, each based on its predecessor. */
  #proposals: readonly Proposal<Command, Result>[] = [];
  /** Start of the proposal that is being executed. */
  #proposing: Mark | undefined;
  #executed: number;
  #term = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(parts: SpineParts<Command, Result>) {
    this.#parts = parts;
    this.#executed = parts.log.first;
  }

  get executed(): number {
    return this.#executed;
  }

  get decided(): number {
    return (this.#proposals[0]?.before ?? this.#proposing)?.position ?? this.#executed;
  }

  get term(): number {
    return this.#term;
  }

  get lag(): number {
    return this.#parts.followers.reduce((sum, { lag }) => sum + (lag?.work ?? 0), 0);
  }

  /** Digest of each follower's answers, by its name. */
  digests(): ReadonlyMap<string, string> {
    return new Map(this.#parts.followers.map((follower) => [follower.name, follower.digest()]));
  }

  /** Attaches a source, which receives results and returns to users' marks. Returns the function that detaches it. */
  attach(source: Source<Result>): () => void {
    this.#sources = [...this.#sources, source];
    return () => void (this.#sources = this.#sources.filter((other) => other !== source));
  }

  /** Requests commands from a source, one offer at a time, and applies them. */
  drive(source: CommandSource<Command, Result>): Driven {
    const stopping = new AbortController();
    const detach = this.attach(source);
    return { ended: this.#pull(source, stopping.signal).finally(detach), stop: () => stopping.abort() };
  }

  /** Marks everything, to return to once. Proposals are dropped. */
  mark(): Promise<Mark> {
    return this.#inTurn(async () => {
      await this.#drop(0, "term");
      return this.#mark("snapshot", [...this.#tracking, ...this.#sources]);
    });
  }

  /** Marks the begin of the next batch for all parts except the sources: a chain replays from there. */
  async boundary(): Promise<void> {
    await this.#inTurn(() => this.#boundary());
  }

  /** Mark of a batch's begin; undefined if there is none, or it has ended. */
  before(batchNumber: BatchNumber): Mark | undefined {
    return this.#marks.before(batchNumber);
  }

  /** Whether the mark can be returned to. */
  holds(mark: Mark): boolean {
    return this.#marks.holds(mark);
  }

  /** Commands decided since a mark that is still usable. */
  since(mark: Mark): readonly Command[] {
    return this.#parts.log.read(mark.position).map(({ command }) => command);
  }

  /** Returns all that was marked: the reducer first, then those that follow it, so that they find it there. Drops proposals. */
  returnTo(mark: Mark, reason: ReturnReason): Promise<void> {
    return this.#inTurn(async () => {
      const dropped = this.#proposals;
      this.#proposals = [];
      await this.#return(mark, reason);
      this.#term++;
      for (const { source, offer } of dropped) source.outcome(offer, { type: "dropped", by: "term" });
    });
  }

  /** Returns to a mark. The caller decides which later commands are applied again. */
  async redo<Done>(from: Mark, again: (done: readonly Command[]) => Promise<Done>): Promise<Done> {
    const done = this.since(from);
    await this.returnTo(from, "redo");
    return again(done);
  }

  /**
   * Forgets the marks before this batch, because the chain will not rewind to them, except those that return with a user's
   * mark.
   */
  forgetBefore(batchNumber: BatchNumber): void {
    const left = this.#marks.forgetBefore(batchNumber);
    if (left !== undefined) this.#parts.log.forgetBefore(left.first ?? this.#executed);
  }

  get #tracking(): readonly Returning[] {
    return [this.#parts.reducer, ...this.#parts.followers];
  }

  async #pull(source: CommandSource<Command, Result>, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const offer = await source.next(this, stop);
      if (offer === undefined) return;
      await this.#inTurn(async () => source.outcome(offer, await this.#take(source, offer)));
    }
  }

  /** Decides an offer. */
  async #take(source: CommandSource<Command, Result>, offer: Offer<Command>): Promise<Outcome<Result>> {
    const refusal = this.#refusalOf(offer);
    if (refusal !== undefined) return { type: "refused", ...refusal };
    try {
      return await (offer.standing === "proposed" ? this.#propose(source, offer, offer.verdict) : this.#decide(offer));
    } catch (error) {
      return { type: "failed", error };
    }
  }

  /** Why an offer is refused before anything of it runs. */
  #refusalOf(offer: Offer<Command>): Refusal | undefined {
    const { standing, parent, term, commands } = offer;
    const { log, refusal, ends = () => false } = this.#parts;
    if (term !== this.#term) return { code: "OldTerm", at: 0 };
    const place = standing === "proposed" ? this.#executed : this.decided;
    if (parent !== place) return { code: parent < place ? "PositionTaken" : "WrongParent", at: 0 };
    const kept = log.at(this.#executed);
    if (kept !== undefined && (standing === "proposed" || kept.command !== commands[0])) return { code: "PositionTaken", at: 0 };
    if (offer.standing === "decided") return undefined;
    if (this.#proposals.some((before) => before.offer.commands.some(ends))) return { code: "BatchUndecided", at: 0 };
    const end = commands.slice(0, -1).findIndex(ends);
    if (end >= 0) return { code: "BatchUndecided", at: end + 1 };
    return offer.isAgreed === true ? undefined : refusal?.(commands);
  }

  /** Applies decided commands: each is stored before, and removed if it cannot be applied. */
  async #decide({ commands }: Offer<Command>): Promise<Outcome<Result>> {
    const { log, isRefusal = () => false } = this.#parts;
    // Decided commands replace proposals.
    await this.#drop(0, "parent");
    const results: Result[] = [];
    for (const [at, command] of commands.entries()) {
      await this.#prepare(command);
      const position = this.#executed;
      const isKept = position < log.end;
      const isLast = position + 1 >= log.end;
      // Its process may have ended before it could take the command back.
      const before = isKept && isLast ? await this.#mark("drop", this.#executing) : undefined;
      if (!isKept) log.append({ position, term: this.#term, command });
      try {
        results.push(await this.#carryOut(command));
      } catch (cause) {
        if (!isKept) log.truncate(position);
        if (before === undefined || !isRefusal(cause)) throw cause;
        await this.#return(before, "drop");
        return { type: "refused", code: "AgainstRules", at, cause };
      }
      if (before !== undefined) this.#marks.release([before]);
      const result = results.at(-1) as Result;
      if (isLast) this.#keepAsDone(position, command, result);
      await this.#tell(result, ["executed", "decided"]);
    }
    return { type: "decided", results };
  }

  /** Applies commands that may be dropped. */
  async #propose(
    source: CommandSource<Command, Result>,
    offer: Offer<Command>,
    verdict: Promise<OfferVerdict>,
  ): Promise<Outcome<Result>> {
    const before = (this.#proposing = await this.#mark("drop", this.#executing));
    try {
      const executed = await this.#execute(offer.commands, before);
      if (executed.type === "refused") return executed;
      const proposal = { source, offer, results: executed.results, before, isDecided: false };
      this.#proposals = [...this.#proposals, proposal];
      const settle = (answer: OfferVerdict): Promise<void> => this.#inTurn(() => this.#settle(proposal, answer));
      // A source whose verdict fails never tells another.
      void verdict.then(settle, () => settle("dropped"));
      return executed;
    } finally {
      this.#proposing = undefined;
    }
  }

  /** Executes a proposal's commands. If the rules do not allow a command, all are rolled back. */
  async #execute(
    commands: readonly Command[],
    before: Mark,
  ): Promise<Extract<Outcome<Result>, { readonly type: "executed" | "decided" | "refused" }>> {
    const { isRefusal = () => false } = this.#parts;
    const results: Result[] = [];
    for (const [at, command] of commands.entries()) {
      await this.#prepare(command);
      try {
        results.push(await this.#carryOut(command));
      } catch (cause) {
        if (!isRefusal(cause)) throw cause;
        await this.#return(before, "drop");
        return { type: "refused", code: "AgainstRules", at, cause };
      }
      await this.#tell(results.at(-1) as Result, ["executed"]);
    }
    return { type: "executed", results };
  }

  async #settle(proposal: Proposal<Command, Result>, verdict: OfferVerdict): Promise<void> {
    const { source, offer } = proposal;
    try {
      if (verdict === "decided") proposal.isDecided = true;
      else if (this.#proposals.includes(proposal)) await this.#drop(this.#proposals.indexOf(proposal), "verdict");
      for (let next = this.#proposals[0]; next?.isDecided === true; next = this.#proposals[0]) await this.#keep(next);
    } catch (error) {
      source.outcome(offer, { type: "failed", error });
    }
  }

  /** The first of the proposals is decided: now it happens for those that follow. */
  async #keep({ source, offer, results, before }: Proposal<Command, Result>): Promise<void> {
    const { log } = this.#parts;
    this.#proposals = this.#proposals.slice(1);
    this.#marks.release([before]);
    for (const result of results) {
      log.append({ position: log.end, term: this.#term, command: result.command });
      await this.#tell(result, ["decided"]);
    }
    source.outcome(offer, { type: "decided", results });
  }

  /** Rolls back a proposal and those that depend on it. */
  async #drop(from: number, by: "verdict" | "parent" | "term"): Promise<void> {
    const [first, ...above] = this.#proposals.slice(from);
    if (first === undefined) return;
    this.#proposals = this.#proposals.slice(0, from);
    await this.#return(first.before, "drop");
    this.#term++;
    first.source.outcome(first.offer, { type: "dropped", by });
    for (const { source, offer } of above) source.outcome(offer, { type: "dropped", by: by === "term" ? by : "parent" });
  }

  /** Parts that receive undecided results. */
  get #executing(): readonly Returning[] {
    const { reducer, followers } = this.#parts;
    return [reducer, ...[...followers, ...this.#sources].filter(({ sees }) => sees === "executed")];
  }

  /** Waits for the preparations of a command. */
  async #prepare(command: Command): Promise<void> {
    const { followers, mostLag = Infinity, begins } = this.#parts;
    for (const { lag } of followers) while (lag !== undefined && lag.work > mostLag) await lag.less();
    for (const follower of followers) await follower.before?.(command as Result["command"]);
    if (begins?.(command) === true) await this.#boundary();
  }

  async #carryOut(command: Command): Promise<Result> {
    const result = await this.#parts.reducer.carryOut(command);
    this.#executed++;
    return result;
  }

  /** Stores the command without the parts that the engine omitted, so that a replay omits them also. */
  #keepAsDone(position: number, command: Command, { command: done }: Result): void {
    if (done === command) return;
    const { log } = this.#parts;
    log.truncate(position);
    log.append({ position, term: this.#term, command: done });
  }

  /** Notifies followers. A follower's error comes after the command, which stays; a restart repeats it. */
  async #tell(result: Result, those: readonly ("executed" | "decided")[]): Promise<void> {
    for (const follower of those.includes("decided") ? this.#parts.followers : [])
      if (follower.prepare !== undefined) await follower.prepare(result);
    for (const one of [...this.#sources, ...this.#parts.followers]) {
      if (!those.includes(one.sees ?? "decided")) continue;
      const told = one.on(result);
      // A synchronous follower finishes before the next one is notified.
      if (told !== undefined) await told;
    }
  }

  async #return(mark: Mark, reason: ReturnReason): Promise<void> {
    await this.#marks.returnTo(mark, reason);
    this.#executed = mark.position;
    this.#parts.log.truncate(mark.position);
  }

  async #boundary(): Promise<void> {
    await this.#mark("redo", this.#tracking);
  }

  #mark(reason: ReturnReason, parts: readonly Returning[]): Promise<Mark> {
    const { reducer } = this.#parts;
    return this.#marks.take(reason, parts, () => ({ position: this.#executed, batchNumber: reducer.batchNumber }));
  }

  #inTurn<Done>(work: () => Promise<Done>): Promise<Done> {
    const done = this.#last.then(work);
    this.#last = done.catch(() => undefined);
    return done;
  }
}
