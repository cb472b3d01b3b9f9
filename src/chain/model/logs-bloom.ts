import { fromHex, keccak, toHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BlockLog } from "./block.ts";

const BLOOM_BYTES = 256;
const EMPTY: Hex = `0x${"00".repeat(BLOOM_BYTES)}`;

/** Ethereum's filter over logs: three of its bits represent each address and topic. Source: yellow paper, section 4.3.1. */
export function logsBloom(logs: readonly Pick<BlockLog, "address" | "topics">[]): Hex {
  if (logs.length === 0) return EMPTY;
  const bits = new Set<number>();
  for (const part of new Set(logs.flatMap(({ address, topics }) => [address, ...topics]))) {
    const hash = fromHex(keccak(fromHex(part)));
    for (const i of [0, 2, 4]) {
      bits.add((256 * (hash[i] ?? 0) + (hash[i + 1] ?? 0)) % (8 * BLOOM_BYTES));
    }
  }
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const bit of bits) {
    const place = BLOOM_BYTES - 1 - Math.floor(bit / 8);
    bloom[place] = (bloom[place] ?? 0) + 2 ** (bit % 8);
  }
  return toHex(bloom);
}
