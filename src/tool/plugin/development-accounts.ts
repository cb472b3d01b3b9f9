import { HDNodeWallet, Mnemonic, Wallet } from "ethers";
import { ACCOUNT_NUMBERS } from "../../ecosystem/devnet/accounts/accounts.ts";
import type { EcosystemInfo } from "../../ecosystem/devnet/view/books/ecosystem-info.ts";
import { pluginError } from "./plugin-error.ts";

/**
 * Number of the phrase's accounts that a number or an address can name: the users, and the operators of ten
 * chains.
 */
const DEVELOPMENT_ACCOUNTS = ACCOUNT_NUMBERS.firstOperator + 10;
const PATH = "m/44'/60'/0'/0";

/** In the order of their numbers; none where the ecosystem has no public phrase. */
export function developmentWallets(mnemonic: string | undefined): readonly Wallet[] {
  if (mnemonic === undefined) return [];
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(mnemonic), PATH);
  return Array.from({ length: DEVELOPMENT_ACCOUNTS }, (_, number) => new Wallet(parent.deriveChild(number).privateKey));
}

/**
 * Replaces the number in `7` and `7@alpha` by the address of that development account; returns other text
 * unchanged. Throws a plugin error for a number without an account.
 */
export function withAddress({ accounts }: Pick<EcosystemInfo, "accounts">, text: string): string {
  const [account = "", ...rest] = text.split("@");
  if (!/^\d+$/.test(account)) return text;
  return [developmentAccount(accounts.mnemonic, Number(account)).address, ...rest].join("@");
}

/** Throws a plugin error for a number that names no account. */
export function developmentAccount(mnemonic: string | undefined, number: number): { readonly address: string } {
  const wallet = number < DEVELOPMENT_ACCOUNTS ? developmentWallets(mnemonic)[number] : undefined;
  if (wallet !== undefined) return wallet;
  const why =
    mnemonic === undefined
      ? "this ecosystem has no development accounts; give an address"
      : `development accounts have numbers 0 to ${DEVELOPMENT_ACCOUNTS - 1}`;
  throw pluginError(`there is no account ${number}: ${why}`);
}
