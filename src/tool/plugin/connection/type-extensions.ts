import "hardhat/types/config";
import "hardhat/types/network";
import type { HyperchainsConfig } from "../../../ecosystem/options/resolved-config.ts";
import type { HyperchainsUserConfig } from "../../../ecosystem/options/generated/user-config.ts";
import type { Hyperchains } from "../api/hyperchains.ts";

declare module "hardhat/types/config" {
  interface EdrNetworkUserConfig {
    /** Makes connections to this network an ecosystem, with the network as its L1; overrides the config's `hyperchains`. */
    hyperchains?: HyperchainsUserConfig;
    /** Whether connections lead to the ecosystem's first chain instead of L1. Default false. */
    connectsToChain?: boolean;
  }
  interface HttpNetworkUserConfig {
    /** Makes connections to this network, whose URL is a member of a running ecosystem, know the ecosystem. */
    hyperchains?: HyperchainsUserConfig;
    /** Whether connections lead to the ecosystem's first chain instead of L1. Default false. */
    connectsToChain?: boolean;
  }
  interface EdrNetworkConfig {
    readonly hyperchains?: HyperchainsConfig;
    readonly connectsToChain?: boolean;
  }
  interface HttpNetworkConfig {
    readonly hyperchains?: HyperchainsConfig;
    readonly connectsToChain?: boolean;
  }
}

declare module "hardhat/types/network" {
  // The parameters must be those of Hardhat's own declaration.
  // oxlint-disable-next-line typescript/no-unused-vars
  interface NetworkConnection<ChainTypeT extends ChainType | string = DefaultChainType> {
    /**
     * The ecosystem of `network.create("hyperchains")`. On connections to other networks, reading it throws an error that
     * says so.
     */
    readonly hyperchains: Hyperchains;
  }
}
