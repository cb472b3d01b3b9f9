import { openGroup, type RunningNode } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import type { Header } from "../../../chain/consensus/proposals.ts";
import { hubVoteDomain } from "../../hub/hub-certificate.ts";
import type { HubNode } from "../../hub/hub-node.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { VoteEvidence } from "../../sequencing/evidence-list.ts";
import { LocalNet } from "../../sequencing/local/local-net.ts";
import { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { faultsOfLiars } from "./aggregator-faults.ts";
import { HubAggregator, type HubAggregatorParts } from "./hub-aggregator.ts";
import type { HubEpoch } from "./hub-landing.ts";

interface LifeSurroundings {
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

interface Beginning {
  /** Salt of the votes, which differs from that of every other life. */
  readonly life: Hex;
  readonly epoch: HubEpoch;
  /** Above all views of earlier lives. */
  readonly firstView: number;
  /** Makes a node of the hub after all blocks that are decided. */
  readonly newNode: () => HubNode;
}

/** Aggregators of a hub between two starts. Votes of another life do not count. */
export class HubLife {
  readonly life: Hex;
  readonly epoch: HubEpoch;
  readonly aggregators: readonly HubAggregator[];
  readonly #surroundings: LifeSurroundings;
  readonly #keys: VoteKeys;
  readonly #root: Header;
  readonly #net: LocalNet<GroupMessage>;
  readonly #nodes = new Map<number, RunningNode>();
  #view: number;
  #isEnded = false;

  constructor(surroundings: LifeSurroundings, { life, epoch, firstView, newNode }: Beginning) {
    const { hub, l1ChainId, keyOf, parts, isLiar } = surroundings;
    const domain = hubVoteDomain(l1ChainId, hub, life);
    const keys = epoch.aggregators.map((address) => ({ address, privateKey: keyOf(address) }));
    this.#surroundings = surroundings;
    this.life = life;
    this.epoch = epoch;
    this.#root = rootOf({ domain, firstView });
    this.#view = firstView;
    this.#keys = new VoteKeys(keys, domain, epoch.number);
    this.#net = new LocalNet(faultsOfLiars(isLiar, this.#keys));
    this.aggregators = keys.map(() => new HubAggregator(this.#root.id, newNode(), parts));
  }

  /** Highest view of its nodes. */
  get view(): number {
    return Math.max(this.#view, ...[...this.#nodes.values()].map(({ state }) => state.view));
  }

  /** Indexes of the aggregators that run. */
  get running(): readonly number[] {
    return [...this.#nodes.keys()];
  }

  /** Node with the newest block. */
  get newestNode(): HubNode | undefined {
    const [newest] = this.aggregators.toSorted((a, b) => Number(b.node.header.number - a.node.header.number));
    return newest?.node;
  }

  /** Starts an aggregator with the votes that it has cast in this life; one of another process is not started. */
  start(index: number, hasWork: boolean): void {
    const { clock, keyOf, onFailure, onEvidence } = this.#surroundings;
    const [aggregator, address] = [this.aggregators[index], this.epoch.aggregators[index]];
    if (aggregator === undefined || address === undefined || this.#nodes.has(index) || this.#isEnded) return;
    if (keyOf(address) === undefined) return;
    const keys = this.#keys;
    const node = openGroup({
      ...{ voters: keys, self: index, root: this.#root, firstView: this.#root.view + 1, ...VIEW_TIMES },
      ...{ store: aggregator.store, net: this.#net.of(index), workshop: aggregator, clock },
      sign: (vote) => Promise.resolve(keys.sign(index, vote, Math.floor(clock.nowMs() / 1_000))),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first, second) => onEvidence({ life: this.life, signer: addressOf(this.epoch, first.voter), first, second }),
      onFailure: (error) => {
        if (!this.#isEnded) onFailure(error);
      },
    });
    this.#nodes.set(index, node);
    node.work(hasWork);
  }

  /** Stops an aggregator; its votes remain. */
  async stop(index: number): Promise<void> {
    const node = this.#nodes.get(index);
    this.#view = this.view;
    this.#nodes.delete(index);
    await node?.close();
  }

  /** Stops all aggregators; they start again with their votes. */
  async rest(): Promise<void> {
    await Promise.all(this.running.map((index) => this.stop(index)));
  }

  /** Ends the life: no aggregator starts again. */
  async end(): Promise<void> {
    this.#isEnded = true;
    await this.rest();
  }

  work(hasWork: boolean): void {
    for (const node of this.#nodes.values()) node.work(hasWork);
  }
}

/** Throws RangeError for a voter without a key: evidence against no account would be reported in vain. */
function addressOf({ aggregators }: HubEpoch, voter: number): Hex {
  const address = aggregators[voter];
  if (address === undefined) throw new RangeError(`voter ${voter} has no key; the hub has ${aggregators.length} keys`);
  return address;
}
