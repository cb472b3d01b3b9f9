type Listener<Message> = (message: Message, from: number) => void;

/** Connections between nodes of one process. */
export interface Connections {
  /** True if a message between these nodes is lost. */
  isCut(from: number, to: number): boolean;
  /** Delay of a message between these nodes. Milliseconds. */
  delayMs(from: number, to: number): number;
}

/** Faults of the messages between nodes of one process. */
export interface NetFaults<Message> extends Connections {
  /** Message that the sender sends to this node instead of an honest one. */
  altered(message: Message, from: number, to: number): Message;
}

/** Connection of one node. */
interface NodeNet<Message> {
  /** Sends to one node, or to all others. */
  send(message: Message, to?: number): void;
  /** Calls back with each message and the index of its sender; returns the function that ends it. */
  listen(listener: Listener<Message>): () => void;
}

/** Connections between the nodes of one process: each message arrives in a later turn of the event loop. */
export class LocalNet<Message> {
  readonly #faults: Connections & Partial<NetFaults<Message>>;
  readonly #listeners = new Map<number, Listener<Message>>();

  constructor(faults: Connections & Partial<NetFaults<Message>>) {
    this.#faults = faults;
  }

  of(index: number): NodeNet<Message> {
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

  #send(message: Message, from: number, to: number): void {
    const faults = this.#faults;
    if (faults.isCut(from, to)) return;
    const sent = faults.altered?.(message, from, to) ?? message;
    sendLater(faults.delayMs(from, to), () => this.#listeners.get(to)?.(sent, from));
  }
}

/** Sends in a later turn of the event loop, after this time. */
export function sendLater(delayMs: number, send: () => void): void {
  if (delayMs === 0) setImmediate(send);
  else setTimeout(send, delayMs).unref();
}
