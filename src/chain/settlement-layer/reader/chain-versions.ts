import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { policyOf, type FirstPolicy, type PolicyOf, type ScheduledTerms } from "../../../ground/protocol/terms.ts";
import { versionOf, type ScheduledUpgrade, type VersionChange, type VersionOf } from "../../../ground/protocol/upgrade.ts";
import type { L1Event } from "./l1-event.ts";
import type { L1AtDepth } from "./l1-depth.ts";
import { createL1Watcher, type L1Poll } from "./l1-watcher.ts";

type Scheduled = Extract<L1Event, { readonly type: "upgradeScheduled" }>;
type Canceled = Extract<L1Event, { readonly type: "upgradeCanceled" }>;
type Passed = Extract<L1Event, { readonly type: "haltedPassed" }>;
type Retirement = Extract<L1Event, { readonly type: "retirementScheduled" }>;
type TermsEvent = Extract<L1Event, { readonly type: "termsScheduled" | "termsCanceled" }>;

/**
 * The admin of a chain has scheduled an upgrade or terms, or withdrawn the last ones; a halted version was passed; or a version
 * is about to retire.
 */
export type SettingsEvent =
  | (Pick<Scheduled, "type" | "blockNumber" | "version" | "effectiveAt" | "operations"> &
      Partial<Pick<Scheduled, "previousVersion">>)
  | Pick<Passed, "type" | "blockNumber" | "version" | "firstBatch">
  | Pick<Canceled, "type" | "blockNumber" | "version">
  | Pick<Retirement, "type" | "blockNumber" | "version" | "retiresAt">
  | ({ readonly type: "termsScheduled"; readonly blockNumber: number } & ScheduledTerms)
  | { readonly type: "termsCanceled"; readonly blockNumber: number; readonly epoch: bigint };

/** Whose versions these are. */
export interface VersionedChain {
  readonly chainId: ChainId;
  /** The version that it was created with. */
  readonly firstVersion: bigint;
  /** The contract of all chains' settings: 20 bytes in lower case. */
  readonly settings: Hex;
  /** Registry of protocol versions: 20 bytes in lower case. */
  readonly verifiers: Hex;
}

/**
 * The protocol versions of a chain's batches, and its terms, as L1's events tell them. A reducer of one reader that begins
 * at `readFrom`.
 */
export class ChainVersions {
  readonly #chain: VersionedChain;
  #events: readonly SettingsEvent[];
  #isProvisional: boolean;
  readonly #readFrom: number;
  #readUpTo: number | undefined;

  /**
   * `events` is what others have read, and counts until the reader's first look; what is of blocks before `readFrom`, the
   * reader's first, counts beyond it. Default: the reader sees all.
   */
  constructor(chain: VersionedChain, events: readonly SettingsEvent[] = [], readFrom = 0) {
    this.#chain = chain;
    this.#events = events;
    this.#isProvisional = true;
    this.#readFrom = readFrom;
  }

