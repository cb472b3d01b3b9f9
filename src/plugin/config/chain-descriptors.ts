import type { ChainDescriptorConfig, ChainDescriptorsConfig, NetworkConfig } from "hardhat/types/config";
import type { HyperchainsConfig } from "../../options/resolved-config.ts";

/**
 * What Hardhat must know of chains for its own networks to fork them: without their rules it refuses calls in their past. What
 * the user says of a chain stands.
 */
export function withDescriptors(
  known: ChainDescriptorsConfig,
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
  return new Map<bigint, ChainDescriptorConfig>([...described, ...known]);
}
