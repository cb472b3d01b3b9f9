import { setImmediate } from "node:timers/promises";
import type { OfferVerdict } from "../core/source.ts";
import { ENVELOPE_ADDRESS } from "../../ground/protocol/envelope.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { ExclusiveWork } from "./exclusive-work.ts";
import { mostWorkOf } from "./gas-work.ts";
import type { SharedInput } from "./shared-input.ts";
import type { SequencerError } from "./sequencer-error.ts";
import { signed } from "./waiting-pool.ts";

/** Gas and commands after which a turn ends: every node executes them within its view. */
const MAX_TURN_GAS = 15_000_000n;
const MAX_TURN_COMMANDS = 200;

/** Turn of this sequencer as a leader. */
export interface LeaderTurn {
  /** Maximum number of users' transactions. */
  readonly maxTransactions: number;
  /** Maximum work of its transactions by their gas limits; one is always included. Default: no limit. */
  readonly maxWork?: number;
  /** False if the turn makes no blocks of the pool's transactions by the sequencer's policy. Default true. */
  readonly takesPool?: boolean;
  /** Maximum number of envelopes. Default: no limit. */
  readonly maxEnvelopes?: number;
  /** True while the turn may only open envelopes: then nothing that waits is executed. Default: it never is. */
  mayOnlyOpen?(): boolean;
  /** Ends the turn between two pieces of work. */
  readonly signal: AbortSignal;
  /** Verdict on all commands of the turn. */
  readonly verdict: Promise<OfferVerdict>;
  /** Called with each executed command, and with the promise of its settlement on this chain. */
  onCommand(command: BatchCommand, settled: Promise<OfferVerdict>): void;
  /** Next change that waits outside the chain, after the executed ones; undefined if there is none. Default: none waits. */
  input?(): SharedInput | undefined;
  /** Called if the chain's rules do not allow a requested change: it blocks all requests after it. */
  onRefused?(input: SharedInput, error: SequencerError): void;
}

/** Other sequencers of the chain, which lead in turns with this one. */
export interface OtherLeaders {
  /** Called when there may be something to decide. */
  onWork(): void;
  /** Called when the chain returns to an earlier state: undecided commands no longer exist. */
  onReturned(): void;
  /** Maximum wait for the settlement of their proposals. Default: 20 seconds. */
  readonly maxRestMs?: number;
  /** Error after that wait. Default: SequencerError Undecided. */
  undecided?(): SequencerError;
}

interface Wish {
  readonly job: () => Promise<void>;
  /** False while the job would do nothing. */
  readonly isDue: () => boolean;
  /** True if the job makes blocks of the pool's transactions by the sequencer's policy. */
  readonly isOfPool: boolean;
  readonly refuse: (error: unknown) => void;
}

/** Turn in progress, with its use of the limits. */
interface CurrentTurn {
  readonly turn: LeaderTurn;
  transactions: number;
  envelopes: number;
  commands: number;
  gas: bigint;
  work: number;
  /** True if the next transaction does not fit. */
  isFull: boolean;
  endsBatch: boolean;
}

/** Pieces of work that wait, in their order, for this sequencer's next turn as a leader. */
export class LeaderTurns {
  readonly #others: OtherLeaders;
  readonly #work: ExclusiveWork;
  #wishes: readonly Wish[] = [];
  #current: CurrentTurn | undefined;
  #pauses = 0;

  constructor(others: OtherLeaders, work: ExclusiveWork) {
    this.#others = others;
    this.#work = work;
  }

  /** Turn whose piece of work runs now. */
  get current(): LeaderTurn | undefined {
    return this.#current?.turn;
  }

  /** Transactions that the current turn may still include. */
  get transactionsLeft(): number {
    const current = this.#current;
    if (current === undefined) return Infinity;
    return current.isFull ? 0 : Math.max(0, current.turn.maxTransactions - current.transactions);
  }

  /** Number of these transactions, from the first, that the current turn has room for. If it is not all, they end the turn. */
  fitting(transactions: readonly SignedTransaction[]): number {
    const current = this.#current;
    if (current === undefined) return transactions.length;
    const { maxWork = Infinity, maxEnvelopes = Infinity } = current.turn;
    let { work, envelopes } = current;
    for (const [i, { gasLimit, to }] of transactions.entries()) {
      const isFirst = work === 0;
      work += mostWorkOf(gasLimit);
      if (to === ENVELOPE_ADDRESS) envelopes++;
      if ((isFirst || work <= maxWork) && envelopes <= maxEnvelopes) continue;
      current.isFull = true;
      return i;
    }
    return transactions.length;
  }

  /** True if a turn would execute something. */
  get hasWork(): boolean {
    return this.#pauses === 0 && this.#wishes.some(({ isDue }) => isDue());
  }

  /** True if a job waits that is not of the pool. */
  get hasRequests(): boolean {
    return this.#pauses === 0 && this.#wishes.some(({ isOfPool }) => !isOfPool);
  }

