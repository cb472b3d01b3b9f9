import type { Hex } from "../../ground/protocol/hex.ts";

/** One state of a chain, to be read. */
export interface StateReader {
  account(address: Hex): Promise<{ readonly nonce: bigint; readonly balanceWei: bigint }>;
  code(address: Hex): Promise<Hex>;
  /** A word of an account's storage. */
  word(address: Hex, slot: bigint): Promise<bigint>;
}
