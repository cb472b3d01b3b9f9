import type { HardhatUserConfig } from "hardhat/types/config";

/**
 * The network that in-process chains and L1s are cloned from, as `network.create({ network, override })`: an override may
 * not change a network's type, so that one with the right type must exist.
 */
export const ENGINE_NETWORK = "hyperchain-engine";

/** Adds that network. A network of that name is kept: an override of it comes through here again. */
export function withEngineNetwork(config: HardhatUserConfig): HardhatUserConfig {
  return { ...config, networks: { [ENGINE_NETWORK]: { type: "edr-simulated", chainType: "l1" }, ...config.networks } };
}
