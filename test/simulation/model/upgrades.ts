import { ZERO_ADDRESS } from "./aliases.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import { requireActive, requireLasting, standingOf } from "./standings.ts";
import { formatOf, machineOf } from "./versions.ts";
import type { Chain, Configuration, Upgrade, World } from "./world.ts";

/** 90 days. */
const LONGEST_WAIT = 7_776_000n;

/** Seconds from an upgrade's announcement to its effect. */
export function upgradeNotice({ reactionTime }: World, { priorityOpWindow, exitDelay, executionDelay }: Configuration): bigint {
  return 2n * priorityOpWindow + exitDelay + executionDelay + reactionTime;
}

/** Version of a batch with this first timestamp, after this number of operations. */
export function versionOfBatch({ upgrade, version }: Chain, firstTimestamp: bigint, operations: bigint): bigint {
  const { value: next } = upgrade;
  const isUpgraded = next !== undefined && firstTimestamp >= next.effectiveAt && operations >= next.operations;
  return isUpgraded ? next.version : version.value;
}

/** Returns the chain; requires that the caller administers it. */
export function adminsChain({ world, sender }: Frame, chainId: bigint): Chain {
  const chain = world.chains.get(chainId);
  const admin = chain?.admin.value ?? ZERO_ADDRESS;
  requireThat(sender === admin, "ChainSettings", "OnlyAdmin", () => [admin, sender]);
  return chain!;
}

/** The version of what is not executed and began before an upgrade that waits. */
function basisOf({ upgrade, executedVersion, version }: Chain): { base: bigint; pending: Upgrade | undefined } {
  const { value: next } = upgrade;
  if (next === undefined) return { base: version.value, pending: undefined };
  return executedVersion.value === next.version
    ? { base: next.version, pending: undefined }
    : { base: version.value, pending: next };
}

function isHaltedFor({ world, transaction }: Frame, chain: Chain, version: bigint): boolean {
  return chain.termsAt(transaction.now).isGoverned && standingOf(world, version).haltedAt !== 0n;
}

/** Replacement on which council, governance and the chain's admin agree, immediately. */
function replacementFor(frame: Frame, chain: Chain, halted: bigint): bigint {
  const { world, transaction } = frame;
  adminsChain(frame, chain.id);
  const { replacement } = standingOf(world, halted);
  const isTaken = replacement !== 0n && chain.termsAt(transaction.now).takesReplacements;
  requireThat(isTaken, "ChainSettings", "NoReplacement", () => [halted]);
  requireActive(frame, replacement);
  return replacement;
}

function requireNoneWaiting(chain: Chain): void {
  const [executed, committed] = [chain.executed.value, chain.committed.value];
  requireThat(executed === committed, "ChainSettings", "BatchesWaiting", () => [executed, committed]);
}

export const upgrades = {
  scheduleUpgrade(frame: Frame, chainId: bigint, version: bigint, notBefore: bigint): void {
    const { world, transaction } = frame;
    const chain = adminsChain(frame, chainId);
    requireThat(!chain.exited.value, "ChainSettings", "UpgradeOfStoppedChain");
    const { base, pending } = basisOf(chain);
    const isOpen = pending === undefined || isHaltedFor(frame, chain, pending.version);
    requireThat(isOpen, "ChainSettings", "UpgradePending", () => [pending!.version]);
    const isOther = version !== base && version !== chain.executedVersion.value;
    requireThat(isOther, "ChainSettings", "VersionUnchanged", () => [version]);
    requireLasting(frame, version);
    const [machine, next] = [machineOf(base), machineOf(version)];
    requireThat(machine === next, "ChainSettings", "MachineMismatch", () => [machine, next]);
    requireThat(formatOf(version) >= formatOf(base), "ChainSettings", "FormatFalls", () => [base, version]);
    const earliest = transaction.now + upgradeNotice(world, chain.configuration);
    const latest = transaction.now + LONGEST_WAIT;
    const isSoon = notBefore <= earliest || notBefore <= latest;
    requireThat(isSoon, "ChainSettings", "NotBeforeTooLate", () => [latest, notBefore]);
    chain.version.value = base;
    const effectiveAt = notBefore > earliest ? notBefore : earliest;
    chain.upgrade.value = { version, effectiveAt, operations: chain.operationsQueued.value };
  },

  cancelUpgrade(frame: Frame, chainId: bigint): void {
    const { now } = frame.transaction;
    const chain = adminsChain(frame, chainId);
    const { value: known } = chain.upgrade;
    if (known === undefined) return requireThat(false, "ChainSettings", "NoUpgradeScheduled");
    if (now >= known.effectiveAt) {
      const isUnused = isHaltedFor(frame, chain, known.version) && chain.executedVersion.value !== known.version;
      requireThat(isUnused, "ChainSettings", "UpgradeInEffect", () => [known.effectiveAt, now]);
      requireNoneWaiting(chain);
      requireLasting(frame, chain.version.value);
    }
    chain.upgrade.value = undefined;
  },

  passHalted(frame: Frame, chainId: bigint): void {
    const { world, transaction } = frame;
    const chain = world.chains.get(chainId)!;
    const { base, pending } = basisOf(chain);
    const due = pending !== undefined && transaction.now >= pending.effectiveAt ? pending.version : undefined;
    const isDueHalted = due !== undefined && isHaltedFor(frame, chain, due);
    const isBaseHalted = isHaltedFor(frame, chain, base);
    requireThat(isBaseHalted || isDueHalted, "ChainSettings", "NotHalted", () => [base]);
    if (!isBaseHalted) requireNoneWaiting(chain);
    const passed = isBaseHalted ? base : due!;
    const isTakenByAnyone = isBaseHalted && due !== undefined && !isDueHalted;
    chain.version.value = isTakenByAnyone ? due : replacementFor(frame, chain, passed);
    chain.upgrade.value = undefined;
  },
};
