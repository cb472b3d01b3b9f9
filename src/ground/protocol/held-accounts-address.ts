import type { Hex } from "./hex.ts";

/** Address of `HeldAccounts` on each chain that has the contract: it follows from the contract's code (CREATE2). */
export const HELD_ACCOUNTS_ADDRESS: Hex = "0x3204b9a45c8c5da07f528cf046b9d64a2c5520a4";
