import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/**
 * Opens in-process chains with the limits of public networks, like the project's configuration, but without its artifacts:
 * at the first chain of a process Hardhat reads the compiler's whole output (23 megabytes in this repository) to name
 * contracts in stack traces, which most tests do not check.
 */
export const { network: engineNetwork, config: engineConfig }: HardhatRuntimeEnvironment = await createHardhatRuntimeEnvironment({
  paths: { artifacts: "node_modules/.cache/no-artifacts" },
  networks: { local: { type: "edr-simulated", chainType: "l1" } },
});
