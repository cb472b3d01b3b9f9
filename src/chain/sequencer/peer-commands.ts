import { HandOver } from "../../core/hand-over.ts";
import { OfferError, type CommandSource, type OfferVerdict, type Outcome } from "../../core/source.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { BatchCommand } from "../ordering/command.ts";
import type { SignedTransaction } from "../transaction/transaction.ts";
import type { ExclusiveWork } from "./exclusive-work.ts";
import { SequencerError } from "./sequencer-error.ts";
import { signed, type WaitingPool } from "./waiting-pool.ts";

interface PeerCommandsDependencies {
  readonly work: ExclusiveWork;
  readonly pool: WaitingPool;
  /** Called when the pool has other ready transactions than before. */
  readonly onPoolChanged: () => void;
}

/** A peer's command that is executed. */
export interface PeerProposal {
  readonly result: CommandResult;
  /** Rejects with the chain's fault, and if the chain has returned to a mark. */
  readonly settled: Promise<OfferVerdict>;
}

/**
 * Commands that other sequencers of the chain propose. Each runs between two pieces of this sequencer's work. The pool loses the
 * transactions of their blocks, and gets them again if a block is dropped.
 */
export class PeerCommands {
  readonly #dependencies: PeerCommandsDependencies;
  readonly #handOver = new HandOver<BatchCommand, CommandResult>("peers");
  #dropped: readonly SignedTransaction[] = [];

  constructor(dependencies: PeerCommandsDependencies) {
    this.#dependencies = dependencies;
  }

  get source(): CommandSource<BatchCommand, CommandResult> {
    return this.#handOver;
  }

  /** Executes a command. Rejects with OfferError if the chain's rules do not allow it, and with the chain's fault. */
  async propose(command: BatchCommand, verdict: Promise<OfferVerdict>): Promise<PeerProposal> {
    const { work, onPoolChanged } = this.#dependencies;
    const settled = Promise.withResolvers<OfferVerdict>();
    // Not every caller waits for the verdict.
    settled.promise.catch(() => undefined);
    const onSettled = (what: Outcome<CommandResult>): void => {
      if (what.type === "failed") settled.reject(what.error);
      else if (what.type === "dropped" && what.by === "term")
        settled.reject(new SequencerError("StateReverted", "the chain returned to an earlier state"));
      else settled.resolve(what.type === "decided" ? "decided" : "dropped");
    };
    const executed = await work.run(() => this.#handOver.carryOut(command, { verdict, onSettled }).catch(orRefusal));
    if (executed instanceof OfferError) throw executed;
    onPoolChanged();
    const after = settled.promise.then((what) => this.#settle(executed, what));
    after.catch(() => undefined);
    return { result: executed, settled: after };
  }

  /** Answers callers whose transactions are decided; offers those of a dropped block to the pool, before what waits there. */
  async #settle(result: CommandResult, what: OfferVerdict): Promise<OfferVerdict> {
    const { work, pool, onPoolChanged } = this.#dependencies;
    if (what === "decided") {
      pool.included(result);
      return what;
    }
    this.#dropped = [...this.#dropped, ...result.blocks.flatMap(({ transactions }) => signed(transactions))];
    await work.run(async () => {
      const dropped = this.#dropped;
      this.#dropped = [];
      if (dropped.length > 0) await pool.offer([...dropped, ...pool.takeAll()]);
    });
    onPoolChanged();
    return what;
  }
}

/** A refusal harms nothing: the work continues. */
function orRefusal(error: unknown): OfferError {
  if (error instanceof OfferError) return error;
  throw error;
}
