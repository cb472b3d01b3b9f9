import type { Hex } from "../../protocol/hex.ts";

/** A number as JSON-RPC writes it. */
export function hexQuantity(value: bigint): Hex {
  return `0x${value.toString(16)}`;
}
