import type { Hex } from "../../../protocol/hex.ts";

/** Operations whose transactions are remembered; those of others are looked up in the chain's logs. */
const MAX_REMEMBERED = 4_096;

/** The transactions that carried this bundler's operations, the newest of them. */
export class Transactions {
  readonly #byOperation = new Map<Hex, Hex>();

  add(operation: Hex, transaction: Hex): void {
    this.#byOperation.set(operation, transaction);
    const [oldest] = this.#byOperation.keys();
    if (this.#byOperation.size > MAX_REMEMBERED && oldest !== undefined) this.#byOperation.delete(oldest);
  }

  get(operation: Hex): Hex | undefined {
    return this.#byOperation.get(operation);
  }
}
