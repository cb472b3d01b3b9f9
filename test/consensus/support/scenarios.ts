/** Faults of a simulated group before it heals. */
export interface Scenario {
  readonly name: string;
  readonly voters: number;
  /** Number of liars, the first voters: two proposals, votes for everything, proposals out of turn. */
  readonly liars?: number;
  /** After healing liars send nothing, and serve no bytes. */
  readonly areLiarsMuteAtLast?: boolean;
  /** All honest nodes lose power together, several times. */
  readonly losesAllAtOnce?: boolean;
  /** The group returns to an earlier decision, several times, also while a node is down. */
  readonly rewinds?: boolean;
  /** Milliseconds of a sync of the last node. */
  readonly slowSyncMs?: number;
  /** Milliseconds for which the last node is away. */
  readonly awayMs?: number;
  /** The last node once loses its file of votes: it must not vote after this. */
  readonly losesVotes?: boolean;
}

export const SCENARIOS: readonly Scenario[] = [
  { name: "killed between store and send, execute and vote, decide and log; partitions and losses of four", voters: 4 },
  { name: "one liar of four", voters: 4, liars: 1 },
  { name: "two liars of seven", voters: 7, liars: 2 },
  { name: "one voter", voters: 1, slowSyncMs: 40 },
  { name: "two voters", voters: 2 },
  { name: "three voters", voters: 3 },
  { name: "revert inside a view, down during the rewind: four", voters: 4, rewinds: true },
  { name: "revert inside a view, down during the rewind: four with a liar", voters: 4, liars: 1, rewinds: true },
  {
    name: "all honest killed between vote and log, leader silent",
    voters: 4,
    liars: 1,
    losesAllAtOnce: true,
    areLiarsMuteAtLast: true,
  },
  { name: "a disk that needs a second", voters: 4, slowSyncMs: 900 },
  { name: "one node away for 100 views", voters: 4, awayMs: 25_000 },
  { name: "one node that loses its votes", voters: 4, losesVotes: true },
];
