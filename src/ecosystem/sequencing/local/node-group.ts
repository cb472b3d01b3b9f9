import { openGroup, type RunningNode, type Workshop } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { MemoryVotes } from "../../../chain/consensus/memory-votes.ts";
import type { Header } from "../../../chain/consensus/proposals.ts";
import type { CountedVote } from "../../../chain/consensus/votes.ts";
import type { BlockVoteDomain } from "../../../ground/protocol/block-vote.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { ChainWorkshop } from "../chain-workshop.ts";
import type { CheckedChain } from "../checked-chain.ts";
import { LateDecisions } from "../late-decisions.ts";
import { rootOf } from "../root-of-life.ts";
import { VIEW_TIMES } from "../view-times.ts";
import { decodeDecision } from "../decision.ts";
import type { EncryptedMempool } from "./encrypted-mempool.ts";
import { LocalNet, type NetFaults } from "./local-net.ts";
import { VoteKeys, type NodeKey } from "./vote-keys.ts";

export interface GroupSurroundings {
  readonly keys: readonly NodeKey[];
  readonly clock: Clock;
  /** Second at which votes are signed. */
  readonly nowSeconds: () => number;
  readonly faults: (keys: VoteKeys) => NetFaults<GroupMessage>;
  /** Opens envelopes; undefined for a chain that has none. */
  readonly mempool: EncryptedMempool | undefined;
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
  readonly #net: LocalNet<GroupMessage>;
  readonly #workshop: ChainWorkshop;
  readonly #stores: readonly MemoryVotes[];
  readonly #nodes = new Map<number, RunningNode>();
  readonly #late: LateDecisions;
  #hasWork = false;

  constructor(surroundings: GroupSurroundings, life: Life) {
    const { keys, faults } = surroundings;
    this.#surroundings = surroundings;
    this.#life = life;
    this.#root = rootOf(life);
    this.#keys = new VoteKeys(keys, life.domain);
    this.#net = new LocalNet(faults(this.#keys));
    const { chain } = life;
    const { signal } = this.#ending;
    this.#workshop = new ChainWorkshop({ root: this.#root, chain, signal, onWork: () => this.onWork() });
    this.#stores = keys.map(() => new MemoryVotes());
    this.#late = new LateDecisions(surroundings.clock, () => this.onWork());
  }

  /** Highest view of its nodes. */
  get view(): number {
    return Math.max(this.#life.firstView, ...this.#running.map(({ state }) => state.view));
  }

  get leader(): number {
    return this.#keys.leaderOf(this.view);
  }

  /** View of the node; undefined while it does not run. */
  viewOf(index: number): number | undefined {
    return this.#nodes.get(index)?.state.view;
  }

  /** Notifies the nodes if there is something to decide, or no longer. */
  onWork(): void {
    this.#late.watch(this.#workshop.isPending && !this.#ending.signal.aborted);
    const hasWork = this.#life.chain.hasWork || this.#late.isLate;
    if (hasWork === this.#hasWork) return;
    this.#hasWork = hasWork;
    for (const node of this.#running) node.work(hasWork);
  }

  /** Starts a node with its votes. It continues from the newest decision if older ones are no longer stored. */
  start(index: number): void {
    const store = this.#stores[index];
    if (store === undefined || this.#nodes.has(index) || this.#ending.signal.aborted) return;
    this.#catchUp(store);
    const { clock, nowSeconds, onEvidence, mempool } = this.#surroundings;
    const node = openGroup({
      voters: this.#keys,
      self: index,
      root: this.#root,
      firstView: this.#life.firstView,
      ...VIEW_TIMES,
      store,
      net: this.#net.of(index),
      workshop: this.#workshopOf(index),
      clock,
      onEvidence,
      nowSeconds,
      sign: (vote) => Promise.resolve(this.#keys.sign(index, vote, nowSeconds())),
      signerOf: (vote) => this.#keys.signerOf(vote),
      onFailure: (error) => {
        if (!this.#ending.signal.aborted) this.#surroundings.onFailure(error);
      },
    });
    this.#nodes.set(index, node);
    mempool?.start(index, store.stored.newest?.certificate.view ?? this.#root.view);
    node.work(this.#hasWork);
  }

  /** Ends a node; its votes remain. */
  async stop(index: number): Promise<void> {
    const node = this.#nodes.get(index);
    this.#nodes.delete(index);
    if (node !== undefined) this.#surroundings.mempool?.stop(index);
    await node?.close();
  }

  /** Notifies the nodes that they reach each other again. */
  connected(): void {
    for (const node of this.#running) node.connected();
    this.#surroundings.mempool?.connected();
  }

  /** Ends the life: after this call it executes nothing. Resolves when its work has ended. */
  async end(): Promise<void> {
    this.#ending.abort();
    this.#late.end();
    await Promise.all([...this.#nodes.keys()].map((index) => this.stop(index)));
  }

  get #running(): readonly RunningNode[] {
    return [...this.#nodes.values()];
  }

  /** The shared workshop, as one node uses it: its key shares follow the certificates that it has. */
  #workshopOf(index: number): Workshop {
    const { mempool } = this.#surroundings;
    const workshop = this.#workshop;
    const { signal } = this.#ending;
    if (mempool === undefined) return workshop;
    return {
      build: (...decision) => workshop.build(...decision),
      execute: (...decision) => workshop.execute(...decision),
      async decide(header, content) {
        await workshop.decide(header, content);
        // In another life the same transaction is another envelope.
        if (signal.aborted) return;
        const commands = decodeDecision(content)?.commands ?? [];
        const transactions = commands.flatMap((command) => (command.type === "block" ? command.transactions : []));
        mempool.decided(index, header.view, transactions);
      },
    };
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
