import { concat, HDNodeWallet, keccak256, Mnemonic, toUtf8Bytes } from "ethers";
import type { Hex } from "../protocol/hex.ts";

/** The phrase that every Ethereum development network uses: its keys are public and hold money nowhere else. */
export const DEVELOPMENT_MNEMONIC = "test test test test test test test test test test test junk";

/** Who uses which of the phrase's accounts. Operators come one per chain, from the first number on. */
export const ACCOUNT_NUMBERS = { deployer: 0, relayer: 9, firstOperator: 10 } as const;

/** The keys of a devnet; number n is m/44'/60'/0'/0/n, so they are those that wallets and Hardhat derive. */
export interface DevelopmentAccounts {
  wallet(number: number): HDNodeWallet;
}

export function createDevelopmentAccounts(): DevelopmentAccounts {
  const parent = HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEVELOPMENT_MNEMONIC), "m/44'/60'/0'/0");
  return { wallet: (number) => parent.deriveChild(number) };
}

/** Accounts whose keys follow from another key, and are as secret as that one is. */
export function createOwnAccounts(key: string): DevelopmentAccounts {
  const parent = HDNodeWallet.fromSeed(keccak256(concat([toUtf8Bytes("hyperchain accounts"), key])));
  return { wallet: (number) => parent.deriveChild(number) };
}

/** An address as the protocol writes it. */
export function lowerCaseAddress(address: string): Hex {
  return address.toLowerCase() as Hex;
}
