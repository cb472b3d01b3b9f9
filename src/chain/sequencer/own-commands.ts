import { setTimeout } from "node:timers/promises";
import { HandOver } from "../core/hand-over.ts";
import { OfferError, type CommandSource, type Outcome, type SpineView, type OfferVerdict } from "../core/source.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { ExclusiveWork } from "./exclusive-work.ts";
import type { LeaderTurns } from "./leader-turns.ts";
import { MAX_UNDECIDED_MS, stateReverted, undecided } from "./sequencer-error.ts";
import { returnable, type WaitingPool } from "./waiting-pool.ts";

/** Time between two looks at what other sequencers must settle. */
const REST_POLL_MS = 2;

/** Participants that decide the chain's order with the sequencer. */
export interface Deciders {
  /** Decides on an executed command, which contains no transaction that the engine refused. */
  readonly verdict: (command: BatchCommand) => Promise<OfferVerdict>;
  /** A proposal is dropped when its verdict has not come after this time. */
  readonly timeoutMs: number;
}

interface OwnCommandsDependencies {
  readonly view: SpineView;
  readonly work: ExclusiveWork;
  readonly pool: WaitingPool;
  readonly clock: Clock;
  /** Called when commands were dropped, whose transactions wait again. */
  readonly onDropped: () => void;
  /** Undefined: the sequencer alone decides, or leads in turns. */
  readonly deciders: Deciders | undefined;
  /** Turns in which this sequencer makes commands. Undefined: it always leads. */
  readonly turns: LeaderTurns | undefined;
}

/** A command that was applied, and is not decided. */
interface Proposed {
  readonly result: CommandResult;
  /** Verdict of the deciders; `dropped` if they are silent for too long. */
  readonly verdict: Promise<OfferVerdict>;
  /** Tells the chain, in a piece of work. */
  readonly tell: (verdict: OfferVerdict) => void;
  /** Final verdict. Rejects with the chain's fault, and if the chain has rewound to a mark. */
  readonly settled: Promise<OfferVerdict>;
}

/**
 * The commands that a sequencer chooses. They are decided when they are applied, or proposed to others: then pieces of
 * work whose commands are dropped are repeated, and their transactions of the pool wait again. Verdicts are processed
 * between two pieces of work, so that none is interrupted.
 */
export class SequencerCommands {
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

  /** Runs a piece of work after all earlier ones, until its commands are decided. */
  async run<Done>(work: () => Promise<Done>): Promise<Done> {
    for (;;) {
      const piece = await this.#perform(() => this.#attempt(work));
      if (piece !== undefined && (await piece.last?.settled) !== "dropped") return piece.done;
    }
  }

  /**
   * Runs a piece of work after all earlier ones, without waiting for decisions: transactions of dropped commands wait in the pool
   * again. `isDue` is false while the work would do nothing.
   */
  async start(work: () => Promise<void>, isDue: () => boolean): Promise<void> {
    await this.#perform(() => this.#attempt(work), isDue);
  }

