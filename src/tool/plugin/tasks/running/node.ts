import type { TaskOverrideActionFunction } from "hardhat/types/tasks";
import { pluginError } from "../../plugin-error.ts";

/** Refuses networks with an ecosystem: Hardhat's task serves one network, and `hyperchain:spawn` serves all members. */
const node: TaskOverrideActionFunction = async (parameters, hre, runSuper) => {
  const { network = "node" } = hre.globalOptions;
  if (hre.config.networks[network]?.hyperchains !== undefined)
    throw pluginError(
      `"hardhat node" does not serve the ecosystem of the network "${network}"; run "npx hardhat hyperchain:spawn", ` +
        "which serves L1 and each chain",
    );
  return runSuper(parameters);
};

export default node;
