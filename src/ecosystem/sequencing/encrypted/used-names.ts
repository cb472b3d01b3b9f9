import type { Hex } from "../../../ground/protocol/hex.ts";

/** Names that count as used: the newest of this number. */
const MAX_USED = 65_536;

/**
 * Names of the envelopes that a chain executed. A name counts as used among the newest 65,536 of the order, so that all nodes
 * agree whatever they have executed and undone besides. At least as many again are stored for a return.
 */
export class UsedNames {
  /** In the order of their use. */
  #names: Hex[] = [];
  readonly #indexes = new Map<Hex, number>();
  /** Number of names that were used before those in the list. */
  #dropped = 0;

  /** Number of names that were ever used. */
  get count(): number {
    return this.#dropped + this.#names.length;
  }

  has(name: Hex): boolean {
    const index = this.#indexes.get(name);
    return index !== undefined && index >= this.count - MAX_USED;
  }

  add(name: Hex): void {
    this.#indexes.set(name, this.count);
    this.#names.push(name);
    if (this.#names.length < 3 * MAX_USED) return;
    this.#forget(this.#names.splice(0, MAX_USED), this.#dropped);
    this.#dropped += MAX_USED;
  }

  /** Returns to a time at which this number of names was used. */
  returnTo(count: number): void {
    const length = Math.max(0, count - this.#dropped);
    this.#forget(this.#names.splice(length), this.#dropped + length);
  }

  /** `first`: index of the first name. A name that was used again later stays. */
  #forget(names: readonly Hex[], first: number): void {
    for (const [i, name] of names.entries()) if (this.#indexes.get(name) === first + i) this.#indexes.delete(name);
  }
}
