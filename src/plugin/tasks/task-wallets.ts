import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import type { EcosystemInfo } from "../../devnet/view/ecosystem-info.ts";
import { pluginError } from "../plugin-error.ts";

/** How many of the phrase's accounts a number or an address can name. */
export const DEVELOPMENT_ACCOUNTS = 20;
const PATH = "m/44'/60'/0'/0";

/** The keys that a task has. Throws a plugin error for a HYPERCHAIN_PRIVATE_KEY that is invalid. */
export function taskWallets({ accounts }: Pick<EcosystemInfo, "accounts">): Record<"own" | "development", readonly Wallet[]> {
  const own = process.env["HYPERCHAIN_PRIVATE_KEY"];
  return { own: own === undefined ? [] : [ownWallet(own)], development: developmentWallets(accounts.mnemonic) };
}

/** In the order of their numbers; none where the ecosystem has no public phrase. */
export function developmentWallets(mnemonic: string | undefined): readonly Wallet[] {
  if (mnemonic === undefined) return [];
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), PATH);
  return Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, number) => new Wallet(parent.deriveChild(number).privateKey));
}

/** Throws a plugin error for what is no key. */
export function ownWallet(key: string): Wallet {
  try {
    return new Wallet(key);
  } catch (error) {
    throw pluginError("HYPERCHAIN_PRIVATE_KEY is no private key: 0x and 64 hex digits", error);
  }
}
