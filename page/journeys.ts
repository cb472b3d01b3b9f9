import type { MessageInfo, PagedMessages } from "./answers.ts";
import { begunBy, type Begun } from "./filtered.ts";

/** Transactions of one question, and messages of its answer; see `hyperchain_messages`. */
export const MAX_REQUESTED = 200;
/** Transactions whose messages are kept. */
const MOST_KEPT = 2_000;

interface JourneyPorts {
  readonly ask: (hashes: readonly string[]) => Promise<PagedMessages>;
  /** Called after each change of the journeys. */
  readonly changed: () => void;
  /** Does something two seconds later. */
  readonly later: (work: () => void) => void;
}

interface KnownJourneys {
  readonly messages: readonly MessageInfo[];
  /** Version of the ecosystem at the request. */
  readonly version: number;
}

/**
 * Messages by the transactions that began them, also older ones, which the polls do not include. One request
 * covers all transactions that the feed shows, and it is repeated after an event, every two seconds at most.
 */
export class Journeys {
  readonly #ports: JourneyPorts;
  readonly #known = new Map<string, KnownJourneys>();
  #newest: Begun = new Map();
  /** Whether the newest ones are all. */
  #isAll = true;
  #shown: readonly string[] = [];
  #version = 0;
  #isWaiting = false;

  constructor(ports: JourneyPorts) {
    this.#ports = ports;
  }

  /** With those of the newest messages; those that were among them before are still known. */
  begun({ messages, total }: PagedMessages): Begun {
    const newest = begunBy(messages);
    for (const [hash, known] of this.#newest) if (!newest.has(hash)) this.#keep(hash, { messages: known, version: 0 });
    this.#newest = newest;
    this.#isAll = total <= messages.length;
    if (this.#isAll) this.#known.clear();
    return new Map([...[...this.#known].map(([hash, known]) => [hash, known.messages] as const), ...newest]);
  }

  /** To be called with the transactions that are shown, the newest first, and the ecosystem's version. */
  shows(hashes: readonly string[], version: number): void {
    this.#shown = hashes;
    this.#version = version;
    void this.#go();
  }

  async #go(): Promise<void> {
    if (this.#isWaiting || this.#isAll) return;
    const wanted = this.#shown.filter((hash) => !this.#newest.has(hash) && this.#known.get(hash)?.version !== this.#version);
    // What has never been asked for comes first.
    const hashes = [...wanted.filter((hash) => !this.#known.has(hash)), ...wanted.filter((hash) => this.#known.has(hash))];
    if (hashes.length === 0) return;
    this.#isWaiting = true;
    await this.#take(hashes.slice(0, MAX_REQUESTED), this.#version);
    this.#ports.later(() => {
      this.#isWaiting = false;
      void this.#go();
    });
  }

  /** A question that fails is put again. */
  async #take(hashes: readonly string[], version: number): Promise<void> {
    try {
      const { messages, next } = await this.#ports.ask(hashes);
      const begun = begunBy(messages);
      // Where there is no room for all, the others are asked for alone the next time.
      const answered = next === undefined ? hashes : hashes.filter((hash) => begun.has(hash));
      for (const hash of answered) this.#keep(hash, { messages: begun.get(hash) ?? [], version });
      this.#ports.changed();
    } catch {
      return;
    }
  }

  #keep(hash: string, known: KnownJourneys): void {
    this.#known.delete(hash);
    this.#known.set(hash, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KEPT && oldest !== undefined) this.#known.delete(oldest);
  }
}
