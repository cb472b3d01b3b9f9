import { concat, HDNodeWallet, id, keccak256, Mnemonic, toUtf8Bytes } from "ethers";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { DEVELOPMENT_MNEMONIC } from "./development-phrase.ts";

// In a separate file, because a Hardhat config needs the phrase and not ethers.
export { DEVELOPMENT_MNEMONIC };

/**
 * Numbers of the phrase's accounts by use. Operators are numbered one per chain after the accounts of users, as many as
 * on Hardhat's node, so that no test takes a nonce between an operator's commit and its proof. Keys of bridges follow all
 * of those.
 */
export const ACCOUNT_NUMBERS = {
  ...{ deployer: 0, relayer: 9, firstOperator: 20 },
  // Who votes and who signs for a council, where the options name no accounts: among those that users have.
  ...{ firstHolder: 1, firstCouncilMember: 10 },
  ...{ layerzero: 2_000_000_000, hyperlane: 2_000_000_001, ccip: 2_000_000_002, superchain: 2_000_000_003 },
  // Who reports faults of staked keys, and whose deposits answer for these: up to 64 a chain.
  ...{ stakeWatcher: 2_000_000_004, firstStaker: 2_001_000_000 },
  // Nodes that decide a chain together: up to 8 a chain.
  firstNode: 2_002_000_000,
  // Carrier of links between chains.
  linkCarrier: 2_000_000_005,
  // Guardians: up to 64 a network.
  firstGuardian: 2_003_000_000,
  // Aggregators of hubs: up to 7 a hub, a thousand numbers for each. The first one pays for landings. Accounts whose deposits
  // answer for the keys follow, and one that pays for reports of faults.
  firstAggregator: 2_004_000_000,
  // Whose deposits answer for promises: up to 64 for each pair of a thousand chains.
  firstPromiser: 2_010_000_000,
  // Who pays on L1 for notes and reports of a chain's promises.
  firstPromisePayer: 2_009_000_000,
} as const;

/**
 * Key of the account that pays, on an L1 in this process, for funded accounts and for contracts on chains, which it
 * governs. As public as the phrase.
 */
export const FUNDER_KEY = id("hyperchain: who pays for funded accounts on a development L1") as Hex;

/** The keys of a devnet; number n is m/44'/60'/0'/0/n, so they are those that wallets and Hardhat derive. */
export interface DevelopmentAccounts {
  wallet(number: number): HDNodeWallet;
}

let development: DevelopmentAccounts | undefined;

/** The accounts of the public phrase, derived once for all ecosystems of a process. */
export function createDevelopmentAccounts(): DevelopmentAccounts {
  return (development ??= below(HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(DEVELOPMENT_MNEMONIC), "m/44'/60'/0'/0")));
}

/** Accounts whose keys follow from another key, and are as secret as that one is. */
export function deriveAccounts(key: string): DevelopmentAccounts {
  return below(HDNodeWallet.fromSeed(keccak256(concat([toUtf8Bytes("hyperchain accounts"), key]))));
}

/** Each is derived once: that takes milliseconds, and every look at an ecosystem names some of them. */
function below(parent: HDNodeWallet): DevelopmentAccounts {
  const derived = new Map<number, HDNodeWallet>();
  return {
    wallet(number) {
      const wallet = derived.get(number) ?? parent.deriveChild(number);
      derived.set(number, wallet);
      return wallet;
    },
  };
}

/** The key of an account that users have; undefined for any other account. */
export function keyOf(accounts: DevelopmentAccounts, address: Hex): HDNodeWallet | undefined {
  for (let number = 0; number < ACCOUNT_NUMBERS.firstOperator; number++) {
    const wallet = accounts.wallet(number);
    if (lowerCaseAddress(wallet.address) === address) return wallet;
  }
  return undefined;
}

/** An address as the protocol writes it. */
export function lowerCaseAddress(address: string): Hex {
  return address.toLowerCase() as Hex;
}
