import { setTimeout } from "node:timers/promises";
import type { ChainId } from "../../../ground/protocol/ids.ts";

/** Time between two polls of the chains' slots. */
const POLL_MS = 2;

/** Order of a chain that can rest between two slots. */
interface RestingOrder {
  /** Maximum wait for a slot. */
  readonly maxRestMs: number;
  /** True if the chain holds no part, and its running peers have the same slots. */
  readonly isBetweenSlots: boolean;
  /** Lets no new slot begin. Returns the function that ends the rest. */
  beginRest(): () => void;
  undecided(): Error;
}

/** Chains of an ecosystem whose order external sequencers make. */
export class SlotPeers<Order extends RestingOrder> {
  readonly #orders = new Map<ChainId, Order>();

  /** Adds a running chain. Returns the function that removes it. */
  add(chainId: ChainId, order: Order): () => void {
    this.#orders.set(chainId, order);
    return () => {
      if (this.#orders.get(chainId) === order) this.#orders.delete(chainId);
    };
  }

  /** The chain's order; undefined while the chain does not run. */
  of(chainId: ChainId): Order | undefined {
    return this.#orders.get(chainId);
  }

  /**
   * Stops all external orders between two slots: no chain holds a part, and chains of one sequencer have the same slots. Returns
   * the function that lets them continue. Rejects with SequencerError PartHeld if a slot does not come in time.
   */
  async rest(): Promise<() => void> {
    const orders = [...this.#orders.values()];
    const ends = orders.map((order) => order.beginRest());
    const end = (): void => {
      for (const each of ends) each();
    };
    try {
      const deadlines = orders.map((order) => Date.now() + order.maxRestMs);
      for (const [i, order] of orders.entries())
        while (!order.isBetweenSlots) {
          if (Date.now() > (deadlines[i] ?? 0)) throw order.undecided();
          await setTimeout(POLL_MS);
        }
      return end;
    } catch (error) {
      end();
      throw error;
    }
  }
}
