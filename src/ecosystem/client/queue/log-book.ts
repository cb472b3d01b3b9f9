import type { Log, Provider } from "ethers";
import { PageWidth, readLogPages, type LogQuestion } from "../../../chain/settlement-layer/reader/log-pages.ts";

/** Address and first block of logs, and the state that they produce. */
export interface LogBookTerms<State> extends Omit<LogQuestion, "toBlock"> {
  readonly empty: () => State;
  readonly take: (state: State, log: Log) => void;
  /** Blocks that are asked for at a time. Default: all that are new. */
  readonly width?: PageWidth;
}

/**
 * State from a member's logs. Each update reads new logs only, and all of them again after the member's
 * reorg.
 */
export class LogBook<State> {
  readonly #terms: LogBookTerms<State>;
  #state: State;
  /** Up to this block everything was read. */
  #read: { readonly blockNumber: number; readonly hash: string } | undefined;
  #age = 0;
  #last: Promise<unknown> = Promise.resolve();

  constructor(terms: LogBookTerms<State>) {
    this.#terms = terms;
    this.#state = terms.empty();
  }

  /** Number of the member's reorgs. After each one, earlier results may be invalid. */
  get age(): number {
    return this.#age;
  }

  /**
   * Up to the newest block, as `provider` shows them. Looks wait for each other. Rejects with the provider's error; pages that
   * were read before are not read again.
   */
  look(provider: Provider): Promise<State> {
    const next = this.#last.then(() => this.#look(provider));
    this.#last = next.catch(() => undefined);
    return next;
  }

  async #look(provider: Provider): Promise<State> {
    const before = this.#read;
    if (before !== undefined && (await provider.getBlock(before.blockNumber))?.hash !== before.hash) {
      this.#age++;
      this.#read = undefined;
      this.#state = this.#terms.empty();
    }
    const { address, topics, fromBlock: first, take, width = new PageWidth(Infinity) } = this.#terms;
    const head = await provider.getBlock("latest");
    const fromBlock = this.#read === undefined ? first : this.#read.blockNumber + 1;
    if (head === null || head.hash === null || head.number < fromBlock) return this.#state;
    const range = { topics, fromBlock, toBlock: head.number };
    const question = address === undefined ? range : { ...range, address };
    for await (const { blockNumber, logs } of readLogPages(provider, question, width)) {
      const hash = blockNumber === head.number ? head.hash : (await provider.getBlock(blockNumber))?.hash;
      // It has just gone back, which the next look sees.
      if (hash === undefined || hash === null) return this.#state;
      this.#read = { blockNumber, hash };
      for (const log of logs) take(this.#state, log);
    }
    return this.#state;
  }
}
