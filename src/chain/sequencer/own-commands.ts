import { HandOver } from "../../core/hand-over.ts";
import { OfferError, type CommandSource, type Outcome, type SpineView, type OfferVerdict } from "../../core/source.ts";
import type { Clock } from "../../runtime/clock.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { ExclusiveWork } from "./exclusive-work.ts";
import { SequencerError } from "./sequencer-error.ts";
import { signed, type WaitingPool } from "./waiting-pool.ts";

/** Those who decide with the sequencer what is in the chain's order. */
export interface Deciders {
  /** Decides on an executed command, which contains no transaction that the engine refused. */
  readonly verdict: (command: BatchCommand) => Promise<OfferVerdict>;
  /** A proposal is dropped when its verdict has not come after this time. */
  readonly timeoutMs: number;
  /**
   * Called when there may be something to decide. Then this sequencer makes blocks and ends batches in `lead` only. Default: it
   * always leads.
   */
  readonly onWork?: () => void;
}

interface OwnCommandsDependencies {
  readonly view: SpineView;
  readonly work: ExclusiveWork;
  readonly pool: WaitingPool;
  readonly clock: Clock;
  /** What was dropped waits again. */
  readonly onDropped: () => void;
  /** Undefined: the sequencer alone decides. */
  readonly deciders: Deciders | undefined;
}

/** A command that is carried out, and not decided. */
interface Proposed {
  readonly result: CommandResult;
  /** As the deciders say; `dropped` when they are silent for too long. */
  readonly verdict: Promise<OfferVerdict>;
  /** Tells the chain, in a piece of work. */
  readonly tell: (verdict: OfferVerdict) => void;
  /** What became of it. Rejects with the chain's fault, and where the chain has returned to a mark. */
  readonly settled: Promise<OfferVerdict>;
}

/**
 * The commands that a sequencer chooses. They are decided when they are carried out, or proposed to others: then pieces of work
 * whose commands are dropped are done again, and the pool's transactions that they held wait again. Verdicts are heard between
 * two pieces of work, so that none is cut in the middle.
 */
export class OwnCommands {
  readonly #dependencies: OwnCommandsDependencies;
  readonly #handOver = new HandOver<BatchCommand, CommandResult>("single");
  #term = 0;
  /** In their order. */
  #proposed: readonly Proposed[] = [];

  constructor(dependencies: OwnCommandsDependencies) {
    this.#dependencies = dependencies;
  }

  get source(): Pick<CommandSource<BatchCommand, CommandResult>, "next" | "outcome"> {
    return this.#handOver;
  }

