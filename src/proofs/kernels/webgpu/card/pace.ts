/** A dispatch takes about this long at most: the screen is drawn by the same card, and drivers end what takes two seconds. */
const LONGEST_MS = 20;
/** Operations that a slow card does in about two milliseconds. */
const FIRST_SLICE = 2 ** 24;
/** Minimum number of operations that justifies a separate dispatch, however slow the card. */
const SMALLEST_SLICE = 2 ** 20;

/** Amount of work that is submitted to the card at a time, by its previous speed. */
export class Pace {
  readonly #now: () => number;
  #operations = FIRST_SLICE;
  #freeSince = 0;

  /** `now` in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Operations of one dispatch at most. */
  get slice(): number {
    return this.#operations;
  }

  /** Call when work is handed over; call the result when it is done. */
  begin(operations: number): () => void {
    const begun = this.#now();
    return () => {
      const done = this.#now();
      const took = Math.max(0.01, done - Math.max(begun, this.#freeSince));
      this.#freeSince = done;
      // What is done at once says little: the way to the card and back takes longer than it.
      if (operations < this.#operations / 4 && took < LONGEST_MS) return;
      const fitting = (operations / took) * LONGEST_MS;
      this.#operations = Math.max(SMALLEST_SLICE, Math.min(fitting, 2 * this.#operations));
    };
  }
}
