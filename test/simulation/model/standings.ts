import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Frame } from "./frame.ts";
import { requireThat } from "./refusal.ts";
import { formatOf, isProven, machineOf } from "./versions.ts";
import type { Chain, ProtocolVersion, Standing, World } from "./world.ts";

/** A version that governance has added. */
export function knownVersion({ world }: Frame, version: bigint): ProtocolVersion {
  const content = world.versions.get(version);
  requireThat(content !== undefined, "VerifierRegistry", "UnknownProtocolVersion", () => [version]);
  return content;
}

/** Standing of a version, independent of its retirement. */
export function standingOf({ standings }: World, version: bigint): Standing {
  return standings.get(version) ?? { frozenUntil: 0n, haltedAt: 0n, replacement: 0n };
}

/** Whether a freeze lasts, of whichever version. */
export function isAnyFrozen({ versions, standings }: World, now: bigint): boolean {
  return [...versions.entries()].some(([version]) => now < (standings.get(BigInt(version))?.frozenUntil ?? 0n));
}

/** Whether batches of a version are stopped, on chains that follow governance. */
export function isStopped(world: World, version: bigint, now: bigint): boolean {
  const end = world.retiresAt.get(version);
  const { haltedAt, frozenUntil } = standingOf(world, version);
  return (end !== undefined && now >= end) || haltedAt !== 0n || now < frozenUntil;
}

function requireUnretired({ world, transaction }: Frame, version: bigint): void {
  const end = world.retiresAt.get(version);
  const isUnretired = end === undefined || transaction.now < end;
  requireThat(isUnretired, "VerifierRegistry", "ProtocolVersionRetired", () => [version, end]);
}

/** Batches of the version may be executed. */
export function requireExecutable({ world, transaction }: Frame, version: bigint): void {
  const { haltedAt, frozenUntil } = standingOf(world, version);
  requireThat(haltedAt === 0n, "VerifierRegistry", "VersionHalted", () => [version, haltedAt]);
  const { now } = transaction;
  requireThat(now >= frozenUntil, "VerifierRegistry", "VersionFrozen", () => [version, frozenUntil, now]);
}

/** The version, if chains that follow governance may use it. */
export function requireActive(frame: Frame, version: bigint): ProtocolVersion {
  const content = knownVersion(frame, version);
  requireUnretired(frame, version);
  requireExecutable(frame, version);
  return content;
}

/** The version, if a chain may use it. */
export function requireActiveFor(frame: Frame, chain: Chain, version: bigint): ProtocolVersion {
  return chain.termsAt(frame.transaction.now).isGoverned ? requireActive(frame, version) : knownVersion(frame, version);
}

/** The version, if chains may still take it; a freeze passes. */
export function requireLasting(frame: Frame, version: bigint): ProtocolVersion {
  const { world } = frame;
  const content = knownVersion(frame, version);
  requireUnretired(frame, version);
  const end = world.retiresAt.get(version);
  requireThat(end === undefined, "VerifierRegistry", "ProtocolVersionRetiring", () => [version, end]);
  const { haltedAt } = standingOf(world, version);
  requireThat(haltedAt === 0n, "VerifierRegistry", "VersionHalted", () => [version, haltedAt]);
  return content;
}

/** Requires that the caller represents governance. */
export function requireGovernance({ world, sender }: Frame): void {
  const { governance } = world.addresses;
  requireThat(sender === governance, "VerifierRegistry", "OnlyGovernance", () => [governance, sender]);
}

function requireCouncil({ world, sender }: Frame): void {
  const expected = world.council.value;
  requireThat(sender === expected, "VerifierRegistry", "OnlyCouncil", () => [expected, sender]);
}

function requireFrozen({ world, transaction }: Frame, version: bigint): bigint {
  const { frozenUntil } = standingOf(world, version);
  requireThat(transaction.now < frozenUntil, "VerifierRegistry", "VersionNotFrozen", () => [version]);
  return frozenUntil;
}

/** Seconds that may be frozen at that time. */
export function freezeLeft({ spent, freezeTime, freezeCycle }: World, now: bigint): bigint {
  const { time, lastEnd } = spent.value;
  return now >= lastEnd + freezeCycle ? freezeTime : freezeTime - time;
}

function checkReplacement(frame: Frame, version: bigint, replacement: bigint): void {
  if (replacement === 0n) return;
  requireLasting(frame, replacement);
  const isFit =
    replacement !== version &&
    machineOf(replacement) === machineOf(version) &&
    formatOf(replacement) >= formatOf(version) &&
    (isProven(replacement) || !isProven(version));
  requireThat(isFit, "VerifierRegistry", "ReplacementUnfit", () => [version, replacement]);
}

/** Actions of council and governance on versions. */
export const freezes = {
  freeze(frame: Frame, versions: readonly bigint[], time: bigint): void {
    const { world, transaction } = frame;
    requireCouncil(frame);
    requireThat(versions.length > 0, "VerifierRegistry", "NothingToFreeze");
    const left = freezeLeft(world, transaction.now);
    requireThat(time > 0n && time <= left, "VerifierRegistry", "FreezeTooLong", () => [left, time]);
    const end = transaction.now + time;
    const { lastEnd } = world.spent.value;
    world.spent.value = { time: world.freezeTime - left + time, lastEnd: end > lastEnd ? end : lastEnd };
    for (const version of versions) {
      knownVersion(frame, version);
      const standing = standingOf(world, version);
      world.standings.set({ ...standing, frozenUntil: end > standing.frozenUntil ? end : standing.frozenUntil }, version);
    }
  },

  unfreeze(frame: Frame, version: bigint): void {
    const { world, transaction } = frame;
    requireCouncil(frame);
    requireFrozen(frame, version);
    world.standings.set({ ...standingOf(world, version), frozenUntil: transaction.now }, version);
    world.approvals.set({ replacement: 0n, until: 0n }, version);
  },

  approveHalt(frame: Frame, version: bigint, replacement: bigint): void {
    requireCouncil(frame);
    const until = requireFrozen(frame, version);
    checkReplacement(frame, version, replacement);
    frame.world.approvals.set({ replacement, until }, version);
  },

  halt(frame: Frame, version: bigint, replacement: bigint): void {
    const { world, transaction } = frame;
    requireGovernance(frame);
    requireFrozen(frame, version);
    const standing = standingOf(world, version);
    requireThat(standing.haltedAt === 0n, "VerifierRegistry", "VersionHalted", () => [version, standing.haltedAt]);
    const approval = world.approvals.get(version);
    const isApproved = approval !== undefined && transaction.now < approval.until && approval.replacement === replacement;
    requireThat(isApproved, "VerifierRegistry", "HaltNotApproved", () => [version, replacement]);
    checkReplacement(frame, version, replacement);
    world.standings.set({ ...standing, haltedAt: transaction.now, replacement }, version);
  },

  scheduleCouncil(frame: Frame, next: Hex): void {
    const { world, transaction } = frame;
    requireGovernance(frame);
    world.nextCouncil.value = { next, effectiveAt: transaction.now + world.retirementNotice };
  },

  changeCouncil({ world, transaction }: Frame): void {
    const { value: known } = world.nextCouncil;
    if (known === undefined) return requireThat(false, "VerifierRegistry", "NoCouncilScheduled");
    const { next, effectiveAt } = known;
    const { now } = transaction;
    requireThat(now >= effectiveAt, "VerifierRegistry", "CouncilTooEarly", () => [effectiveAt, now]);
    world.council.value = next;
    world.nextCouncil.value = undefined;
  },
};
