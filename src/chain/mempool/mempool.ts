import { NamedError } from "../../ground/errors/named-error.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { GasPrice } from "./gas-price.ts";
import { ordered, type TransactionOrder } from "./orders.ts";
import type { EngineTransaction, SignedTransaction } from "../../ground/transaction/transaction.ts";
import { AccountView, mostCostOf, type AccountState, type CachedAccount } from "./account-view.ts";

export interface MempoolOptions {
  /** Transactions held at most; beyond, the pool says that it is full. */
  readonly maxTransactions: number;
  /** Transactions of one sender held at most. */
  readonly maxPerSender: number;
  /** Smallest `maxFeePerGas` (or gas price) that is taken. */
  readonly minGasPriceWei: bigint;
}

/** Fees that a chain requires. */
interface MempoolFees {
  readonly gasPrice: Pick<GasPrice, "leastWei">;
  /** Receives all fees, so its own transactions need to pay none. */
  readonly recipient: Hex;
}

interface MempoolDependencies {
  /** Default: any price is taken that the options' least cap allows. */
  readonly fees?: MempoolFees | undefined;
  /** Reads an account in the newest state. */
  readonly account: (address: Hex) => Promise<AccountState>;
  /** Default: as they came. */
  readonly order?: TransactionOrder | undefined;
  /** Called when a ready transaction was dropped without a block. */
  readonly onLost?: (transaction: SignedTransaction, reason: LossReason) => void;
}

/** Another transaction of its nonce waits or is in a block; or its sender is held up, and others needed the room. */
export type LossReason = "replaced" | "overtaken" | "madeRoom";

/** Senders whose transactions wait, though they are ready, and make room for others'. */
interface HeldSenders {
  readonly any: boolean;
  holds(sender: Hex): boolean;
}

/** Waiting transactions of one sender. */
interface WaitingTransactions {
  readonly from: Hex;
  /** Both ascend by nonce. */
  readonly ready: readonly SignedTransaction[];
  readonly queued: readonly SignedTransaction[];
}

interface Sender {
  /** Nonce of the next transaction that can be made ready. */
  nextNonce: bigint;
  /** Made ready and neither included nor refused yet, by nonce. */
  readonly ready: Map<bigint, SignedTransaction>;
  /** Waiting for a lower nonce. */
  readonly queued: Map<bigint, SignedTransaction>;
}

/** Waiting transactions at a moment, for a rewind. */
export interface PoolMark {
  readonly senders: ReadonlyMap<Hex, Sender>;
  readonly line: readonly SignedTransaction[];
  readonly size: number;
}

/** Nothing waits. */
export const EMPTY_POOL: PoolMark = { senders: new Map(), line: [], size: 0 };

/** Serialised transactions held at most, all together; each takes four times its size in memory. */
const MAX_BYTES = 32 * 1024 * 1024;
/** A replacement must pay a tenth more. */
const REPLACEMENT_PERCENT = 110n;

/**
 * Transactions that wait for a block: first come, first served, each sender's by nonce. A transaction is *ready* when all
 * nonces before it are, else *queued*. Taken transactions stay in the pool until they are included or refused. Queued
 * ones may wait forever, so a full pool drops them for ready ones, and so are transactions of senders that are held.
 */
export class Mempool {
  readonly #options: MempoolOptions;
  readonly #accounts: AccountView;
  readonly #fees: MempoolFees | undefined;
  readonly #order: TransactionOrder | undefined;
  readonly #onLost: NonNullable<MempoolDependencies["onLost"]>;
  readonly #listeners = new Set<(transaction: SignedTransaction) => void>();
  #senders = new Map<Hex, Sender>();
  #line: SignedTransaction[] = [];
  /** Ready transactions that this chain's sequencer has taken for a block. */
  readonly #pending = new Set<SignedTransaction>();
  #size = 0;
  #bytes = 0;
  #censored: ReadonlySet<Hex> = new Set();
  #heldSenders: HeldSenders = { any: false, holds: () => false };

  constructor(options: MempoolOptions, dependencies: MempoolDependencies) {
    this.#options = options;
    this.#accounts = new AccountView(dependencies.account);
    this.#fees = dependencies.fees;
    this.#order = dependencies.order;
    this.#onLost = dependencies.onLost ?? (() => undefined);
  }

