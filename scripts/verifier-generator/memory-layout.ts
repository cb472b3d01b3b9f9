/**
 * Static memory of a generated contract. The compiler may keep spilled variables from 0x80 upwards ("memory-safe"
 * assembly), so everything here starts above `START`; below it only the 64 scratch bytes are used.
 */
const START = 0x1000;

export class MemoryLayout {
  #next = START;

  /** Address of `words` fresh words. */
  words(words: number): number {
    const address = this.#next;
    this.#next += 32 * words;
    return address;
  }

  /** First address after everything allocated so far; a buffer of unknown length may live there. */
  get end(): number {
    return this.#next;
  }
}
