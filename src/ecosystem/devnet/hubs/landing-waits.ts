import type { HubBlock } from "../../hub/hub-block.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** A decided block with the transaction that landed it. */
export interface LandedBlock {
  readonly block: HubBlock;
  readonly transactionHash: Hex;
}

interface Wait {
  /** Blocks that do not end the wait. */
  readonly older: readonly HubBlock[];
  readonly resolve: (landed: LandedBlock) => void;
  readonly reject: (error: unknown) => void;
}

/** Calls that wait for the landing of a hub's block. */
export class LandingWaits {
  readonly #waits = new Set<Wait>();

  /** Resolves with the next landing of a block other than these. Rejects with the reason of `fail`. */
  add(older: readonly HubBlock[]): Promise<LandedBlock> {
    const { promise, resolve, reject } = Promise.withResolvers<LandedBlock>();
    this.#waits.add({ older, resolve, reject });
    promise.catch(() => undefined);
    return promise;
  }

  /** Ends the waits for this block. */
  landed(landed: LandedBlock): void {
    for (const wait of this.#waits) {
      if (wait.older.includes(landed.block)) continue;
      this.#waits.delete(wait);
      wait.resolve(landed);
    }
  }

  /** Ends all waits. */
  fail(error: unknown): void {
    for (const { reject } of this.#waits) reject(error);
    this.#waits.clear();
  }
}
