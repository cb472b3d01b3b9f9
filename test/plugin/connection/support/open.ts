import chaiMatchers from "@nomicfoundation/hardhat-ethers-chai-matchers";
import hardhatEthers from "@nomicfoundation/hardhat-ethers";
import networkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import hyperchain from "../../../../src/index.ts";
import type { HyperchainsUserConfig } from "../../../../src/types.ts";

export const ETHER = 10n ** 18n;

/** Separate Hardhat, with the plugin and this project's compiled contracts. */
export function createHardhat(hyperchains: HyperchainsUserConfig = {}): Promise<HardhatRuntimeEnvironment> {
  return createHardhatRuntimeEnvironment(
    { plugins: [hyperchain, hardhatEthers, networkHelpers, chaiMatchers], hyperchains },
    {},
    process.cwd(),
  );
}

/** An ecosystem whose batches are not proven. */
export async function openUnproven(hyperchains: HyperchainsUserConfig = {}) {
  const hre = await createHardhat({ proofs: "none", ...hyperchains });
  return hre.network.create("hyperchains");
}
