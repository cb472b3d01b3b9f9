import { ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { requireLasting } from "./registries.ts";
import { requireThat } from "./refusal.ts";
import type { Chain, Configuration, World } from "./world.ts";

/** Seconds from an upgrade's announcement to its effect. */
export function upgradeNotice(
  { reactionTime }: World,
  { priorityOpWindow, exitDelay, executionDelay, unprovenDelay }: Configuration,
): bigint {
  const longest = executionDelay > unprovenDelay ? executionDelay : unprovenDelay;
  return 2n * priorityOpWindow + exitDelay + longest + reactionTime;
}

/** The version of a batch with this first timestamp, after so many operations. */
export function versionOfBatch({ upgrade, version }: Chain, firstTimestamp: bigint, operations: bigint): bigint {
  const { value: next } = upgrade;
  const isUpgraded = next !== undefined && firstTimestamp >= next.effectiveAt && operations >= next.operations;
  return isUpgraded ? next.version : version.value;
}

/** The chain, if the caller speaks for it. */
export function adminsChain({ world, sender }: Frame, chainId: bigint): Chain {
  const chain = world.chains.get(chainId);
  const admin = chain?.admin.value ?? ZERO_ADDRESS;
  requireThat(sender === admin, "ChainSettings", "OnlyAdmin", () => [admin, sender]);
  return chain!;
}

export const upgrades = {
  scheduleUpgrade(frame: Frame, chainId: bigint, version: bigint): void {
    const { world, transaction } = frame;
    const chain = adminsChain(frame, chainId);
    requireThat(!chain.exited.value, "ChainSettings", "UpgradeOfStoppedChain");
    const { value: known } = chain.upgrade;
    const executed = chain.executedVersion.value;
    const isOpen = known === undefined || executed === known.version;
    requireThat(isOpen, "ChainSettings", "UpgradePending", () => [known!.version]);
    requireThat(version !== executed, "ChainSettings", "VersionUnchanged", () => [version]);
    requireLasting(frame, version);
    chain.version.value = executed;
    const effectiveAt = transaction.now + upgradeNotice(world, chain.configuration);
    chain.upgrade.value = { version, effectiveAt, operations: chain.operationsQueued.value };
  },

  cancelUpgrade(frame: Frame, chainId: bigint): void {
    const { now } = frame.transaction;
    const chain = adminsChain(frame, chainId);
    const { value: known } = chain.upgrade;
    if (known === undefined) return requireThat(false, "ChainSettings", "NoUpgradeScheduled");
    requireThat(now < known.effectiveAt, "ChainSettings", "UpgradeInEffect", () => [known.effectiveAt, now]);
    chain.upgrade.value = undefined;
  },
};
