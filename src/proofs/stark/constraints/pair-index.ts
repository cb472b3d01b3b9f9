/** Entries for which there is room at first; a power of two, as all later sizes. */
const FIRST_ROOM = 256;
/** Words of an entry: the kind plus 1, both operands, and the number. The first word of a free slot is 0. */
const WORDS = 4;

/**
 * Numbers by a kind and two operands, all below 2^31. Graphs have hundreds of thousands of operations, and a `Map` would have an
 * object for each key.
 */
export class PairIndex {
  #entries = new Int32Array(WORDS * FIRST_ROOM);
  #count = 0;

  /** Undefined if there is none. */
  get(kind: number, left: number, right: number): number | undefined {
    const at = this.#slotOf(kind, left, right);
    return this.#entries[at] === 0 ? undefined : this.#entries[at + 3];
  }

  set(kind: number, left: number, right: number, value: number): void {
    // At most half of the slots are taken, so that a search soon finds a free one.
    if (2 * WORDS * (this.#count + 1) > this.#entries.length) this.#grow();
    const at = this.#slotOf(kind, left, right);
    if (this.#entries[at] === 0) this.#count += 1;
    this.#entries[at] = kind + 1;
    this.#entries[at + 1] = left;
    this.#entries[at + 2] = right;
    this.#entries[at + 3] = value;
  }

  /** Slot with the kind and the operands, or the free slot for both. */
  #slotOf(kind: number, left: number, right: number): number {
    const entries = this.#entries;
    const last = entries.length - 1;
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b) ^ Math.imul(kind, 0xc2b2ae35);
    hash ^= hash >>> 15;
    let at = (WORDS * hash) & last;
    while (entries[at] !== 0 && (entries[at] !== kind + 1 || entries[at + 1] !== left || entries[at + 2] !== right))
      at = (at + WORDS) & last;
    return at;
  }

  #grow(): void {
    const before = this.#entries;
    this.#entries = new Int32Array(2 * before.length);
    this.#count = 0;
    for (let at = 0; at < before.length; at += WORDS) {
      const kind = before[at] as number;
      if (kind !== 0) this.set(kind - 1, before[at + 1] as number, before[at + 2] as number, before[at + 3] as number);
    }
  }
}
