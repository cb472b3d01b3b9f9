import { Wallet } from "ethers";
import type { EcosystemInfo } from "../../../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { developmentWallets } from "../../development-accounts.ts";
import { pluginError } from "../../plugin-error.ts";

/** The keys that a task has. Throws a plugin error for a HYPERCHAIN_PRIVATE_KEY that is invalid. */
export function taskWallets({ accounts }: Pick<EcosystemInfo, "accounts">): Record<"own" | "development", readonly Wallet[]> {
  const own = process.env["HYPERCHAIN_PRIVATE_KEY"];
  return { own: own === undefined ? [] : [ownWallet(own)], development: developmentWallets(accounts.mnemonic) };
}

/** Throws a plugin error for an invalid key. */
export function ownWallet(key: string): Wallet {
  try {
    return new Wallet(key);
  } catch (error) {
    throw pluginError("HYPERCHAIN_PRIVATE_KEY is not a private key: 0x and 64 hex digits", error);
  }
}
