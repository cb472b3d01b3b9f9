import type { Chain, World } from "../model/world.ts";
import type { Action, Intent, Situation } from "./action.ts";
import { PROVEN_VERSION } from "../support/scene.ts";
import { callOf } from "./action.ts";

const allChains = ({ chains, chainIds }: World): Chain[] => chainIds.value.map((id) => chains.get(id)!);

/** Versions that a chain may take: those whose end is not announced, and whose proofs the simulation can make. */
function lastingVersions({ world }: Situation, chain: Chain, proven: bigint): bigint[] {
  return [...world.versions.entries()]
    .map(([version]) => BigInt(version))
    .filter(
      (version) => version !== proven && version !== chain.executedVersion.value && world.retiresAt.get(version) === undefined,
    );
}

/** One call of the settings about a chain of which something holds. */
function aboutChain(
  aim: string,
  fn: "scheduleUpgrade" | "cancelUpgrade",
  holds: (chain: Chain, situation: Situation) => boolean,
  version: (chain: Chain, situation: Situation) => bigint | undefined = () => undefined,
  { weight = 0, byAnyone = false } = {},
): Action {
  return {
    name: `${fn} with ${aim}`,
    aims: [aim],
    weight,
    make(situation): Intent | undefined {
      const { world, random } = situation;
      const chain = random.pick(allChains(world).filter((candidate) => holds(candidate, situation)));
      if (chain === undefined) return undefined;
      const chosen = version(chain, situation);
      if (fn === "scheduleUpgrade" && chosen === undefined) return undefined;
      const call = callOf(world.addresses.settings, fn, chain.id, ...(chosen === undefined ? [] : [chosen]));
      return byAnyone ? { call, by: situation.scene.accounts.stranger } : { call, by: chain.admin.value };
    },
  };
}

const isFree = ({ exited, upgrade, executedVersion }: Chain): boolean =>
  !exited.value && (upgrade.value === undefined || upgrade.value.version === executedVersion.value);
const isPending = (chain: Chain): boolean => !chain.exited.value && !isFree(chain);
const anyVersion = (chain: Chain, situation: Situation): bigint | undefined =>
  situation.random.pick(lastingVersions(situation, chain, PROVEN_VERSION));

export const upgradeActions: readonly Action[] = [
  aboutChain("ChainSettings.scheduleUpgrade ok", "scheduleUpgrade", isFree, anyVersion, { weight: 0.4 }),
  aboutChain(
    "ChainSettings.cancelUpgrade ok",
    "cancelUpgrade",
    ({ upgrade }, { now }) => upgrade.value !== undefined && now < upgrade.value.effectiveAt,
    undefined,
    { weight: 0.1 },
  ),
  aboutChain("ChainSettings.OnlyAdmin", "scheduleUpgrade", () => true, anyVersion, { byAnyone: true }),
  aboutChain("ChainSettings.UpgradePending", "scheduleUpgrade", isPending, anyVersion),
  aboutChain("ChainSettings.VersionUnchanged", "scheduleUpgrade", isFree, ({ executedVersion }) => executedVersion.value),
  aboutChain("ChainSettings.UpgradeOfStoppedChain", "scheduleUpgrade", ({ exited }) => exited.value, anyVersion),
  aboutChain("ChainSettings.NoUpgradeScheduled", "cancelUpgrade", ({ upgrade }) => upgrade.value === undefined),
  aboutChain(
    "ChainSettings.UpgradeInEffect",
    "cancelUpgrade",
    ({ upgrade }, { now }) => upgrade.value !== undefined && now >= upgrade.value.effectiveAt,
  ),
];
