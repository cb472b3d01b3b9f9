import { LinkRefused } from "./link-refused.ts";

/** Requests of one name. Each takes some simulated calls, or two batches. */
const MAX_REQUESTS = 32;

/** Slots for requests about links: each chain and each pair of chains has its own, so one that is stuck fills no others. */
export class LinkSlots {
  readonly #counts = new Map<string, number>();

  /** Runs the work in a slot of this name. Rejects with LinkRefused TooManyWaiting, or with the work's error. */
  async hold<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const count = this.#counts.get(name) ?? 0;
    if (count >= MAX_REQUESTS)
      throw new LinkRefused("TooManyWaiting", `${MAX_REQUESTS} links of ${name} wait, which is the limit; send it again later`);
    this.#counts.set(name, count + 1);
    try {
      return await work();
    } finally {
      const left = (this.#counts.get(name) ?? 1) - 1;
      if (left === 0) this.#counts.delete(name);
      else this.#counts.set(name, left);
    }
  }
}
