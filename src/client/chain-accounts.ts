import { AbiCoder, concat } from "ethers";
import { CHAIN_ACCOUNTS_CODE } from "../abi/chain-accounts-code.ts";
import type { Hex } from "../protocol/hex.ts";
import { chainAccountAddress } from "../protocol/l1-call.ts";
import { parseAccount } from "./chain-address.ts";
import { deployedContract } from "./deployed-contract.ts";
import type { DeployedContract } from "./deployed-contract.ts";
import { findChain } from "./ecosystem.ts";
import type { ChainName, Ecosystem } from "./ecosystem.ts";
import { ecosystemOf } from "./settlement-base.ts";

/** Where `ChainAccounts.sol` is for the chains of a factory, of this version of the package. */
export function chainAccountsContract(factory: Hex): DeployedContract {
  return deployedContract(concat([CHAIN_ACCOUNTS_CODE, AbiCoder.defaultAbiCoder().encode(["address"], [factory])]));
}

/** Where the contract is that makes calls of a chain's senders, on what the chain settles on. Throws ClientError UnknownChain. */
export function chainAccountsAddress(all: Ecosystem, chain: ChainName): Hex {
  return chainAccountsContract(ecosystemOf(all, findChain(all, chain)).l1.contracts.factory).address;
}

/**
 * The account of a chain's sender on what the chain settles on: what contracts there see when the sender calls them, and what
 * pays for it. It can be paid before it has code. Throws ClientError.
 */
export function l1AccountOf(
  all: Ecosystem,
  { chain: name, sender }: { readonly chain: ChainName; readonly sender: string },
): Hex {
  const chain = findChain(all, name);
  return chainAccountAddress(chainAccountsAddress(all, name), BigInt(chain.chainId), parseAccount(sender));
}
