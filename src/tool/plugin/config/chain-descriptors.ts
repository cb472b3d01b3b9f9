import type { ChainDescriptorConfig, ChainDescriptorsConfig, NetworkConfig } from "hardhat/types/config";
import type { HyperchainsConfig } from "../../../ecosystem/options/resolved-config.ts";

/**
 * Descriptors of chains that Hardhat's networks need for forks, because Hardhat refuses historical calls
 * without a chain's rules. The user's descriptors have priority.
 */
export function withDescriptors(
  descriptors: ChainDescriptorsConfig,
  hyperchains: HyperchainsConfig,
  networks: Readonly<Record<string, NetworkConfig>>,
): ChainDescriptorsConfig {
  const all = [hyperchains, ...Object.values(networks).flatMap((network) => network.hyperchains ?? [])];
  const chains = all.flatMap((ecosystem) => ecosystem.chains);
  const described = chains.map(({ name, chainId }) => {
    // All of a chain's blocks follow L1's newest rules.
    const hardforkHistory = new Map([["osaka", { blockNumber: 0 }]]);
    return [BigInt(chainId), { name, chainType: "l1", hardforkHistory, blockExplorers: {} }] as const;
  });
  return new Map<bigint, ChainDescriptorConfig>([...described, ...descriptors]);
}
