import type { EngineTransaction, SignedTransaction } from "../../ground/transaction/transaction.ts";
import type { Hex } from "../../ground/protocol/hex.ts";

/** An account in the newest state. */
export interface AccountState {
  readonly nonce: bigint;
  readonly balanceWei: bigint;
  /** True if it has code, for example a delegation: then others' transactions can change its nonce and spend its balance. */
  readonly hasCode: boolean;
}

/** An account as the pool knows it. */
export interface CachedAccount {
  readonly nonce: bigint;
  /** Lower bound of the balance. */
  readonly leastBalanceWei: bigint;
}

/** Accounts remembered at most. */
const MAX_ACCOUNTS = 10_000;

/**
 * Cache of accounts, which saves a request to the engine for each transaction. An account without code is changed by its
 * transactions and by payments to it alone; so after a transaction it has at least its balance minus the maximum cost of
 * this transaction. Accounts with code are never cached.
 */
export class AccountView {
  readonly #read: (address: Hex) => Promise<AccountState>;
  /** The least recently read is first. */
  readonly #cache = new Map<Hex, CachedAccount>();
  /** Pending reads; `isStale` after a block or a rewind since they began. */
  readonly #reads = new Map<Hex, { readonly state: Promise<AccountState>; isStale: boolean }>();

  constructor(read: (address: Hex) => Promise<AccountState>) {
    this.#read = read;
  }

  /** Cached data of the account; undefined if it has to be read. */
  cached(address: Hex): CachedAccount | undefined {
    return this.#cache.get(address);
  }

  /** Reads the account's current state. Rejects with the engine's error. */
  async read(address: Hex): Promise<CachedAccount> {
    for (;;) {
      const read = this.#reads.get(address) ?? { state: this.#read(address), isStale: false };
      this.#reads.set(address, read);
      try {
        const { nonce, balanceWei, hasCode } = await read.state;
        if (read.isStale) continue;
        const account = { nonce, leastBalanceWei: balanceWei };
        if (!hasCode) this.#remember(address, account);
        return account;
      } finally {
        if (this.#reads.get(address) === read) this.#reads.delete(address);
      }
    }
  }

  /** These transactions are in a block. */
  applied(transactions: readonly EngineTransaction[]): void {
    // They may give any account code.
    if (transactions.some((transaction) => transaction.kind === "signed" && transaction.delegates)) this.clear();
    for (const transaction of transactions) {
      const { from } = transaction;
      this.#outdate(from);
      const known = this.#cache.get(from);
      if (known === undefined) continue;
      if (transaction.kind === "unsigned") this.#cache.delete(from);
      else
        this.#cache.set(from, {
          nonce: transaction.nonce + 1n,
          leastBalanceWei: known.leastBalanceWei - mostCostOf(transaction),
        });
    }
  }

  /** Forgets everything: the state is another one. */
  clear(): void {
    this.#cache.clear();
    for (const address of [...this.#reads.keys()]) this.#outdate(address);
  }

  #remember(address: Hex, account: CachedAccount): void {
    this.#cache.delete(address);
    const [oldest] = this.#cache.keys();
    if (oldest !== undefined && this.#cache.size >= MAX_ACCOUNTS) this.#cache.delete(oldest);
    this.#cache.set(address, account);
  }

  #outdate(address: Hex): void {
    const read = this.#reads.get(address);
    if (read === undefined) return;
    read.isStale = true;
    this.#reads.delete(address);
  }
}

/** Maximum amount that a transaction can take from its sender. */
export function mostCostOf({ valueWei, gasLimit, maxFeePerGasWei }: SignedTransaction): bigint {
  return valueWei + gasLimit * maxFeePerGasWei;
}
