import type { Hex } from "../../../ground/protocol/hex.ts";

/** The accounts in whose name transactions are sent without a signature. Not part of snapshots. */
export class Impersonation {
  readonly #accounts = new Set<Hex>();
  /** Every account that the chain has no key of. */
  all = false;

  add(account: Hex): void {
    this.#accounts.add(account);
  }

  /** Returns whether it was one of them. */
  remove(account: Hex): boolean {
    return this.#accounts.delete(account);
  }

  has(account: Hex): boolean {
    return this.#accounts.has(account);
  }
}
