import type { Hex } from "./hex.ts";

/** How clients write L1's own coin as a base token. */
export const ETH_BASE_TOKEN: Hex = "0x0000000000000000000000000000000000000001";
