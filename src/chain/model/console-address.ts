import type { Hex } from "../../ground/protocol/hex.ts";

/** Where contracts send what they log: "console.log" in ASCII (hardhat/console.sol). No code is there. */
export const CONSOLE_ADDRESS: Hex = "0x000000000000000000636f6e736f6c652e6c6f67";
