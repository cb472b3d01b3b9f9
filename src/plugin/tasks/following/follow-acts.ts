import type { ActInfo } from "../../../devnet/view/feed/act-book.ts";

/** Acts of the first look: as many as blocks of a member. */
const NEWEST_ACTS = 25;

/** Looks again and again at what clients have an ecosystem do; what is repeated is told once. */
export class ActFollower {
  readonly #ask: () => Promise<readonly ActInfo[]>;
  /** Of the last look. */
  #seen: ReadonlySet<string> | undefined;

  constructor(ask: () => Promise<readonly ActInfo[]>) {
    this.#ask = ask;
  }

  /** The acts since the last look, in order. Rejects as what it asks. */
  async look(): Promise<readonly ActInfo[]> {
    const acts = await this.#ask();
    const seen = this.#seen;
    this.#seen = new Set(acts.map(({ id }) => id));
    return seen === undefined ? acts.slice(-NEWEST_ACTS) : acts.filter(({ id }) => !seen.has(id));
  }
}
