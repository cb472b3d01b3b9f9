import type { TransactionReceipt } from "ethers";

/** A receiver that would take it when it is asked, and fails in the transaction, could be paid for at each look. */
export const MAX_PAID_FAILURES = 2;

/** Numbers of paid transactions that failed, by their purpose. No event reports these failures. */
export class PaidFailures {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** The receipt, where its transaction did not fail; one that did is counted. Undefined too where nothing was sent. */
  counted(name: string, receipt: TransactionReceipt | undefined): TransactionReceipt | undefined {
    if (receipt === undefined || receipt.status === 1) return receipt;
    this.#counts.set(name, this.of(name) + 1);
    return undefined;
  }

  clear(): void {
    this.#counts.clear();
  }
}
