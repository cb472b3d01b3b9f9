import type { PublishingChain } from "../../../chain/reconstruction/published-batch.ts";
import type { ChainContractFacts } from "./chain-contract.ts";

/** Fields of a chain that its batches' commitments bind; its present policy by default. */
export function publishingChain(
  { settlementChainId, hyperchain, configuration: { chainId, dataAvailabilityPolicy } }: ChainContractFacts,
  daPolicy = BigInt(dataAvailabilityPolicy),
): PublishingChain {
  return { chainId, settlementChainId, hyperchain, daPolicy };
}
