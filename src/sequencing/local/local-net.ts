import type { Net } from "../../consensus/group.ts";
import type { GroupMessage } from "../../consensus/messages.ts";

type Listener = (message: GroupMessage, from: number) => void;

/** Faults of the connections between nodes of one process. */
export interface NetFaults {
  /** True if a message between these nodes is lost. */
  isCut(from: number, to: number): boolean;
  /** Delay of a message between these nodes. Milliseconds. */
  delayMs(from: number, to: number): number;
  /** Message that the sender sends to this node instead of an honest one. */
  altered(message: GroupMessage, from: number, to: number): GroupMessage;
}

/** Connections between the nodes of one process: each message arrives in a later turn of the event loop. */
export class LocalNet {
  readonly #faults: NetFaults;
  readonly #listeners = new Map<number, Listener>();

  constructor(faults: NetFaults) {
    this.#faults = faults;
  }

  of(index: number): Net {
    return {
      send: (message, to) => {
        for (const other of to === undefined ? [...this.#listeners.keys()] : [to])
          if (other !== index) this.#send(message, index, other);
      },
      listen: (listener) => {
        this.#listeners.set(index, listener);
        return () => {
          if (this.#listeners.get(index) === listener) this.#listeners.delete(index);
        };
      },
    };
  }

  #send(message: GroupMessage, from: number, to: number): void {
    const { isCut, altered, delayMs } = this.#faults;
    if (isCut(from, to)) return;
    const sent = altered(message, from, to);
    sendLater(delayMs(from, to), () => this.#listeners.get(to)?.(sent, from));
  }
}

/** Sends in a later turn of the event loop, after this time. */
export function sendLater(delayMs: number, send: () => void): void {
  if (delayMs === 0) setImmediate(send);
  else setTimeout(send, delayMs).unref();
}
