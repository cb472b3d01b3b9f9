import type { HubNode } from "../../hub/hub-node.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { VoteEvidence } from "../../sequencing/evidence-list.ts";
import { hubVoteDomain } from "../../hub/hub-certificate.ts";
import { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { faultsOfLiars } from "./aggregator-faults.ts";
import type { HubAggregatorParts } from "./hub-aggregator.ts";
import type { HubEpoch } from "./hub-landing.ts";

export interface LifeSurroundings {
  readonly hub: Hex;
  readonly l1ChainId: bigint;
  /** Private key of an aggregator; undefined for one of another process. */
  readonly keyOf: (address: Hex) => Hex | undefined;
  readonly clock: Clock;
  readonly parts: HubAggregatorParts;
  readonly isLiar: (index: number) => boolean;
  readonly onEvidence: (evidence: VoteEvidence) => void;
  /** A node has failed, which none survives. */
  readonly onFailure: (error: unknown) => void;
}

export interface LifeBeginning {
  /** Salt of the votes, which differs from that of every other life. */
  readonly life: Hex;
  readonly epoch: HubEpoch;
  /** Above all views of earlier lives. */
  readonly firstView: number;
  /** Makes a node of the hub after all blocks that are decided. */
  readonly newNode: () => HubNode;
}

/** Aggregators of a hub between two starts. Votes of another life do not count. */
export interface HubLife {
  /** Salt of the votes. */
  readonly life: Hex;
  readonly epoch: HubEpoch;
  /** Highest view of its nodes. */
  readonly view: number;
  /** Indexes of the aggregators that run. */
  readonly running: readonly number[];
  /** Node with the newest block. */
  readonly newestNode: HubNode | undefined;
  /** Number of the newest block that an aggregator has. */
  blockOf(index: number): bigint;
  /** Process of an aggregator; undefined for one that is dead, or runs in this process. */
  pidOf(index: number): number | undefined;
  /** Failure of an aggregator's process; undefined while it runs, and for one in this process. */
  failureOf(index: number): string | undefined;
  /**
   * Starts an aggregator with the votes that it has cast in this life, also one that has failed; one without a key here is not
   * started.
   */
  start(index: number, hasWork: boolean): void;
  /** Stops an aggregator; its votes remain. */
  stop(index: number): Promise<void>;
  /** Stops all aggregators; they start again with their votes. */
  rest(): Promise<void>;
  /** Ends the life: no aggregator starts again. */
  end(): Promise<void>;
  /** Notifies the aggregators that a block is due, or none. */
  work(hasWork: boolean): void;
}

/** Throws RangeError for a voter without a key: evidence against no account would be reported in vain. */
export function addressOf({ aggregators }: HubEpoch, voter: number): Hex {
  const address = aggregators[voter];
  if (address === undefined) throw new RangeError(`voter ${voter} has no key; the hub has ${aggregators.length} keys`);
  return address;
}

/** Keys of a life's aggregators, the header of its begin, and the faults of the aggregators that lie. */
export function votesOf({ hub, l1ChainId, keyOf, isLiar }: LifeSurroundings, { life, epoch, firstView }: LifeBeginning) {
  const domain = hubVoteDomain(l1ChainId, hub, life);
  const accounts = epoch.aggregators.map((address) => ({ address, privateKey: keyOf(address) }));
  const keys = new VoteKeys(accounts, domain, epoch.number);
  return { keys, root: rootOf({ domain, firstView }), faults: faultsOfLiars(isLiar, keys) };
}
