import type { Hex } from "../../../ground/protocol/hex.ts";

/**
 * Seconds of the block that comes next; the newest one's where the node says nothing about the next. An idle L1's newest block
 * may be old.
 */
export async function nextBlockTime(l1: {
  readonly send: (method: string, params: unknown[]) => Promise<unknown>;
}): Promise<bigint> {
  for (const tag of ["pending", "latest"]) {
    const block = (await l1.send("eth_getBlockByNumber", [tag, false])) as { readonly timestamp: Hex } | null;
    if (block !== null) return BigInt(block.timestamp);
  }
  throw new Error("L1 has no newest block");
}
