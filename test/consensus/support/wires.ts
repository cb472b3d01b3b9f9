import type { Net } from "../../../src/chain/consensus/group.ts";
import type { GroupMessage } from "../../../src/chain/consensus/messages.ts";

type Listener = (message: GroupMessage, from: number) => void;

/** Delivers each message in a later turn, to the nodes that listen. */
export class Wires {
  readonly #listeners = new Map<number, Listener>();

  of(index: number): Net {
    return {
      send: (message, to) => {
        for (const other of to === undefined ? [...this.#listeners.keys()] : [to])
          if (other !== index) setImmediate(() => this.#listeners.get(other)?.(message, index));
      },
      listen: (listener) => {
        this.#listeners.set(index, listener);
        return () => this.#listeners.delete(index);
      },
    };
  }
}
