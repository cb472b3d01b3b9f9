import type { ReturnReason, Source } from "../core/follower.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { EMPTY_POOL, type LossReason, type Mempool, type PoolMark } from "../mempool/mempool.ts";
import type { CommandResult } from "../ordering/batch-reducer.ts";
import type { CommandStore } from "../ordering/command-store.ts";
import { isOpened } from "../../ground/transaction/opened-transaction.ts";
import type { SignedTransaction } from "../../ground/transaction/transaction.ts";
import { InclusionWaiters } from "./inclusion.ts";
import { offer, waitingInOrder, type LostChange } from "./replay.ts";
import { SequencerError } from "./sequencer-error.ts";

interface WaitingPoolDependencies {
  readonly mempool: Mempool;
  /** Keeps what waits beyond this process. */
  readonly store: CommandStore["waiting"] | undefined;
}

/** Transactions that wait for a block, and their callers. Those of applied commands that were dropped wait again. */
export class WaitingPool implements Source<CommandResult, PoolMark | undefined> {
  readonly name = "pool";
  readonly sees = "executed";
  readonly waiters = new InclusionWaiters();
  readonly #mempool: Mempool;
  readonly #store: CommandStore["waiting"] | undefined;
  #isOffering = false;

  constructor({ mempool, store }: WaitingPoolDependencies) {
    this.#mempool = mempool;
    this.#store = store;
  }

  /** Updates the pool: waiting transactions were signed for the state before these blocks. */
  on({ command, blocks }: CommandResult): void {
    if (command.type === "cheat" || command.type === "impersonation") this.#mempool.stateChanged();
    for (const { transactions } of blocks) {
      this.#mempool.applied(transactions);
      for (const transaction of signed(transactions)) this.#mempool.included(transaction);
    }
  }

  /** These blocks are decided, and kept: a start need not take in their transactions. */
  decided({ blocks }: CommandResult): void {
    for (const { transactions } of blocks) for (const { hash } of signed(transactions)) this.#store?.delete(hash);
  }

  /** Resolves callers after all consequences of these blocks are stored. */
  included({ blocks }: CommandResult): void {
    for (const { transactions } of blocks) for (const { hash } of signed(transactions)) this.waiters.included(hash);
  }

  mark(reason: ReturnReason): PoolMark | undefined {
    return reason === "snapshot" ? this.#mempool.snapshot() : undefined;
  }

  returnTo(mark: PoolMark | undefined): void {
    if (mark === undefined) return this.#mempool.stateChanged();
    this.#mempool.revert(mark);
    // An offer that failed before the next one has ended.
    this.#isOffering = false;
    this.#keep();
  }

  holds(transaction: SignedTransaction): boolean {
    return this.#mempool.holds(transaction);
  }

  /** Whether transactions are out of the pool for a moment, and come back. */
  get isOffering(): boolean {
    return this.#isOffering;
  }

  /** Takes everything out, until it is offered again. */
  takeAll(): readonly SignedTransaction[] {
    this.#isOffering = true;
    const waiting = waitingInOrder(this.#mempool);
    this.#mempool.revert(EMPTY_POOL);
    return waiting;
  }

  /** Takes in what has waited before. Resolves with what has become impossible. */
  async offer(transactions: readonly SignedTransaction[]): Promise<readonly LostChange[]> {
    const lost: LostChange[] = [];
    for (const transaction of transactions) await offer(transaction, lost, { mempool: this.#mempool, waiters: this.waiters });
    this.#isOffering = false;
    this.#keep();
    return lost;
  }

  /** Called when the pool has dropped a transaction, so that no caller waits for it. */
  lost({ hash, from, nonce }: SignedTransaction, reason: LossReason): void {
    this.#store?.delete(hash);
    this.waiters.refused(hash, lossError(reason, from, nonce));
  }

  /** Takes a waiting transaction out of the pool. Returns false where it does not wait. */
  drop(hash: Hex): boolean {
    const dropped = this.#mempool.drop(hash);
    if (dropped === undefined) return false;
    this.#store?.delete(hash);
    // Later ones have been accepted, like any transaction with a future nonce.
    for (const later of dropped.requeued) this.waiters.included(later.hash);
    this.waiters.refused(hash, new SequencerError("Dropped", "the transaction was taken out of the pool on demand"));
    return true;
  }

  /** Refuses callers whose transactions the chain lacks after its rewind. */
  refuseOthers(error: SequencerError): void {
    this.waiters.refuseAll(error, (hash) => this.#mempool.find(hash) !== undefined);
  }

  /** The pool holds what it held at an earlier time: so does the store. */
  #keep(): void {
    if (this.#store === undefined) return;
    const waiting = waitingInOrder(this.#mempool);
    this.#store.keepOnly(new Set(waiting.map(({ hash }) => hash)));
    for (const { hash, raw } of waiting) this.#store.add(hash, raw);
  }
}

function lossError(reason: LossReason, from: Hex, nonce: bigint): SequencerError {
  switch (reason) {
    case "replaced":
      return new SequencerError(
        "Replaced",
        `another transaction of ${from} with nonce ${nonce} and higher fees has taken its place`,
      );
    case "overtaken":
      return new SequencerError(
        "Replaced",
        `another transaction of ${from} has used nonce ${nonce} in a block; sign it with the next nonce`,
      );
    case "madeRoom":
      return new SequencerError("Dropped", `the pool is full, and ${from} waits since its last transactions were refused`);
  }
}

/** Signed transactions of a block that may wait in the pool again: transactions of envelopes never do. */
export function returnable(transactions: CommandResult["blocks"][number]["transactions"]): readonly SignedTransaction[] {
  return signed(transactions).filter((transaction) => !isOpened(transaction));
}

/** Transactions of a block that users signed. */
export function signed(transactions: CommandResult["blocks"][number]["transactions"]): readonly SignedTransaction[] {
  return transactions.flatMap((transaction) => (transaction.kind === "signed" ? [transaction] : []));
}
