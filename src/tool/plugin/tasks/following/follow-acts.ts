import type { ActInfo } from "../../../../ecosystem/devnet/view/feed/act-book.ts";

/** Acts of the first look: as many as blocks of a member, where it is not said how many these are. */
const NEWEST_ACTS = 25;

/** Polls the actions of clients in an ecosystem, and reports each one once. */
export class ActFollower {
  readonly #ask: () => Promise<readonly ActInfo[]>;
  readonly #maxActs: number;
  /** Actions of the last poll. */
  #seen: ReadonlySet<string> | undefined;

  constructor(ask: () => Promise<readonly ActInfo[]>, maxActs: number = NEWEST_ACTS) {
    this.#ask = ask;
    this.#maxActs = maxActs;
  }

  /** The acts since the last look, in order. Rejects as what it asks. */
  async look(): Promise<readonly ActInfo[]> {
    const acts = await this.#ask();
    const seen = this.#seen;
    this.#seen = new Set(acts.map(({ id }) => id));
    return seen === undefined ? acts.slice(-this.#maxActs) : acts.filter(({ id }) => !seen.has(id));
  }
}
