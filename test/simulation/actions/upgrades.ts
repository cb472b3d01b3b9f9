import { standingOf } from "../model/standings.ts";
import { machineOf } from "../model/versions.ts";
import type { Chain, World } from "../model/world.ts";
import { type Action, type Intent, type Situation, callOf } from "./action.ts";
import { PROVEN_VERSION } from "../support/scene.ts";

const allChains = ({ chains, chainIds }: World): Chain[] => chainIds.value.map((id) => chains.get(id)!);

/** Versions that a chain may take: those whose end is not announced, and whose proofs the simulation can make. */
function lastingVersions({ world }: Situation, chain: Chain, proven: bigint): bigint[] {
  return [...world.versions.entries()]
    .map(([version]) => BigInt(version))
    .filter(
      (version) => version !== proven && version !== chain.executedVersion.value && world.retiresAt.get(version) === undefined,
    )
    .filter((version) => machineOf(version) === 0n);
}

interface Caller {
  readonly weight?: number;
  readonly byAnyone?: boolean;
  readonly notBefore?: (situation: Situation) => bigint;
}

const soon = ({ now, random }: Situation): bigint => (random.oneIn(3) ? now + random.between(1n, 9_000n) : 0n);

/** One call of the settings about a chain of which something holds. */
function aboutChain(
  aim: string,
  fn: "scheduleUpgrade" | "cancelUpgrade" | "passHalted",
  holds: (chain: Chain, situation: Situation) => boolean,
  version: (chain: Chain, situation: Situation) => bigint | undefined = () => undefined,
  { weight = 0, byAnyone = false, notBefore = soon }: Caller = {},
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
      const rest = chosen === undefined ? [] : [chosen, notBefore(situation)];
      const call = callOf(world.addresses.settings, fn, chain.id, ...rest);
      return byAnyone ? { call, by: situation.scene.accounts.stranger } : { call, by: chain.admin.value };
    },
  };
}

const isFree = ({ exited, upgrade, executedVersion }: Chain): boolean =>
  !exited.value && (upgrade.value === undefined || upgrade.value.version === executedVersion.value);
const isPending = (chain: Chain): boolean => !chain.exited.value && !isFree(chain);
const anyVersion = (chain: Chain, situation: Situation): bigint | undefined =>
  situation.random.pick(lastingVersions(situation, chain, PROVEN_VERSION));

const isHalted = ({ world, now }: Situation, chain: Chain, version: bigint): boolean =>
  chain.termsAt(now).isGoverned && standingOf(world, version).haltedAt !== 0n;
const isDue = ({ upgrade }: Chain, { now }: Situation): boolean =>
  upgrade.value !== undefined && now >= upgrade.value.effectiveAt;
/** The version that a chain's batches have had until now. */
const baseOf = (chain: Chain): bigint =>
  isFree(chain) ? (chain.upgrade.value?.version ?? chain.version.value) : chain.version.value;
const isStuck = (chain: Chain, s: Situation): boolean => isHalted(s, chain, baseOf(chain));
const isNextStuck = (chain: Chain, s: Situation): boolean =>
  isPending(chain) && isDue(chain, s) && !isStuck(chain, s) && isHalted(s, chain, chain.upgrade.value!.version);
const canBeReplaced = (chain: Chain, s: Situation): boolean =>
  chain.termsAt(s.now).takesReplacements && standingOf(s.world, baseOf(chain)).replacement !== 0n;

export const upgradeActions: readonly Action[] = [
  aboutChain("ChainSettings.scheduleUpgrade ok", "scheduleUpgrade", isFree, anyVersion, { weight: 0.4 }),
  aboutChain(
    "ChainSettings.cancelUpgrade ok",
    "cancelUpgrade",
    (chain, s) =>
      isDue(chain, s)
        ? isNextStuck(chain, s) && chain.committed.value === chain.executed.value
        : chain.upgrade.value !== undefined,
    undefined,
    { weight: 0.1 },
  ),
  aboutChain("ChainSettings.OnlyAdmin", "scheduleUpgrade", () => true, anyVersion, { byAnyone: true }),
  aboutChain("ChainSettings.UpgradePending", "scheduleUpgrade", isPending, anyVersion),
  aboutChain("ChainSettings.VersionUnchanged", "scheduleUpgrade", isFree, ({ executedVersion }) => executedVersion.value),
  aboutChain("ChainSettings.MachineMismatch", "scheduleUpgrade", isFree, (_, { world, random }) =>
    random.pick(
      [...world.versions.entries()]
        .map(([version]) => BigInt(version))
        .filter((version) => machineOf(version) !== 0n && world.retiresAt.get(version) === undefined),
    ),
  ),
  aboutChain("ChainSettings.NotBeforeTooLate", "scheduleUpgrade", isFree, anyVersion, {
    notBefore: ({ now, random }) => now + random.between(7_776_500n, 9_000_000n),
  }),
  aboutChain("ChainSettings.passHalted ok", "passHalted", (chain, s) => isStuck(chain, s) && canBeReplaced(chain, s), undefined, {
    weight: 1.5,
  }),
  aboutChain(
    "ChainSettings.passHalted ok",
    "passHalted",
    (chain, s) => isStuck(chain, s) && isPending(chain) && isDue(chain, s),
    undefined,
    {
      weight: 1,
      byAnyone: true,
    },
  ),
  aboutChain("ChainSettings.NotHalted", "passHalted", (chain, s) => !isStuck(chain, s) && !isNextStuck(chain, s), undefined, {
    byAnyone: true,
  }),
  aboutChain(
    "ChainSettings.NoReplacement",
    "passHalted",
    (chain, s) => isStuck(chain, s) && !canBeReplaced(chain, s) && !isPending(chain),
    undefined,
    { weight: 0.2 },
  ),
  aboutChain(
    "ChainSettings.BatchesWaiting",
    "passHalted",
    (chain, s) => isNextStuck(chain, s) && chain.committed.value !== chain.executed.value,
  ),
  aboutChain("ChainSettings.UpgradeOfStoppedChain", "scheduleUpgrade", ({ exited }) => exited.value, anyVersion),
  aboutChain("ChainSettings.NoUpgradeScheduled", "cancelUpgrade", ({ upgrade }) => upgrade.value === undefined),
  aboutChain("ChainSettings.UpgradeInEffect", "cancelUpgrade", (chain, s) => isDue(chain, s) && !isNextStuck(chain, s)),
];
