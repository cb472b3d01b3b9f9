import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/**
 * Opens in-process chains, with the limits of public networks, as the project's own configuration does, but for one thing: at a
 * process' first chain Hardhat reads all that the compiler wrote, 23 megabytes in this repository, to name contracts in stack
 * traces. Most tests look at none.
 */
export const { network: engineNetwork, config: engineConfig }: HardhatRuntimeEnvironment = await createHardhatRuntimeEnvironment({
  paths: { artifacts: "node_modules/.cache/no-artifacts" },
  networks: { local: { type: "edr-simulated", chainType: "l1" } },
});
