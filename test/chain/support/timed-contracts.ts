import type { Hex } from "../../../src/ground/protocol/hex.ts";

/** Writes the time to slot 0, and a new slot, in a block that is later than the time in slot 0; else does nothing. */
export const ONCE_A_SECOND: Hex = "0x425f5410600857005b425f5542425500";
/** Writes a new slot, whose key is the gas that is left, in a block of the time in slot 0; else the time to slot 0. */
export const DEAR_IN_ONE_SECOND: Hex = "0x425f5414600b57425f55005b5a5a5500";
/** Writes a new slot for each second since that in slot 0, and the last of them to slot 0. */
export const FOR_EACH_SECOND: Hex = "0x5f545b804211600c575f55005b60010180805560025600";
/**
 * Gas of one of those seconds: JUMPDEST, DUP1, TIMESTAMP, GT, PUSH1, JUMPI, JUMPDEST, PUSH1, ADD, DUP1, DUP1, a cold SSTORE from
 * 0, PUSH1 and JUMP.
 */
export const GAS_OF_A_SECOND = 1n + 3n + 2n + 3n + 3n + 10n + 1n + 3n + 3n + 3n + 3n + 22_100n + 3n + 8n;
