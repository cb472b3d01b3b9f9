import type { Provider } from "ethers";
import type { Hex } from "../../protocol/hex.ts";
import type { ChainId } from "../../protocol/ids.ts";
import { policyOf } from "../../protocol/terms.ts";
import type { FirstPolicy, PolicyOf, ScheduledTerms } from "../../protocol/terms.ts";
import { versionOf } from "../../protocol/upgrade.ts";
import type { ScheduledUpgrade, VersionOf } from "../../protocol/upgrade.ts";
import type { L1Event } from "./l1-event.ts";
import { createL1Watcher } from "./l1-watcher.ts";
import type { L1Poll } from "./l1-watcher.ts";

type Scheduled = Extract<L1Event, { readonly type: "upgradeScheduled" }>;
type Canceled = Extract<L1Event, { readonly type: "upgradeCanceled" }>;
type TermsEvent = Extract<L1Event, { readonly type: "termsScheduled" | "termsCanceled" }>;

/** The admin of a chain has scheduled an upgrade or terms, or withdrawn the last ones. */
export type SettingsEvent =
  | Pick<Scheduled, "type" | "blockNumber" | "version" | "effectiveAt" | "operations">
  | Pick<Canceled, "type" | "blockNumber" | "version">
  | ({ readonly type: "termsScheduled"; readonly blockNumber: number } & ScheduledTerms)
  | { readonly type: "termsCanceled"; readonly blockNumber: number; readonly epoch: bigint };

/** Whose versions these are. */
export interface VersionedChain {
  readonly chainId: ChainId;
  /** The version that it was created with. */
  readonly firstVersion: bigint;
  /** The contract of all chains' settings: 20 bytes in lower case. */
  readonly settings: Hex;
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
   * `known` is what others have read, and counts until the reader's first look; what is of blocks before `readFrom`, the
   * reader's first, counts beyond it. Default: the reader sees all.
   */
  constructor(chain: VersionedChain, known: readonly SettingsEvent[] = [], readFrom = 0) {
    this.#chain = chain;
    this.#events = known;
    this.#isProvisional = true;
    this.#readFrom = readFrom;
  }

  /** Takes over what a poll found, and forgets what L1 took back. Events of other chains and contracts count for nothing. */
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

  /** Of the newest block whose events count; undefined before the reader's first look. */
  get readUpTo(): number | undefined {
    return this.#readUpTo;
  }

  readonly versionOf: VersionOf = (firstTimestamp, operationsBefore) =>
    versionOf({ firstVersion: this.#chain.firstVersion, upgrades: this.upgrades }, firstTimestamp, operationsBefore);

  /** Those that were not withdrawn, in the order in which they were scheduled. */
  get upgrades(): readonly ScheduledUpgrade[] {
    const upgrades: ScheduledUpgrade[] = [];
    for (const event of this.#events) {
      if (event.type === "upgradeCanceled") upgrades.pop();
      if (event.type !== "upgradeScheduled") continue;
      upgrades.push({ version: event.version, effectiveAt: event.effectiveAt, operations: event.operations });
    }
    return upgrades;
  }

  /** Those that were not withdrawn, by epoch: the first is epoch 1. */
  get terms(): readonly ScheduledTerms[] {
    return termsIn(this.#events);
  }

  /** The policies of the batches of a chain that was created with this one. */
  policyOf(first: FirstPolicy): PolicyOf {
    return (firstTimestamp, committedAt) => policyOf(first, this.terms, firstTimestamp, committedAt);
  }
}

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
 * A chain's upgrades and terms among all events of the settings: what other contracts log under the same names does not
 * count.
 */
export function settingsEventsIn(events: readonly L1Event[], { chainId, settings }: VersionedChain): readonly SettingsEvent[] {
  return events.filter(
    (event): event is Scheduled | Canceled | TermsEvent =>
      (event.type === "upgradeScheduled" ||
        event.type === "upgradeCanceled" ||
        event.type === "termsScheduled" ||
        event.type === "termsCanceled") &&
      event.contract === settings &&
      event.chainId === chainId,
  );
}

/**
 * A chain's upgrades and terms up to L1's newest block. `fromBlock`: of the chain's creation. Rejects with the provider's
 * error.
 */
export async function readSettingsEvents(
  chain: VersionedChain,
  fromBlock: number,
  provider: Provider,
): Promise<readonly SettingsEvent[]> {
  const watcher = createL1Watcher({ hyperchains: [], settings: chain.settings, fromBlock }, { provider });
  return settingsEventsIn((await watcher.poll()).events, chain);
}
