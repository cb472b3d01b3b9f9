import type { Hex } from "../../../ground/protocol/hex.ts";
import { dropOldest } from "../../../ground/runtime/drop-oldest.ts";

/** Operations whose transactions are remembered; those of others are looked up in the chain's logs. */
const MAX_REMEMBERED = 4_096;

/** The transactions that carried this bundler's operations, the newest of them. */
export class Transactions {
  readonly #byOperation = new Map<Hex, Hex>();

  add(operation: Hex, transaction: Hex): void {
    this.#byOperation.set(operation, transaction);
    dropOldest(this.#byOperation, MAX_REMEMBERED);
  }

  get(operation: Hex): Hex | undefined {
    return this.#byOperation.get(operation);
  }
}
