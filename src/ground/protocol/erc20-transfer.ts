import type { Hex } from "./hex.ts";

/** Topic of EIP-20's `Transfer(address,address,uint256)`. Written out, since pages hash nothing. */
export const TRANSFER_TOPIC: Hex = "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef";
