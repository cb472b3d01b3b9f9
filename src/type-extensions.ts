import "hardhat/types/config";
import type { HyperchainsConfig, HyperchainsUserConfig } from "./types.ts";

export type * from "./tool/plugin/connection/type-extensions.ts";
export type * from "./tool/plugin/matchers/type-extensions.ts";

declare module "hardhat/types/config" {
  interface HardhatUserConfig {
    /** The ecosystem that `hyperchain:spawn` and `network.create()` start. */
    hyperchains?: HyperchainsUserConfig;
  }
  interface HardhatConfig {
    readonly hyperchains: HyperchainsConfig;
  }
}
