import type { Hex } from "../../../src/ground/protocol/hex.ts";

/**
 * Makes as many logs as the word of its input says: that number and all below it down to 1, each as a log's topic and its data.
 * PUSH0 CALLDATALOAD; JUMPDEST DUP1 PUSH0 MSTORE, DUP1 PUSH1 32 PUSH0 LOG1, PUSH1 1 SWAP1 SUB, DUP1 PUSH1 2 JUMPI; STOP.
 */
export const LOGGER: Hex = `0x${"1c".repeat(20)}`;
export const LOGGER_CODE: Hex = "0x5f355b805f528060205fa1600190038060025700";
