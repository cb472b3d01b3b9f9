import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ImportedAccount } from "./imported-state.ts";

/** Size of a state. */
export function countsOf(accounts: readonly ImportedAccount[]): {
  readonly accounts: number;
  readonly contracts: number;
  readonly slots: number;
} {
  return {
    accounts: accounts.length,
    contracts: accounts.filter(({ code }) => code !== "0x").length,
    slots: accounts.reduce((sum, { storage }) => sum + storage.length, 0),
  };
}

/** Separate line about omitted accounts. */
export function leftOutLine(leftOut: readonly Hex[]): string {
  return leftOut.length === 0 ? "" : `\n  left out, since they lie where the protocol has its own: ${leftOut.join(", ")}`;
}
