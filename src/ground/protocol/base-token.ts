import type { Hex } from "./hex.ts";

/** Address of L1's coin as a base token, as clients write it. */
export const ETH_BASE_TOKEN: Hex = "0x0000000000000000000000000000000000000001";
