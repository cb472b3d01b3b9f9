import { Interface } from "ethers";
import { chainSettingsAbi } from "../../../ground/abi/chain-settings.ts";
import { dataCarrierAbi } from "../../../ground/abi/data-carrier.ts";
import { hyperchainAbi } from "../../../ground/abi/hyperchain.ts";
import { proofAggregatorAbi } from "../../../ground/abi/proof-aggregator.ts";
import { transactionRootRegistryAbi } from "../../../ground/abi/transaction-root-registry.ts";
import { verifierRegistryAbi } from "../../../ground/abi/verifier-registry.ts";

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
