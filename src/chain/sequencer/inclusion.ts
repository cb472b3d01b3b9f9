import type { Hex } from "../../ground/protocol/hex.ts";
import type { Clock } from "../../ground/runtime/clock.ts";

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Lets senders wait until their transaction is in a block or never will be. */
export class InclusionWaiters {
  readonly #waiters = new Map<Hex, Waiter[]>();

  /** Resolves when the transaction is in a block; rejects when it is refused. */
  wait(hash: Hex): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(hash);
      if (waiters === undefined) this.#waiters.set(hash, [{ resolve, reject }]);
      else waiters.push({ resolve, reject });
    });
  }

  /** Resolves with true as `wait` does, or with false after this time. Rejects when the transaction is refused before. */
  waitAtMost(hash: Hex, timeoutMs: number, clock: Pick<Clock, "after">): Promise<boolean> {
    return new Promise((resolve, reject) => {
      const cancel = clock.after(timeoutMs, () => resolve(false));
      void this.wait(hash)
        .then(() => resolve(true), reject)
        .finally(cancel);
    });
  }

  /** Records that the transaction is in a block, or waits in the pool for others' transactions. */
  included(hash: Hex): void {
    for (const { resolve } of this.#end(hash)) resolve();
  }

  refused(hash: Hex, error: Error): void {
    for (const { reject } of this.#end(hash)) reject(error);
  }

  /** Rejects everyone, or those whose transaction is not among some that may still come. */
  refuseAll(error: Error, mayCome: (hash: Hex) => boolean = () => false): void {
    for (const hash of [...this.#waiters.keys()]) if (!mayCome(hash)) this.refused(hash, error);
  }

  #end(hash: Hex): readonly Waiter[] {
    const waiters = this.#waiters.get(hash) ?? [];
    this.#waiters.delete(hash);
    return waiters;
  }
}
