import type { BaseWallet } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";

/** Accounts for which a development chain signs whatever a client asks for: their keys are public. */
export interface UnlockedAccounts {
  /** In lower case, in the order in which clients see them. */
  addresses(): readonly Hex[];
  /** The account's key; undefined where the chain has none. */
  wallet(address: Hex): BaseWallet | undefined;
}

/** A chain that has no keys. */
export const NO_ACCOUNTS: UnlockedAccounts = { addresses: () => [], wallet: () => undefined };

/** `derive` is called once, when a client asks first: a key takes some milliseconds. */
export function unlockedAccounts(derive: () => readonly BaseWallet[]): UnlockedAccounts {
  let wallets: ReadonlyMap<Hex, BaseWallet> | undefined;
  const derived = (): ReadonlyMap<Hex, BaseWallet> =>
    (wallets ??= new Map(derive().map((wallet) => [wallet.address.toLowerCase() as Hex, wallet])));
  return { addresses: () => [...derived().keys()], wallet: (address) => derived().get(address) };
}
