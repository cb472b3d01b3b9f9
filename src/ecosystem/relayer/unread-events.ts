import type { ChainEvent } from "./chain-view.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";

/** An event of one chain. */
interface ReadEvent {
  readonly chainId: ChainId;
  readonly event: ChainEvent;
}

/** Events that were read and not taken yet: another chain has not answered since, or an event before could not be taken. */
export class UnreadEvents {
  readonly #take: (chainId: ChainId, event: ChainEvent) => void;
  #events: readonly ReadEvent[] = [];

  constructor(take: (chainId: ChainId, event: ChainEvent) => void) {
    this.#take = take;
  }

  get isEmpty(): boolean {
    return this.#events.length === 0;
  }

  add(chainId: ChainId, events: readonly ChainEvent[]): void {
    this.#events = [...this.#events, ...events.map((event) => ({ chainId, event }))];
  }

  clear(): void {
    this.#events = [];
  }

  /** Takes them all. Throws what one is refused with; those behind it are kept for the next time. */
  takeAll(): void {
    // An executed message was sent before, whichever chain is read first.
    const isSent = ({ event }: ReadEvent): boolean => event.type === "messageSent";
    const events = [...this.#events.filter(isSent), ...this.#events.filter((read) => !isSent(read))];
    let taken = 0;
    try {
      for (const { chainId, event } of events) {
        taken++;
        this.#take(chainId, event);
      }
    } finally {
      this.#events = events.slice(taken);
    }
  }
}
