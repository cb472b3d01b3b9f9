import type { ActInfo } from "../../../devnet/view/feed/act-book.ts";

/** Acts of the first look: as many as blocks of a member. */
const NEWEST_ACTS = 25;

/** Looks again and again at what clients have an ecosystem do; what is repeated is told once. */
export class ActFollower {
  readonly #ask: () => Promise<readonly ActInfo[]>;
  #last: number | undefined;

  constructor(ask: () => Promise<readonly ActInfo[]>) {
    this.#ask = ask;
  }

  /** The acts since the last look, in order. Rejects as what it asks. */
  async look(): Promise<readonly ActInfo[]> {
    const acts = (await this.#ask()).toSorted((a, b) => a.id - b.id);
    const last = this.#last;
    const newest = acts.at(-1)?.id ?? 0;
    this.#last = newest;
    // A process that has started anew counts from the beginning.
    if (last === undefined) return acts.slice(-NEWEST_ACTS);
    return newest < last ? acts : acts.filter(({ id }) => id > last);
  }
}