  /**
   * Runs a piece of work after all earlier ones, until what it did is decided. Throws SequencerError NotAlone if this sequencer
   * makes commands in its turn only.
   */
  async run<Done>(work: () => Promise<Done>): Promise<Done> {
    if (this.#dependencies.deciders?.onWork !== undefined) throw notAlone();
    for (;;) {
      const piece = await this.#dependencies.work.run(() => this.#attempt(work));
      if (piece !== undefined && (await piece.last?.settled) !== "dropped") return piece.done;
    }
  }

  /** Runs a piece of work after all earlier ones, and does not wait for what is decided: what it loses waits again by itself. */
  async start(work: () => Promise<void>): Promise<void> {
    await this.#dependencies.work.run(() => this.#attempt(work));
  }

  /** What is carried out now stands on the chain as it is, though it has returned since the piece of work began. */
  stand(): void {
    this.#term = this.#dependencies.view.term;
  }

  /** Resolves when the command is carried out. `isDecided`: it was decided before. Rejects as the reducer, or with OfferError. */
  async carryOut(command: BatchCommand, isDecided: boolean): Promise<CommandResult> {
    const { deciders, pool } = this.#dependencies;
    if (deciders !== undefined && !isDecided) return this.#propose(command, deciders);
    const result = await this.#handOver.carryOut(command, { term: this.#term });
    pool.included(result);
    return result;
  }

  /** Waits until nothing is proposed, in a piece of work. */
  async settle(): Promise<void> {
    for (let [first] = this.#proposed; first !== undefined; [first] = this.#proposed)
      await this.#settleFirst(first, await first.verdict);
  }

  /** Waits, in a piece of work, until the end of the last batch is decided. Throws OfferError if that was dropped. */
  async settleEnd(): Promise<void> {
    const end = this.#proposed.at(-1);
    if (end?.result.command.type !== "seal") return;
    await this.settle();
    if ((await end.settled) === "dropped") throw new OfferError("OldTerm", "the end of the batch was dropped");
  }

  /** Undefined where the chain has taken back what it stood on. */
  async #attempt<Done>(work: () => Promise<Done>): Promise<{ done: Done; last: Proposed | undefined } | undefined> {
    this.stand();
    const [...before] = this.#proposed;
    try {
      const done = await work();
      const last = this.#proposed.at(-1);
      return { done, last: last === undefined || before.includes(last) ? undefined : last };
    } catch (error) {
      if (error instanceof OfferError && error.code === "OldTerm") return undefined;
      throw error;
    }
  }

  async #propose(command: BatchCommand, deciders: Deciders): Promise<CommandResult> {
    const { work } = this.#dependencies;
    const told = Promise.withResolvers<OfferVerdict>();
    const settled = Promise.withResolvers<OfferVerdict>();
    // Not every piece of work waits for each of its commands.
    settled.promise.catch(() => undefined);
    const onSettled = (what: Outcome<CommandResult>): void => {
      if (what.type === "failed") settled.reject(what.error);
      else if (what.type === "dropped" && what.by === "term") settled.reject(returned());
      else settled.resolve(what.type === "decided" ? "decided" : "dropped");
    };
    const result = await this.#handOver.carryOut(command, { term: this.#term, verdict: told.promise, onSettled });
    const verdict = this.#inTime(deciders.verdict(result.command), deciders.timeoutMs);
    const proposed = { result, verdict, tell: told.resolve, settled: settled.promise };
    this.#proposed = [...this.#proposed, proposed];
    // A chain that has ended hears no more.
    void verdict.then((given) => work.run(() => this.#settleFirst(proposed, given)).catch(() => undefined));
    return result;
  }

  /** Tells the chain what was decided of a proposal, when those before it are settled. */
  async #settleFirst(proposed: Proposed, verdict: OfferVerdict): Promise<void> {
    while (this.#proposed.includes(proposed) && this.#proposed[0] !== proposed) {
      const [first] = this.#proposed;
      if (first !== undefined) await this.#settleFirst(first, await first.verdict);
    }
    if (!this.#proposed.includes(proposed)) return;
    proposed.tell(verdict);
    const what = await proposed.settled.catch((error: unknown) => {
      this.#proposed = [];
      throw error;
    });
    const { pool, onDropped } = this.#dependencies;
    if (what === "decided") {
      this.#proposed = this.#proposed.slice(1);
      return pool.included(proposed.result);
    }
    const dropped = this.#proposed.flatMap(({ result }) => result.blocks.flatMap(({ transactions }) => signed(transactions)));
    this.#proposed = [];
    await pool.offer([...dropped, ...pool.takeAll()]);
    onDropped();
  }

  /** The chain has returned to a mark: nothing is proposed any more. */
  forget(): void {
    this.#proposed = [];
  }

  #inTime(verdict: Promise<OfferVerdict>, timeoutMs: number): Promise<OfferVerdict> {
    return new Promise((resolve) => {
      const cancel = this.#dependencies.clock.after(timeoutMs, () => resolve("dropped"));
      void verdict.then(resolve, () => resolve("dropped")).finally(cancel);
    });
  }
}

function notAlone(): SequencerError {
  return new SequencerError(
    "NotAlone",
    "several sequencers decide what the chain executes, and this one cannot do so out of turn; send a transaction",
  );
}

function returned(): SequencerError {
  return new SequencerError("StateReverted", "the chain returned to an earlier state");
}
