import { openGroup, type RunningNode } from "../../consensus/group.ts";
import { MemoryVotes } from "../../consensus/memory-votes.ts";
import type { Header } from "../../consensus/proposals.ts";
import type { CountedVote } from "../../consensus/votes.ts";
import type { BlockVoteDomain } from "../../protocol/block-vote.ts";
import { keccak, fromHex } from "../../protocol/hex.ts";
import type { Clock } from "../../runtime/clock.ts";
import { ChainWorkshop } from "../chain-workshop.ts";
import type { CheckedChain } from "../checked-chain.ts";
import { LocalNet, type NetFaults } from "./local-net.ts";
import { VoteKeys, type NodeKey } from "./vote-keys.ts";

/** Time of a leader for its proposal, and of a view, before they grow with nullified views. */
const PROPOSAL_MS = 1_000;
const VIEW_MS = 2_500;
/** Time after which an executed decision that is not final counts as work: its leader may be cut off. */
const LATE_MS = 200;

export interface GroupSurroundings {
  readonly keys: readonly NodeKey[];
  readonly clock: Clock;
  /** Second at which votes are signed. */
  readonly nowSeconds: () => number;
  readonly faults: (keys: VoteKeys) => NetFaults;
  readonly onEvidence: (first: CountedVote, second: CountedVote) => void;
  /** A node has failed, which no node of the group survives. */
  readonly onFailure: (error: unknown) => void;
}

/** Start of a group: between two returns of the chain it has one life. */
interface Life {
  readonly domain: BlockVoteDomain;
  /** Above all views of earlier lives. */
  readonly firstView: number;
  readonly chain: CheckedChain;
}

/** Nodes of one process that agree on each decision of a chain, which they share. */
export class NodeGroup {
  readonly #surroundings: GroupSurroundings;
  readonly #life: Life;
  readonly #root: Header;
  readonly #ending = new AbortController();
  readonly #keys: VoteKeys;
  readonly #net: LocalNet;
  readonly #workshop: ChainWorkshop;
  readonly #stores: readonly MemoryVotes[];
  readonly #nodes = new Map<number, RunningNode>();
  #hasWork = false;
  /** Ends the wait for an executed decision to become final. */
  #cancelLateness: (() => void) | undefined;
  /** True if an executed decision is not final in time, so that the nodes must continue. */
  #isLate = false;

  constructor(surroundings: GroupSurroundings, life: Life) {
    const { keys, faults } = surroundings;
    this.#surroundings = surroundings;
    this.#life = life;
    this.#root = { id: keccak(fromHex(life.domain.salt)), view: life.firstView - 1, parent: life.domain.salt };
    this.#keys = new VoteKeys(keys, life.domain);
    this.#net = new LocalNet(faults(this.#keys));
    const { chain } = life;
    const { signal } = this.#ending;
    this.#workshop = new ChainWorkshop({ root: this.#root.id, chain, signal, onWork: () => this.onWork() });
    this.#stores = keys.map(() => new MemoryVotes());
  }

  /** Highest view of its nodes. */
  get view(): number {
    return Math.max(this.#life.firstView, ...this.#running.map(({ state }) => state.view));
  }

  get leader(): number {
    return this.#leaderOf(this.view);
  }

  /** View of the node; undefined while it does not run. */
  viewOf(index: number): number | undefined {
    return this.#nodes.get(index)?.state.view;
  }

  /** Notifies the nodes if there is something to decide, or no longer. */
  onWork(): void {
    this.#watchPending();
    const hasWork = this.#life.chain.hasWork || this.#isLate;
    if (hasWork === this.#hasWork) return;
    this.#hasWork = hasWork;
    for (const node of this.#running) node.work(hasWork);
  }

  /** Starts a node with its votes. It continues from the newest decision if older ones are no longer stored. */
  start(index: number): void {
    const store = this.#stores[index];
    if (store === undefined || this.#nodes.has(index) || this.#ending.signal.aborted) return;
    this.#catchUp(store);
    const { clock, nowSeconds, onEvidence } = this.#surroundings;
    const node = openGroup({
      voters: {
        count: this.#keys.count,
        epoch: 0,
        leaderOf: (view) => this.#leaderOf(view),
        indexOf: (address) => this.#keys.indexOf(address),
      },
      ...{ self: index, root: this.#root, firstView: this.#life.firstView, proposalMs: PROPOSAL_MS, viewMs: VIEW_MS },
      ...{ store, net: this.#net.of(index), workshop: this.#workshop, clock, onEvidence },
      sign: (vote) => Promise.resolve(this.#keys.sign(index, vote, nowSeconds())),
      signerOf: (vote) => this.#keys.signerOf(vote),
      onFailure: (error) => {
        if (!this.#ending.signal.aborted) this.#surroundings.onFailure(error);
      },
    });
    this.#nodes.set(index, node);
    node.work(this.#hasWork);
  }

  /** Ends a node; its votes remain. */
  async stop(index: number): Promise<void> {
    const node = this.#nodes.get(index);
    this.#nodes.delete(index);
    await node?.close();
  }

  /** Notifies the nodes that they reach each other again. */
  connected(): void {
    for (const node of this.#running) node.connected();
  }

  /** Ends the life: after this call it executes nothing. Resolves when its work has ended. */
  async end(): Promise<void> {
    this.#ending.abort();
    this.#cancelLateness?.();
    await Promise.all([...this.#nodes.keys()].map((index) => this.stop(index)));
  }

  get #running(): readonly RunningNode[] {
    return [...this.#nodes.values()];
  }

  /** An executed decision is work if its leader is cut off: no timers run without work. */
  #watchPending(): void {
    const { isPending } = this.#workshop;
    if (!isPending) {
      this.#cancelLateness?.();
      this.#cancelLateness = undefined;
      this.#isLate = false;
    } else if (this.#cancelLateness === undefined && !this.#ending.signal.aborted)
      this.#cancelLateness = this.#surroundings.clock.after(LATE_MS, () => {
        this.#isLate = true;
        this.onWork();
      });
  }

  #leaderOf(view: number): number {
    return view % this.#keys.count;
  }

  #catchUp(store: MemoryVotes): void {
    const decided = store.stored.newest?.certificate.view ?? this.#root.view;
    const newest = this.#stores
      .flatMap((other) => other.stored.newest ?? [])
      .toSorted((a, b) => b.certificate.view - a.certificate.view)[0];
    const isStored = this.#stores.some((other) => other !== store && other.follows(decided));
    if (newest !== undefined && newest.certificate.view > decided && !isStored) store.adopt(newest);
  }
}
