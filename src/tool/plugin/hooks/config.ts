import type { ConfigHooks } from "hardhat/types/hooks";
import { prepareEngine } from "../../../chain/execution/connection.ts";
import { cacheFolderOf, keepCompiledCode } from "../../../ground/runtime/compile-cache.ts";
import { withDescriptors } from "../config/chain-descriptors.ts";
import { withEngineNetwork } from "../config/engine-network.ts";
import { resolveHyperchains } from "../config/resolve.ts";
import { misspelt, validateHyperchains } from "../config/validate.ts";
import { resolveEcosystemNetworks, validateEcosystemNetworks, withEcosystemNetworks } from "../connection/networks.ts";

/** Extends the user's config by a network to clone chains from, and a checked and completed `hyperchains`. */
export default (): Promise<Partial<ConfigHooks>> => {
  // The first thing that Hardhat asks of the plugin, before any task or connection loads the engine.
  keepCompiledCode(cacheFolderOf(new URL("../../../../", import.meta.url)));
  prepareEngine();
  return Promise.resolve({
    extendUserConfig: async (config, next) => withEcosystemNetworks(withEngineNetwork(await next(config))),
    validateUserConfig: (config) =>
      Promise.resolve([...misspelt(config), ...validateHyperchains(config.hyperchains), ...validateEcosystemNetworks(config)]),
    resolveUserConfig: async (config, resolveVariable, next) => {
      const resolved = await next(config, resolveVariable);
      const hyperchains = resolveHyperchains(config.hyperchains);
      const networks = resolveEcosystemNetworks(config, resolved);
      const chainDescriptors = withDescriptors(resolved.chainDescriptors, hyperchains, networks);
      return { ...resolved, hyperchains, networks, chainDescriptors };
    },
  });
};
