import type { ChainId } from "../../ground/protocol/ids.ts";

/**
 * Turns of chains by the weight of what they ask for: each job begins, in an imaginary time, where its chain's last one ended,
 * and those that begin first come first. A chain that asks for much waits behind those that ask for little, and one that asked
 * for nothing has saved up nothing. Source: Goyal, Vin and Cheng, "Start-time fair queuing" (1996).
 */
export class Turns {
  readonly #ends = new Map<ChainId, number>();
  #now = 0;

  /** Turn of a chain's next job. Those of one chain are in the order of the calls. */
  next(chain: ChainId, weight: number): number {
    const begin = Math.max(this.#now, this.#ends.get(chain) ?? 0);
    this.#ends.set(chain, begin + Math.max(1, weight));
    return begin;
  }

  /** The job of this turn has begun. */
  begun(turn: number): void {
    this.#now = Math.max(this.#now, turn);
    for (const [chain, end] of this.#ends) if (end <= this.#now) this.#ends.delete(chain);
  }
}
