import { HandOver } from "../core/hand-over.ts";
import { OfferError, type CommandSource, type OfferVerdict, type Outcome } from "../core/source.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { OpenBatch } from "../ordering/open-batch.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { ExclusiveWork } from "./exclusive-work.ts";
import type { PeerInspection, ProposalBounds } from "./peer-inspection.ts";
import { PeerRefusal } from "./peer-refusal.ts";
import { stateReverted } from "./sequencer-error.ts";
import type { SharedInput } from "./shared-input.ts";
import { returnable, type WaitingPool } from "./waiting-pool.ts";

interface PeerCommandsDependencies {
  readonly work: ExclusiveWork;
  readonly pool: WaitingPool;
  readonly inspection: PeerInspection;
  readonly batch: () => OpenBatch | undefined;
  /** Called when the pool has other ready transactions than before. */
  readonly onPoolChanged: () => void;
}

interface ProposalOptions extends ProposalBounds {
  readonly verdict: Promise<OfferVerdict>;
  /** True if transactions that did not wait in the pool stay out of it after their block is dropped. Default false. */
  readonly isPrivate?: boolean;
}

/** A peer's command that is executed. */
export interface PeerProposal {
  readonly result: CommandResult;
  /** Work that was counted, in the units of model/work-limits.ts. */
  readonly work: number;
  /** Rule that the result breaks: then the caller must let the verdict be `dropped`. */
  readonly refusal: PeerRefusal | undefined;
  /** Rejects with the chain's fault, and if the chain has returned to a mark. */
  readonly settled: Promise<OfferVerdict>;
}

/**
 * Commands that other sequencers of the chain propose. Each is inspected, and runs between two pieces of this sequencer's work.
 * The pool loses the transactions of their blocks, and gets them again if a block is dropped.
 */
export class PeerCommands {
  readonly #dependencies: PeerCommandsDependencies;
  readonly #handOver = new HandOver<BatchCommand, CommandResult>("peers");
  #dropped: readonly SignedTransaction[] = [];

  constructor(dependencies: PeerCommandsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Maximum work of one transaction. */
  get maxTransactionWork(): number {
    return this.#dependencies.inspection.maxTransactionWork;
  }

  /** True if the open batch has no room for one of these changes: then a leader may end it. */
  needsBatch(inputs: readonly SharedInput[]): Promise<boolean> {
    const { work, inspection } = this.#dependencies;
    return work.run(() => inspection.needsBatch(inputs));
  }

  get source(): CommandSource<BatchCommand, CommandResult> {
    return this.#handOver;
  }

  /**
   * Executes a command. Rejects with OfferError or PeerRefusal if the chain's rules do not allow it, and with the chain's fault.
   */
  async propose(command: BatchCommand, options: ProposalOptions): Promise<PeerProposal> {
    const { work, onPoolChanged } = this.#dependencies;
    const settled = Promise.withResolvers<OfferVerdict>();
    // Not every caller waits for the verdict.
    settled.promise.catch(() => undefined);
    const done = await work.run(() => this.#execute(command, options, settled).catch(orRefusal));
    if (done instanceof Error) throw done;
    onPoolChanged();
    return done;
  }

  async #execute(
    proposed: BatchCommand,
    { verdict, isPrivate = false, ...bounds }: ProposalOptions,
    { promise, resolve, reject }: PromiseWithResolvers<OfferVerdict>,
  ): Promise<PeerProposal> {
    const { inspection, batch, pool } = this.#dependencies;
    const onSettled = (outcome: Outcome<CommandResult>): void => {
      if (outcome.type === "failed") reject(outcome.error);
      else if (outcome.type === "dropped" && outcome.by === "term") reject(stateReverted());
      else resolve(outcome.type === "decided" ? "decided" : "dropped");
    };
    const { command, work } = await inspection.before(proposed, bounds);
    const before = batch();
    const signedHere = command.type === "block" ? returnable(command.transactions) : [];
    const returning = isPrivate ? signedHere.filter((transaction) => pool.holds(transaction)) : signedHere;
    const result = await this.#handOver.carryOut(command, { verdict, isAgreed: bounds.isAgreed, onSettled });
    const settled = promise.then((verdict) => this.#settle(result, returning, verdict));
    settled.catch(() => undefined);
    return { result, work, refusal: await inspection.after(result, before), settled };
  }

  /** Answers callers whose transactions are decided. Offers `returning` to the pool first if the block is dropped. */
  async #settle(result: CommandResult, returning: readonly SignedTransaction[], verdict: OfferVerdict): Promise<OfferVerdict> {
    const { work, pool, onPoolChanged } = this.#dependencies;
    if (verdict === "decided") {
      pool.included(result);
      return verdict;
    }
    this.#dropped = [...this.#dropped, ...returning];
    await work.run(async () => {
      const dropped = this.#dropped;
      this.#dropped = [];
      if (dropped.length > 0) await pool.offer([...dropped, ...pool.takeAll()]);
    });
    onPoolChanged();
    return verdict;
  }
}

/** A refusal harms nothing: the work continues. */
function orRefusal(error: unknown): OfferError | PeerRefusal {
  if (error instanceof OfferError || error instanceof PeerRefusal) return error;
  throw error;
}
