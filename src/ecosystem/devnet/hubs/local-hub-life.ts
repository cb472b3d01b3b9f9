import { openGroup, type RunningNode } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import type { Header } from "../../../chain/consensus/proposals.ts";
import type { HubNode } from "../../hub/hub-node.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { LocalNet } from "../../sequencing/local/local-net.ts";
import type { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { HubAggregator } from "./hub-aggregator.ts";
import type { HubEpoch } from "./hub-landing.ts";
import { addressOf, type HubLife, type LifeBeginning, type LifeSurroundings, votesOf } from "./hub-life.ts";

/** Aggregators in this process. */
export class LocalHubLife implements HubLife {
  readonly life: Hex;
  readonly epoch: HubEpoch;
  readonly #aggregators: readonly HubAggregator[];
  readonly #surroundings: LifeSurroundings;
  readonly #keys: VoteKeys;
  readonly #root: Header;
  readonly #net: LocalNet<GroupMessage>;
  readonly #nodes = new Map<number, RunningNode>();
  #view: number;
  #isEnded = false;

  constructor(surroundings: LifeSurroundings, beginning: LifeBeginning) {
    const { life, epoch, firstView, newNode } = beginning;
    const { keys, root, faults } = votesOf(surroundings, beginning);
    this.#surroundings = surroundings;
    this.life = life;
    this.epoch = epoch;
    this.#root = root;
    this.#view = firstView;
    this.#keys = keys;
    this.#net = new LocalNet(faults);
    this.#aggregators = epoch.aggregators.map(() => new HubAggregator(root.id, newNode(), surroundings.parts));
  }

  get view(): number {
    return Math.max(this.#view, ...[...this.#nodes.values()].map(({ state }) => state.view));
  }

  get running(): readonly number[] {
    return [...this.#nodes.keys()];
  }

  get newestNode(): HubNode | undefined {
    const [newest] = this.#aggregators.toSorted((a, b) => Number(b.node.header.number - a.node.header.number));
    return newest?.node;
  }

  blockOf(index: number): bigint {
    return this.#aggregators[index]?.node.header.number ?? 0n;
  }

  pidOf(): undefined {
    return undefined;
  }

  failureOf(): undefined {
    return undefined;
  }

  start(index: number, hasWork: boolean): void {
    const { clock, keyOf, onFailure, onEvidence } = this.#surroundings;
    const [aggregator, address] = [this.#aggregators[index], this.epoch.aggregators[index]];
    if (aggregator === undefined || address === undefined || this.#nodes.has(index) || this.#isEnded) return;
    if (keyOf(address) === undefined) return;
    const keys = this.#keys;
    const node = openGroup({
      voters: keys,
      self: index,
      root: this.#root,
      firstView: this.#root.view + 1,
      ...VIEW_TIMES,
      store: aggregator.store,
      net: this.#net.of(index),
      workshop: aggregator,
      clock,
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

  async stop(index: number): Promise<void> {
    const node = this.#nodes.get(index);
    this.#view = this.view;
    this.#nodes.delete(index);
    await node?.close();
  }

  async rest(): Promise<void> {
    await Promise.all(this.running.map((index) => this.stop(index)));
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.rest();
  }

  work(hasWork: boolean): void {
    for (const node of this.#nodes.values()) node.work(hasWork);
  }
}