  /** Limit and error of the wait for proposals of others. */
  get rest(): Pick<OtherLeaders, "maxRestMs" | "undecided"> {
    return this.#others;
  }

  get isPaused(): boolean {
    return this.#pauses > 0;
  }

  /** True if the current turn may execute another piece of work. */
  get hasRoom(): boolean {
    return this.#current !== undefined && this.#mayContinue(this.#current);
  }

  /**
   * Runs the job in this sequencer's next turn. Resolves and rejects as the job does. A job with `isDue` makes blocks of the
   * pool's transactions by the sequencer's policy.
   */
  wait<Done>(job: () => Promise<Done>, isDue?: () => boolean): Promise<Done> {
    return new Promise((resolve, reject) => {
      const fulfil = async (): Promise<void> => {
        try {
          resolve(await job());
        } catch (error) {
          reject(error);
          throw error;
        }
      };
      const wish = { job: fulfil, isDue: isDue ?? (() => true), isOfPool: isDue !== undefined, refuse: reject };
      this.#wishes = [...this.#wishes, wish];
      this.#others.onWork();
    });
  }

  /** Executes `first`, and then jobs in their order, until the turn has reached a limit or ended a batch. */
  async lead(turn: LeaderTurn, first: () => Promise<void>): Promise<void> {
    const current: CurrentTurn = {
      turn,
      transactions: 0,
      envelopes: 0,
      commands: 0,
      gas: 0n,
      work: 0,
      isFull: false,
      endsBatch: false,
    };
    if (this.isPaused) return;
    await this.#inTurn(current, first);
    while (this.#mayContinue(current)) {
      if (turn.mayOnlyOpen?.() === true || this.#nextOf(turn) === undefined) return;
      // The caller of the job has its error, and a fault ends all work.
      await this.#inTurn(current, () => this.#fulfilNext(turn)).catch(() => undefined);
      // A caller that makes one wish after another makes the next one now.
      await setImmediate();
    }
  }

  /** Counts an executed command of the current turn. */
  count({ command, blocks }: CommandResult, settled: Promise<OfferVerdict>): void {
    const current = this.#current;
    if (current === undefined) throw new TypeError(`a ${command.type} is executed while another node may lead`);
    current.commands++;
    current.endsBatch ||= command.type === "seal";
    if (command.type === "block") {
      current.transactions += command.transactions.length;
      for (const { gasLimit, to } of signed(command.transactions)) {
        current.work += mostWorkOf(gasLimit);
        if (to === ENVELOPE_ADDRESS) current.envelopes++;
      }
    }
    for (const { receipts } of blocks) for (const { gasUsed } of receipts) current.gas += gasUsed;
    current.turn.onCommand(command, settled);
  }

  /** Counts work that led to no transaction in a block. */
  spend(work: number): void {
    if (this.#current !== undefined) this.#current.work += work;
  }

  /** Runs the work while no leader's turn executes anything here. */
  async pausedFor<Done>(work: () => Promise<Done>): Promise<Done> {
    this.#pauses++;
    try {
      return await work();
    } finally {
      this.#pauses--;
      this.#others.onWork();
    }
  }

  onWork(): void {
    this.#others.onWork();
  }

  onReturned(): void {
    this.#others.onReturned();
  }

  /** Refuses all jobs that wait. */
  refuseAll(error: SequencerError): void {
    this.#refuse(error, () => true);
  }

  /** Refuses all jobs that wait and make no blocks by the sequencer's policy. */
  refuseRequests(error: SequencerError): void {
    this.#refuse(error, ({ isOfPool }) => !isOfPool);
  }

  #refuse(error: SequencerError, isRefused: (wish: Wish) => boolean): void {
    const refused = this.#wishes.filter(isRefused);
    this.#wishes = this.#wishes.filter((wish) => !isRefused(wish));
    for (const { refuse } of refused) refuse(error);
  }

  #nextOf({ takesPool = true }: LeaderTurn): Wish | undefined {
    return this.#wishes.find(({ isOfPool }) => takesPool || !isOfPool);
  }

  #mayContinue({ turn, transactions, commands, gas, isFull, endsBatch }: CurrentTurn): boolean {
    if (turn.signal.aborted || this.isPaused || isFull || endsBatch) return false;
    return transactions < turn.maxTransactions && commands < MAX_TURN_COMMANDS && gas < MAX_TURN_GAS;
  }

  async #fulfilNext(turn: LeaderTurn): Promise<void> {
    const next = this.#nextOf(turn);
    this.#wishes = this.#wishes.filter((wish) => wish !== next);
    await next?.job();
  }

  #inTurn(current: CurrentTurn, job: () => Promise<void>): Promise<void> {
    return this.#work.run(async () => {
      // The chain may have returned to an earlier state.
      if (current.turn.signal.aborted) return;
      this.#current = current;
      try {
        await job();
      } finally {
        this.#current = undefined;
      }
    });
  }
}
