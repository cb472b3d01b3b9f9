import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** A number as an address. */
export function hexAddress(number: bigint): Hex {
  return `0x${number.toString(16).padStart(40, "0")}`;
}
