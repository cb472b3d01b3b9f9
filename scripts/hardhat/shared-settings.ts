import { isDeepStrictEqual } from "node:util";
import type { ConfigHooks } from "hardhat/types/hooks";
import type { SolidityBuildProfileConfig } from "hardhat/types/config";

/**
 * Overrides with equal settings as one object. Hardhat compiles the files of one object in one process of the compiler, whose
 * start takes more CPU time than some of the generated contracts.
 */
export function sharingSettings(profile: SolidityBuildProfileConfig): SolidityBuildProfileConfig {
  const settings: SolidityBuildProfileConfig["overrides"][string][] = [];
  const overrides = Object.entries(profile.overrides).map(([file, own]) => {
    const shared = settings.find((other) => isDeepStrictEqual(other, own));
    if (shared === undefined) settings.push(own);
    return [file, shared ?? own] as const;
  });
  return { ...profile, overrides: Object.fromEntries(overrides) };
}

/** Shares settings of overrides in each profile of the config. */
export default (): Promise<Partial<ConfigHooks>> =>
  Promise.resolve({
    resolveUserConfig: async (userConfig, resolveVariable, next) => {
      const resolved = await next(userConfig, resolveVariable);
      const profiles = Object.entries(resolved.solidity.profiles).map(
        ([name, profile]) => [name, sharingSettings(profile)] as const,
      );
      return { ...resolved, solidity: { ...resolved.solidity, profiles: Object.fromEntries(profiles) } };
    },
  });