  /** Smallest `maxFeePerGas` (or gas price) that is taken. */
  get minGasPriceWei(): bigint {
    return this.#options.minGasPriceWei;
  }

  /** The least that others than the recipient of fees must pay for each gas. */
  get leastPaidWei(): bigint {
    return this.#fees?.gasPrice.leastWei ?? 0n;
  }

  /** Transactions held, taken ones included. */
  get size(): number {
    return this.#size;
  }

  /** Whether `take` would return something. */
  get hasReady(): boolean {
    return this.#takesAll ? this.#line.length > 0 : this.#line.some(({ from }) => !this.#isLeft(from));
  }

  /** From now on `take` leaves these senders' transactions where they are. */
  censor(senders: ReadonlySet<Hex>): void {
    this.#censored = senders;
  }

  /** From now on `take` leaves the transactions of senders that are held where they are. */
  hold(senders: HeldSenders): void {
    this.#heldSenders = senders;
  }

  get #takesAll(): boolean {
    return this.#censored.size === 0 && !this.#heldSenders.any;
  }

  #isLeft(sender: Hex): boolean {
    return this.#censored.has(sender) || this.#heldSenders.holds(sender);
  }

  /** The base fee is 0: a cap protects its sender, and the priority fee is all that is paid. */
  #requireFees({ from, maxFeePerGasWei, maxPriorityFeePerGasWei }: SignedTransaction): void {
    const { minGasPriceWei } = this.#options;
    if (maxFeePerGasWei < minGasPriceWei) {
      throw new MempoolError(
        "FeeTooLow",
        `the fee cap of ${maxFeePerGasWei} wei per gas is below this chain's minimum of ${minGasPriceWei}`,
      );
    }
    if (maxPriorityFeePerGasWei > maxFeePerGasWei) {
      throw new MempoolError(
        "PriorityFeeAboveCap",
        `the priority fee ${maxPriorityFeePerGasWei} exceeds the fee cap ${maxFeePerGasWei}`,
      );
    }
    const least = this.leastPaidWei;
    if (maxPriorityFeePerGasWei >= least || from === this.#fees?.recipient) return;
    throw new MempoolError(
      "FeeTooLow",
      `the priority fee of ${maxPriorityFeePerGasWei} wei per gas is below ${least}, the least that the chain takes now; send at least what eth_gasPrice answers`,
    );
  }

  /**
   * Takes a transaction in. Returns whether it is ready, and may be taken. Throws MempoolError, and what `requireStanding` does:
   * it is asked when the sender's account has been read, since a return to a mark can come meanwhile.
   */
  async add(transaction: SignedTransaction, requireStanding: () => void = () => undefined): Promise<boolean> {
    const { from, nonce } = transaction;
    this.#requireFees(transaction);
    const cost = mostCostOf(transaction);
    const account = await this.#accountFor(from, cost);
    requireStanding();
    const sender = this.#senders.get(from) ?? {
      nextNonce: account.nonce,
      ready: new Map<bigint, SignedTransaction>(),
      queued: new Map<bigint, SignedTransaction>(),
    };
    const replaced = sender.ready.get(nonce) ?? sender.queued.get(nonce);
    if (replaced?.hash === transaction.hash)
      throw new MempoolError("AlreadyKnown", `already known: transaction ${transaction.hash} is waiting`);
    if (nonce < account.nonce) throw usedNonce(transaction, account);
    const place = replaced === undefined ? -1 : this.#line.indexOf(replaced);
    if (nonce < sender.nextNonce && place < 0) {
      throw new MempoolError(
        "NonceTooLow",
        `nonce too low: a transaction with nonce ${nonce} of ${from} is being included, the next one is ${sender.nextNonce}`,
      );
    }
    if (account.leastBalanceWei < cost) throw lacksFunds(transaction, account);
    if (replaced !== undefined) requireReplaceable(replaced, transaction);
    const freed = replaced === undefined ? 0 : bytesOf(replaced);
    const isRoom = (): boolean =>
      (replaced !== undefined || this.#size < this.#options.maxTransactions) &&
      this.#bytes - freed + bytesOf(transaction) <= MAX_BYTES;
    this.#makeRoom(isRoom, { from, isNext: nonce === sender.nextNonce });
    if (replaced === undefined && sender.ready.size + sender.queued.size >= this.#options.maxPerSender) {
      throw new MempoolError("SenderFull", `${from} already has ${this.#options.maxPerSender} transactions waiting`);
    }
    if (replaced === undefined) this.#size++;
    this.#bytes += bytesOf(transaction) - freed;
    this.#senders.set(from, sender);
    if (replaced !== undefined && place >= 0) {
      sender.ready.set(nonce, transaction);
      this.#line[place] = transaction;
      this.#announce(transaction);
      this.#onLost(replaced, "replaced");
    } else {
      sender.queued.set(nonce, transaction);
      this.#promote(sender);
    }
    return sender.ready.has(nonce) && !this.#censored.has(from);
  }

  /** Drops waiting transactions of others for one that its sender may send next. Throws MempoolError if that is not enough. */
  #makeRoom(isRoom: () => boolean, { from, isNext }: { readonly from: Hex; readonly isNext: boolean }): void {
    while (!isRoom()) {
      if (isNext && (this.#dropQueued(from) || this.#dropHeld(from))) continue;
      throw new MempoolError("PoolFull", `the chain is at its limit: ${this.#size} transactions wait; try again later`);
    }
  }

  /**
   * Refusal by `add` in the newest state of a transaction that was taken and is in no block: an operation that its sender
   * queued on L1 may have used its nonce, another of its transactions its balance. Undefined if it would be accepted.
   */
  async refusalNow(transaction: SignedTransaction): Promise<MempoolError | undefined> {
    const account = await this.#accounts.read(transaction.from);
    if (transaction.nonce < account.nonce) return usedNonce(transaction, account);
    return account.leastBalanceWei < mostCostOf(transaction) ? lacksFunds(transaction, account) : undefined;
  }

  /** The next ready transactions, at most `limit`; each sender's ascend by nonce without gaps. */
  take(limit: number): SignedTransaction[] {
    const taken = this.#next(limit);
    for (const transaction of taken) this.#pending.add(transaction);
    return taken;
  }

  /** Takes this transaction if it is ready. Returns false otherwise. */
  takeOnly(transaction: SignedTransaction): boolean {
    const index = this.#line.indexOf(transaction);
    if (index < 0) return false;
    this.#line.splice(index, 1);
    this.#pending.add(transaction);
    return true;
  }

  #next(limit: number): SignedTransaction[] {
    if (this.#takesAll && this.#order === undefined) return this.#line.splice(0, limit);
    const waiting = this.#line.filter(({ from }) => !this.#isLeft(from));
    const taken = new Set(this.#order === undefined ? waiting.slice(0, limit) : ordered(waiting, limit, this.#order));
    this.#line = this.#line.filter((transaction) => !taken.has(transaction));
    return [...taken];
  }

  /** Puts taken transactions back to the front, in their order. */
  returnToFront(transactions: readonly SignedTransaction[]): void {
    for (const transaction of transactions) this.#pending.delete(transaction);
    this.#line.unshift(...transactions);
  }

  /** A block holds these transactions, from the pool or not. */
  applied(transactions: readonly EngineTransaction[]): void {
    this.#accounts.applied(transactions);
  }

  /** The state has changed otherwise than by a block. */
  stateChanged(): void {
    this.#accounts.clear();
  }

  /** Whether transactions of the account wait. */
  hasWaiting(address: Hex): boolean {
    return this.#senders.has(address);
  }

  /**
   * The transaction is in a block, which any sequencer of the chain made, or an operation of L1's queue has used its nonce. The
   * sender's later ones stay ready.
   */
  included(transaction: SignedTransaction): void {
    const sender = this.#senders.get(transaction.from);
    if (sender === undefined) return;
    const own = sender.ready.get(transaction.nonce);
    if (own === undefined || !this.#pending.has(own)) return this.#overtake(sender, transaction);
    if (own.hash !== transaction.hash) return;
    sender.ready.delete(transaction.nonce);
    this.#forget(own, sender);
  }

  /** Another sequencer's block has used the nonce: what waited for it, or for a lower one, can never be in a block. */
  #overtake(sender: Sender, { nonce, hash }: SignedTransaction): void {
    const gone: SignedTransaction[] = [];
    for (const waiting of [sender.ready, sender.queued])
      for (const each of waiting.values())
        if (each.nonce <= nonce && !this.#pending.has(each) && waiting.delete(each.nonce)) gone.push(each);
    if (gone.length > 0) this.#line = this.#line.filter((each) => !gone.includes(each));
    for (const each of gone) {
      this.#forget(each, sender);
      if (each.hash !== hash) this.#onLost(each, "overtaken");
    }
    if (sender.nextNonce > nonce) return;
    sender.nextNonce = nonce + 1n;
    this.#promote(sender);
  }

  /**
   * A taken transaction can never be in a block. The sender's later ones, which are returned, wait for another with its
   * nonce.
   */
  refused(transaction: SignedTransaction): readonly SignedTransaction[] {
    const sender = this.#senders.get(transaction.from);
    if (sender === undefined || !sender.ready.delete(transaction.nonce)) return [];
    const waiting: SignedTransaction[] = [];
    for (const [nonce, later] of sender.ready) {
      if (nonce < transaction.nonce) continue;
      sender.ready.delete(nonce);
      this.#pending.delete(later);
      sender.queued.set(nonce, later);
      waiting.push(later);
    }
    this.#line = this.#line.filter(({ from, nonce }) => from !== transaction.from || nonce < transaction.nonce);
    sender.nextNonce = transaction.nonce;
    this.#forget(transaction, sender);
    return waiting;
  }

  /**
   * Whether the account surely has so much in the newest state, and no other account can spend it; false where it would
   * have to be read.
   */
  surelyHas(address: Hex, wei: bigint): boolean {
    const known = this.#accounts.cached(address);
    return known !== undefined && known.leastBalanceWei >= wei;
  }

  /** The nonce that the sender's next transaction should have; undefined where none waits. */
  nextNonce(address: Hex): bigint | undefined {
    return this.#senders.get(address)?.nextNonce;
  }

  /** True if exactly this transaction waits; taken ones count. */
  holds({ from, nonce, hash }: SignedTransaction): boolean {
    const sender = this.#senders.get(from);
    return (sender?.ready.get(nonce) ?? sender?.queued.get(nonce))?.hash === hash;
  }

  /** A waiting transaction, taken ones included. */
  find(hash: Hex): SignedTransaction | undefined {
    for (const { ready, queued } of this.#senders.values()) {
      for (const transaction of [...ready.values(), ...queued.values()]) if (transaction.hash === hash) return transaction;
    }
    return undefined;
  }

  /**
   * Takes a waiting transaction out, unless it is taken already. The sender's later ones that were ready, which are
   * returned, wait again.
   */
  drop(hash: Hex): { readonly requeued: readonly SignedTransaction[] } | undefined {
    const transaction = this.find(hash);
    const sender = transaction === undefined ? undefined : this.#senders.get(transaction.from);
    if (transaction === undefined || sender === undefined) return undefined;
    if (sender.queued.delete(transaction.nonce)) {
      this.#forget(transaction, sender);
      return { requeued: [] };
    }
    return this.#line.includes(transaction) ? { requeued: this.refused(transaction) } : undefined;
  }

  /** Waiting transactions by sender, including taken ones. */
  waiting(): WaitingTransactions[] {
    const ascending = (transactions: ReadonlyMap<bigint, SignedTransaction>): SignedTransaction[] =>
      [...transactions.values()].sort((a, b) => (a.nonce < b.nonce ? -1 : 1));
    return [...this.#senders].map(([from, { ready, queued }]) => ({ from, ready: ascending(ready), queued: ascending(queued) }));
  }

  /** Ready transactions that are not taken yet, in the order in which they will be. */
  get line(): readonly SignedTransaction[] {
    return this.#line;
  }

  /** Calls back with each transaction that becomes ready; returns the function that ends it. */
  onReady(listener: (transaction: SignedTransaction) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Marks what waits. Nothing may be taken at that moment. */
  snapshot(): PoolMark {
    return { senders: copySenders(this.#senders), line: [...this.#line], size: this.#size };
  }

  /** Restores the transactions at the mark, and drops all others: later ones were signed for an outdated state. */
  revert(mark: PoolMark): void {
    this.#senders = copySenders(mark.senders);
    this.#line = [...mark.line];
    this.#pending.clear();
    this.#size = mark.size;
    const held = [...this.#senders.values()].flatMap(({ ready, queued }) => [...ready.values(), ...queued.values()]);
    this.#bytes = held.reduce((sum, transaction) => sum + bytesOf(transaction), 0);
    this.#accounts.clear();
  }

  /** Cached data of the account if they suffice for the cost; otherwise its current state. */
  async #accountFor(address: Hex, costWei: bigint): Promise<CachedAccount> {
    const known = this.#accounts.cached(address);
    return known !== undefined && known.leastBalanceWei >= costWei ? known : this.#accounts.read(address);
  }

  #promote(sender: Sender): void {
    for (;;) {
      const next = sender.queued.get(sender.nextNonce);
      if (next === undefined) return;
      sender.queued.delete(sender.nextNonce);
      sender.ready.set(sender.nextNonce, next);
      this.#line.push(next);
      sender.nextNonce++;
      this.#announce(next);
    }
  }

  #announce(transaction: SignedTransaction): void {
    for (const listener of this.#listeners) listener(transaction);
  }

  #forget(transaction: SignedTransaction, sender: Sender): void {
    this.#pending.delete(transaction);
    this.#size--;
    this.#bytes -= bytesOf(transaction);
    if (sender.ready.size + sender.queued.size === 0) this.#senders.delete(transaction.from);
  }

  /** Drops the last queued transaction of another sender. Returns false where there is none. */
  #dropQueued(except: Hex): boolean {
    for (const [address, sender] of this.#senders) {
      if (address === except) continue;
      const last = [...sender.queued.values()].reduce<SignedTransaction | undefined>(
        (a, b) => (a === undefined || b.nonce > a.nonce ? b : a),
        undefined,
      );
      if (last === undefined) continue;
      sender.queued.delete(last.nonce);
      this.#forget(last, sender);
      return true;
    }
    return false;
  }

  /** Drops the newest ready transaction of another sender that is held. Returns false where there is none. */
  #dropHeld(except: Hex): boolean {
    const newest = this.#heldSenders.any
      ? this.#line.findLast(({ from }) => from !== except && this.#heldSenders.holds(from))
      : undefined;
    if (newest === undefined) return false;
    this.refused(newest);
    this.#onLost(newest, "madeRoom");
    return true;
  }
}

/** Checks geth's rule of replacement: both fees a tenth higher, and higher at all. Throws MempoolError. */
function requireReplaceable(
  replaced: SignedTransaction,
  { from, nonce, maxFeePerGasWei, maxPriorityFeePerGasWei }: SignedTransaction,
): void {
  const rises = (before: bigint, now: bigint): boolean => now > before && now * 100n >= before * REPLACEMENT_PERCENT;
  if (rises(replaced.maxFeePerGasWei, maxFeePerGasWei) && rises(replaced.maxPriorityFeePerGasWei, maxPriorityFeePerGasWei))
    return;
  throw new MempoolError(
    "ReplacementUnderpriced",
    `replacement transaction underpriced: nonce ${nonce} of ${from} takes fees a tenth above those of the transaction that waits: ` +
      `a cap of ${replaced.maxFeePerGasWei} wei, a priority fee of ${replaced.maxPriorityFeePerGasWei} wei`,
  );
}

function usedNonce({ from, nonce }: SignedTransaction, account: CachedAccount): MempoolError {
  return new MempoolError("NonceTooLow", `nonce too low: ${nonce} of ${from} is used, the next one is ${account.nonce}`);
}

function lacksFunds(transaction: SignedTransaction, { leastBalanceWei }: CachedAccount): MempoolError {
  return new MempoolError(
    "InsufficientFunds",
    `insufficient funds for gas * price + value: ${transaction.from} has ${leastBalanceWei} wei, it may cost up to ${mostCostOf(transaction)}`,
  );
}

/** Size of the serialized transaction: two hexadecimal digits a byte. */
function bytesOf({ raw }: SignedTransaction): number {
  return raw.length / 2;
}

function copySenders(senders: ReadonlyMap<Hex, Sender>): Map<Hex, Sender> {
  const copy = ({ nextNonce, ready, queued }: Sender): Sender => ({ nextNonce, ready: new Map(ready), queued: new Map(queued) });
  return new Map([...senders].map(([address, sender]) => [address, copy(sender)]));
}

type MempoolErrorCode =
  | "FeeTooLow"
  | "PriorityFeeAboveCap"
  | "AlreadyKnown"
  | "NonceTooLow"
  | "InsufficientFunds"
  | "ReplacementUnderpriced"
  | "PoolFull"
  | "SenderFull";

/** Why a transaction is not taken into the pool. Messages begin as geth's do, by which clients know them. */
export class MempoolError extends NamedError<MempoolErrorCode> {
  override readonly name = "MempoolError";
}
