import { Interface } from "ethers";
import { chainSettingsAbi } from "../../abi/chain-settings.ts";
import { dataCarrierAbi } from "../../abi/data-carrier.ts";
import { hyperchainAbi } from "../../abi/hyperchain.ts";
import { proofAggregatorAbi } from "../../abi/proof-aggregator.ts";
import { transactionRootRegistryAbi } from "../../abi/transaction-root-registry.ts";
import { verifierRegistryAbi } from "../../abi/verifier-registry.ts";

/** Encoders and decoders of a chain's contract, of its data's carrier, of both registries, the settings and aggregators. */
export const hyperchainInterface = new Interface(hyperchainAbi);
export const dataCarrierInterface = new Interface(dataCarrierAbi);
export const registryInterface = new Interface(transactionRootRegistryAbi);
export const settingsInterface = new Interface(chainSettingsAbi);
export const verifiersInterface = new Interface(verifierRegistryAbi);
export const proofAggregatorInterface = new Interface(proofAggregatorAbi);

/** Topic of an event. Throws where the ABI has none of that name. */
export function topicOf(contract: Interface, name: string): string {
  const event = contract.getEvent(name);
  if (event === null) throw new Error(`the ABI has no event ${name}; run npm run generate`);
  return event.topicHash;
}
