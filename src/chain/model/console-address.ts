import type { Hex } from "../../ground/protocol/hex.ts";

/** Receiver of contracts' logs: "console.log" in ASCII (hardhat/console.sol). It has no code. */
export const CONSOLE_ADDRESS: Hex = "0x000000000000000000636f6e736f6c652e6c6f67";