  /** Runs the work while nothing is proposed. Throws SequencerError if proposals remain. */
  async atRest<Done>(work: () => Promise<Done>): Promise<Done> {
    const { turns, work: exclusive } = this.#dependencies;
    if (turns !== undefined) return turns.pausedFor(() => this.#whenSettled(work));
    return exclusive.run(async () => {
      await this.settle();
      return work();
    });
  }

  /** Calls back when nothing is proposed, while no leader's turn executes anything here. */
  async resting<Done>(work: () => Promise<Done>): Promise<Done> {
    const { turns } = this.#dependencies;
    if (turns === undefined) return work();
    return turns.pausedFor(async () => {
      await this.#settledByOthers();
      return work();
    });
  }

  /** Marks that later commands depend on the chain's current state, though it has rewound since the piece of work began. */
  stand(): void {
    this.#term = this.#dependencies.view.term;
  }

  /**
   * Resolves when the command is applied. `isDecided`: it was decided before. Rejects like the reducer, or with
   * OfferError.
   */
  async carryOut(command: BatchCommand, isDecided: boolean): Promise<CommandResult> {
    const { deciders, pool, turns } = this.#dependencies;
    if (turns !== undefined && !isDecided) return this.#proposeInTurn(command, turns);
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
    if (this.#dependencies.turns !== undefined) throw endsFirst();
    await this.settle();
    if ((await end.settled) === "dropped") throw new OfferError("OldTerm", "the end of the batch was dropped");
  }

  /** Runs the work; undefined if the chain has reverted the state that it depends on. */
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

  async #proposeInTurn(command: BatchCommand, turns: LeaderTurns): Promise<CommandResult> {
    const verdict = turns.current?.verdict ?? Promise.resolve("dropped");
    const { result, settled } = await this.#offer(command, () => verdict);
    turns.count(result, settled);
    return result;
  }

  async #propose(command: BatchCommand, deciders: Deciders): Promise<CommandResult> {
    const decide = (executed: BatchCommand): Promise<OfferVerdict> =>
      this.#inTime(deciders.verdict(executed), deciders.timeoutMs);
    return (await this.#offer(command, decide)).result;
  }

  async #offer(command: BatchCommand, decide: (executed: BatchCommand) => Promise<OfferVerdict>): Promise<Proposed> {
    const { work } = this.#dependencies;
    const told = Promise.withResolvers<OfferVerdict>();
    const settled = Promise.withResolvers<OfferVerdict>();
    // Not every piece of work waits for each of its commands.
    settled.promise.catch(() => undefined);
    const onSettled = (outcome: Outcome<CommandResult>): void => {
      if (outcome.type === "failed") settled.reject(outcome.error);
      else if (outcome.type === "dropped" && outcome.by === "term") settled.reject(stateReverted());
      else settled.resolve(outcome.type === "decided" ? "decided" : "dropped");
    };
    const result = await this.#handOver.carryOut(command, { term: this.#term, verdict: told.promise, onSettled });
    const verdict = decide(result.command);
    const proposed = { result, verdict, tell: told.resolve, settled: settled.promise };
    this.#proposed = [...this.#proposed, proposed];
    // A chain that has ended ignores verdicts.
    void verdict.then((answer) => work.run(() => this.#settleFirst(proposed, answer)).catch(() => undefined));
    return proposed;
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
    const dropped = this.#proposed.flatMap(({ result }) => result.blocks.flatMap(({ transactions }) => returnable(transactions)));
    this.#proposed = [];
    await pool.offer([...dropped, ...pool.takeAll()]);
    onDropped();
  }

  /** Drops all proposals after the chain has rewound to a mark. */
  forget(): void {
    this.#proposed = [];
  }

  #perform<Done>(job: () => Promise<Done>, isDue?: () => boolean): Promise<Done> {
    const { turns, work } = this.#dependencies;
    if (turns === undefined) return work.run(job);
    work.requireRunning();
    return turns.wait(job, isDue);
  }

  /** Runs the work at a time when nothing is proposed. Leaders must not execute anything until then. */
  async #whenSettled<Done>(work: () => Promise<Done>): Promise<Done> {
    const { work: exclusive } = this.#dependencies;
    for (;;) {
      await this.#settledByOthers();
      const piece = await exclusive.run(async () => (this.#isSettled ? { done: await work() } : undefined));
      if (piece !== undefined) return piece.done;
    }
  }

  get #isSettled(): boolean {
    const { view } = this.#dependencies;
    return view.decided === view.executed;
  }

  async #settledByOthers(): Promise<void> {
    const { work, turns } = this.#dependencies;
    const maxRestMs = turns?.rest.maxRestMs ?? MAX_UNDECIDED_MS;
    const start = performance.now();
    while (!this.#isSettled && work.ended === undefined) {
      if (performance.now() - start >= maxRestMs) throw turns?.rest.undecided?.() ?? undecided();
      await setTimeout(REST_POLL_MS);
    }
  }

  #inTime(verdict: Promise<OfferVerdict>, timeoutMs: number): Promise<OfferVerdict> {
    return new Promise((resolve) => {
      const cancel = this.#dependencies.clock.after(timeoutMs, () => resolve("dropped"));
      void verdict.then(resolve, () => resolve("dropped")).finally(cancel);
    });
  }
}

/** Ends a piece of work, which is repeated in a later turn. */
export function endsFirst(): OfferError {
  return new OfferError("OldTerm", "the end of the batch before it is not decided");
}
