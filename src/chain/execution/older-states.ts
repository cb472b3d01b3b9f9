import type { Hex } from "../../protocol/hex.ts";

/** Where among their parameters methods name the block whose state they read. */
const BLOCK_PLACES: Readonly<Record<string, number>> = {
  debug_traceCall: 1,
  eth_call: 1,
  eth_estimateGas: 1,
  eth_getBalance: 1,
  eth_getCode: 1,
  eth_getTransactionCount: 1,
  eth_getProof: 2,
  eth_getStorageAt: 2,
};
/** Blocks behind the newest one whose states the engine certainly has. */
const RECENT_BLOCKS = 64n;

/** Where a request names the block whose state it reads, that; undefined where it names none, or reads no state. */
export function blockPlaceOf(method: string, params: readonly unknown[]): unknown {
  const place = BLOCK_PLACES[method];
  return place === undefined ? undefined : params[place];
}

/**
 * Whether the engine may have to compute a state again for a request. `newest`: the number of its newest block, or a higher
 * one.
 */
export function mayNeedOlderState(method: string, params: readonly unknown[], newest: bigint): boolean {
  const block = blockPlaceOf(method, params);
  if (newest <= RECENT_BLOCKS || block === undefined || block === null) return false;
  if (typeof block !== "string") return true;
  if (!block.startsWith("0x")) return block === "earliest";
  return !/^0x[0-9a-fA-F]{1,64}$/.test(block) || BigInt(block as Hex) + RECENT_BLOCKS < newest;
}

/** Has such requests answered one at a time, and none while a block is made: the engine does one thing after the other. */
export class OlderStates {
  #last: Promise<unknown> = Promise.resolve();
  #making: Promise<unknown> | undefined;

  read(ask: () => Promise<unknown>): Promise<unknown> {
    const answer = this.#last.then(async () => {
      while (this.#making !== undefined) await this.#making;
      return ask();
    });
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Makes a block, for which at most one question has to be answered first. Rejects as it does. */
  async making<Block>(make: () => Promise<Block>): Promise<Block> {
    const block = make();
    const made = block.then(
      () => undefined,
      () => undefined,
    );
    this.#making = made;
    try {
      return await block;
    } finally {
      if (this.#making === made) this.#making = undefined;
    }
  }
}