  /**
   * Processes the result of a poll, and forgets reverted events. It ignores events of other chains and
   * contracts.
   */
  take({ events, reorg, checkpoint }: L1Poll): void {
    if (checkpoint === undefined) return;
    if (this.#isProvisional) this.#events = this.#events.filter((event) => event.blockNumber < this.#readFrom);
    this.#isProvisional = false;
    if (reorg !== undefined) this.returnTo(reorg.blockNumber);
    this.#events = [...this.#events, ...settingsEventsIn(events, this.#chain)];
    this.#readUpTo = checkpoint.blockNumber;
  }

  /** The reader has returned to this block: it reads what comes after it again. */
  returnTo(blockNumber: number): void {
    this.#events = this.#events.filter((event) => event.blockNumber <= blockNumber);
    this.#readUpTo = blockNumber;
  }

  /** Number of the newest block whose events count; undefined before the reader's first poll. */
  get readUpTo(): number | undefined {
    return this.#readUpTo;
  }

  readonly versionOf: VersionOf = (firstTimestamp, operationsBefore, batchNumber) => {
    const { firstVersion } = this.#chain;
    return versionOf({ firstVersion, changes: this.changes }, firstTimestamp, operationsBefore, batchNumber);
  };

  /** The upgrade that was scheduled last, unless it was withdrawn or a halt came between. */
  get newestUpgrade(): ScheduledUpgrade | undefined {
    const newest = this.changes.at(-1);
    return newest === undefined || "firstBatch" in newest ? undefined : newest;
  }

  /** Changes that were not withdrawn, in the order of their events. */
  get changes(): readonly VersionChange[] {
    const { firstVersion } = this.#chain;
    const changes: VersionChange[] = [];
    for (const event of this.#events) {
      if (event.type === "upgradeCanceled") changes.pop();
      if (event.type === "haltedPassed") changes.push({ version: event.version, firstBatch: event.firstBatch });
      if (event.type !== "upgradeScheduled") continue;
      const { version, previousVersion, effectiveAt, operations } = event;
      // The change before it was halted before any batch of it was executed, and this one replaces it.
      if (previousVersion !== undefined && (changes.at(-1)?.version ?? firstVersion) !== previousVersion) changes.pop();
      changes.push({ version, effectiveAt, operations });
    }
    return changes;
  }

  /** Terms that were not withdrawn, by epoch: the first is epoch 1. */
  get terms(): readonly ScheduledTerms[] {
    return termsIn(this.#events);
  }

  /**
   * True if a batch that began at `firstTimestamp` must wait no longer, because L1 judges it by that second: other terms or
   * another version count at `now`, or the version of its time is about to retire.
   */
  endsWait(firstTimestamp: bigint, now: bigint): boolean {
    const began = ({ effectiveAt }: Pick<ScheduledUpgrade, "effectiveAt">): boolean =>
      firstTimestamp < effectiveAt && effectiveAt <= now;
    const upgrades = this.changes.filter((change): change is ScheduledUpgrade => !("firstBatch" in change));
    return upgrades.some(began) || this.terms.some(began) || this.#isRetiring(firstTimestamp);
  }

  /** The version at a time is the newest that counts then for some number of operations and of batches. */
  #isRetiring(firstTimestamp: bigint): boolean {
    const version = this.versionOf(firstTimestamp, LATEST, LATEST);
    return this.#events.some(
      (event) => event.type === "retirementScheduled" && event.version === version && firstTimestamp < event.retiresAt,
    );
  }

  /** The policies of the batches of a chain that was created with this one. */
  policyOf(first: FirstPolicy): PolicyOf {
    return (firstTimestamp, committedAt) => policyOf(first, this.terms, firstTimestamp, committedAt);
  }
}

/** More than any number of operations or batches. */
const LATEST = 2n ** 64n;

/** Terms that were not withdrawn, by epoch. */
export function termsIn(events: readonly SettingsEvent[]): readonly ScheduledTerms[] {
  const terms: ScheduledTerms[] = [];
  for (const event of events) {
    if (event.type === "termsCanceled") terms.pop();
    if (event.type === "termsScheduled") terms.push(event);
  }
  return terms;
}

/**
 * A chain's upgrades and terms among all events of the settings, and announcements of the registry of versions: what other
 * contracts log under the same names does not count.
 */
export function settingsEventsIn(
  events: readonly L1Event[],
  { chainId, settings, verifiers }: VersionedChain,
): readonly SettingsEvent[] {
  return events.filter(
    (event): event is Scheduled | Canceled | Passed | TermsEvent | Retirement =>
      (event.type === "retirementScheduled" && event.contract === verifiers) ||
      ((event.type === "upgradeScheduled" ||
        event.type === "upgradeCanceled" ||
        event.type === "haltedPassed" ||
        event.type === "termsScheduled" ||
        event.type === "termsCanceled") &&
        event.contract === settings &&
        event.chainId === chainId),
  );
}

/**
 * A chain's upgrades and terms up to the newest block that counts. `fromBlock`: of the chain's creation. Rejects with the
 * provider's error.
 */
export async function readSettingsEvents(
  chain: VersionedChain,
  fromBlock: number,
  l1: L1AtDepth,
): Promise<readonly SettingsEvent[]> {
  const { settings, verifiers } = chain;
  const watcher = createL1Watcher({ hyperchains: [], settings, verifiers, fromBlock }, l1);
  return settingsEventsIn((await watcher.poll()).events, chain);
}
