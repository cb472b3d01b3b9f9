import type {
  HubBlockInfo,
  HubInfo,
  LandedHubBlock,
  ScheduledAggregators,
} from "../../../ecosystem/devnet/view/books/hub-info.ts";

/** A hub of the ecosystem, which proves batches of its members together (docs/recipes/hub.md). */
export interface Hub {
  readonly name: string;
  /** Aggregators, newest block and state. */
  look(): Promise<HubInfo>;
  /** The decided block of a number, by default the newest; undefined if it does not exist. */
  block(number?: number): Promise<HubBlockInfo | undefined>;
  /**
   * Seals the members' open batches, has the aggregators decide a block of all waiting ones, at most 16, and L1 take it. Rejects
   * if fewer than a quorum of aggregators run (`AggregatorsSilent`), if no batch waits (`NothingOffered`), and if a quorum
   * decides nothing in two minutes (`Undecided`).
   */
  land(): Promise<LandedHubBlock>;
  /**
   * Schedules the aggregators of the next epoch, by the numbers of 1 to 7 of the hub's first 32 accounts. L1 counts them after an
   * hour, and the hub follows. Replaces those that are scheduled.
   */
  schedule(accounts: readonly number[]): Promise<ScheduledAggregators>;
  /** The aggregator of this account sends nothing until it starts again, or until faults are cleared. */
  silence(account: number): Promise<void>;
  /** The aggregator of this account proposes two decisions in each view that it leads, and loses its stake. Ended likewise. */
  equivocate(account: number): Promise<void>;
  /** Starts the aggregator of this account again, with the votes that it has cast. */
  start(account: number): Promise<void>;
}
