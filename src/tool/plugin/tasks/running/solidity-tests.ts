import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { TaskOverrideActionFunction } from "hardhat/types/tasks";

/** Warns before Solidity tests if the selected network has an ecosystem: Hardhat runs them on no network of the config. */
const solidityTests: TaskOverrideActionFunction = async (parameters, hre, runSuper) => {
  if (await runsElsewhere(hre))
    console.warn(
      `Solidity tests (*.t.sol) run in Hardhat's engine with chain id 31337, not on the network "${hre.globalOptions.network}". ` +
        `To run them on a fork of a chain, start "npx hardhat hyperchain:spawn" and set test.solidity.forking.url to the chain's URL.`,
    );
  return runSuper(parameters);
};

async function runsElsewhere({ globalOptions, config, solidity }: HardhatRuntimeEnvironment): Promise<boolean> {
  const { network } = globalOptions;
  if (network === undefined || config.networks[network]?.hyperchains === undefined) return false;
  const isForked = Object.values(config.test.solidity.profiles).some(({ forking }) => forking?.url !== undefined);
  return !isForked && (await hasTests({ config, solidity }));
}

async function hasTests({ config, solidity }: Pick<HardhatRuntimeEnvironment, "config" | "solidity">): Promise<boolean> {
  // Hardhat separates the scope of tests only if it compiles them separately.
  const scope = config.solidity.splitTestsCompilation ? "tests" : "contracts";
  for (const file of await solidity.getRootFilePaths({ scope })) if ((await solidity.getScope(file)) === "tests") return true;
  return false;
}

export default solidityTests;
