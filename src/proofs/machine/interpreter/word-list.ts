import { LIMBS } from "./limbs.ts";

/** A growing list of 256-bit words as limbs, 0 where nothing was written. */
export class WordList {
  /** Replaced when the list grows, so ask again after a write. */
  limbs = new Uint16Array(64 * LIMBS);

  /** Offset of word `index`, which exists from now on. */
  offset(index: number): number {
    const end = (index + 1) * LIMBS;
    if (end > this.limbs.length) {
      const larger = new Uint16Array(Math.max(end, this.limbs.length * 2));
      larger.set(this.limbs);
      this.limbs = larger;
    }
    return end - LIMBS;
  }
}
