import { AbiCoder, concat } from "ethers";
import { CHAIN_ACCOUNTS_CODE } from "../../../ground/abi/chain-accounts-code.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { chainAccountAddress } from "../../../ground/protocol/l1-call.ts";
import { parseAccount } from "../ecosystem/chain-address.ts";
import { ClientError } from "../ecosystem/client-error.ts";
import { deployedContract, type DeployedContract } from "../sending/deployed-contract.ts";
import { findChain, type ChainName, type Ecosystem, type EcosystemChain } from "../ecosystem/ecosystem.ts";
import { findMember } from "../ecosystem/route.ts";
import { ecosystemOf, wayDown } from "../ecosystem/settlement-base.ts";

/** Contract `ChainAccounts.sol` for the chains of a factory, in this version of the package. */
export function chainAccountsContract(factory: Hex): DeployedContract {
  return deployedContract(concat([CHAIN_ACCOUNTS_CODE, AbiCoder.defaultAbiCoder().encode(["address"], [factory])]));
}

/**
 * Address of the contract that makes calls for a chain's senders on the settlement layer. Throws ClientError
 * UnknownChain.
 */
export function chainAccountsAddress(all: Ecosystem, chain: ChainName): Hex {
  return chainAccountsContract(ecosystemOf(all, findChain(all, chain)).l1.contracts.factory).address;
}

/**
 * The account of a chain's sender on what the chain settles on, or on a layer further below, `on`: what contracts there see when
 * the sender calls them, and what pays for it. It can be paid before it has code. Throws ClientError.
 */
export function l1AccountOf(
  all: Ecosystem,
  { chain: name, sender, on }: { readonly chain: ChainName; readonly sender: string; readonly on?: ChainName },
): Hex {
  const chain = findChain(all, name);
  const way = on === undefined ? [chain] : wayDown(all, chain.chainId, findMember(all, on).chainId);
  const account = accountsAlong(all, way, parseAccount(sender)).at(-1);
  if (way.length > 0 && account !== undefined) return account;
  const message = `${chain.name} does not settle on ${String(on)}, so its senders have no accounts there`;
  throw new ClientError("OtherSettlementLayer", message, { chain: chain.chainId, on });
}

/** The sender on the first chain of a way, and its accounts on what each chain of it settles on: those of each are the next's. */
export function accountsAlong(all: Ecosystem, way: readonly EcosystemChain[], sender: Hex): readonly Hex[] {
  const accounts = [sender];
  for (const { chainId } of way)
    accounts.push(chainAccountAddress(chainAccountsAddress(all, chainId), BigInt(chainId), accounts.at(-1) ?? sender));
  return accounts;
}
