import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../../ground/abi/chain-factory.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { hyperchainInterface } from "../../../../chain/settlement-layer/reader/contract-interfaces.ts";
import { askContract, CallRefusal } from "../../chain-on-l1/ask-contract.ts";
import type { SettlementBase } from "../../l1/settlement-base.ts";

/** Queried contracts of a transaction, because a stranger's transaction can have many. */
const MAX_CONTRACTS = 64;

const factoryInterface = new Interface(chainFactoryAbi);

/** Filters contracts that belong to chains of the ecosystem, by its factory. Rejects with the provider's error. */
export async function chainsAmong(
  contracts: readonly Hex[],
  l1: Pick<SettlementBase, "provider" | "ecosystem">,
): Promise<ReadonlySet<Hex>> {
  const asked = contracts.slice(0, MAX_CONTRACTS);
  const areChains = await Promise.all(asked.map((contract) => isChain(contract, l1)));
  return new Set(asked.filter((_, place) => areChains[place]));
}

/** Any contract can return a chain's id, but the factory has one contract for each id. */
async function isChain(contract: Hex, { provider, ecosystem }: Pick<SettlementBase, "provider" | "ecosystem">): Promise<boolean> {
  try {
    const chainId = await askContract(provider, { to: contract, contract: hyperchainInterface, name: "getChainId" });
    const to = ecosystem.addresses.factory;
    const found = await askContract(provider, { to, contract: factoryInterface, name: "getHyperchain", args: [chainId] });
    return String(found).toLowerCase() === contract;
  } catch (error) {
    if (error instanceof CallRefusal) return false;
    throw error;
  }
}
