import { openGroup, type RunningNode, type Workshop } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import type { Header } from "../../../chain/consensus/proposals.ts";
import { areContrary, type SignedVote } from "../../../chain/consensus/votes.ts";
import { contentsOf, evidenceOf, type HubBlock } from "../../hub/hub-block.ts";
import type { HubNode } from "../../hub/hub-node.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import type { NetFaults } from "../../sequencing/local/local-net.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { SeenViews } from "../chain-nodes/seen-views.ts";
import { BlockBodies } from "./block-bodies.ts";
import { HubAggregator } from "./hub-aggregator.ts";
import type { HubEpoch } from "./hub-landing.ts";
import { addressOf, type HubLife, type LifeBeginning, type LifeSurroundings, votesOf } from "./hub-life.ts";
import type { AggregatorProcesses } from "./aggregator-processes.ts";
import type { AggregatorStart, FromAggregator, ToAggregator } from "./aggregator-messages.ts";

/** Decided blocks that a process gets when it starts again; older ones are in the state that it gets. */
const MAX_DECIDED = 256;
/** Blocks that an aggregator may propose until the next one is decided. Of seven, fewer than are stored. */
const MAX_PROPOSED = 32;

/** Aggregators in processes. This process passes their messages on, and follows their decisions without a vote. */
export class RemoteHubLife implements HubLife {
  readonly life: Hex;
  readonly epoch: HubEpoch;
  readonly #surroundings: LifeSurroundings;
  readonly #processes: AggregatorProcesses;
  readonly #keys: VoteKeys;
  readonly #root: Header;
  readonly #firstView: number;
  readonly #faults: NetFaults<GroupMessage>;
  readonly #follower: HubAggregator;
  /** Blocks of this life that are proposed. */
  readonly #proposed = new BlockBodies();
  /** Number of proposed blocks since the newest decided one, by aggregator. */
  readonly #counts = new Map<number, number>();
  /** Node before the decided blocks that are stored here. */
  readonly #base: HubNode;
  #decided: readonly HubBlock[] = [];
  readonly #views = new SeenViews();
  readonly #heights = new Map<number, bigint>();
  readonly #begun = new Set<number>();
  readonly #running = new Set<number>();
  #hasWork = false;
  #group: RunningNode | undefined;
  #listener: ((message: GroupMessage, from: number) => void) | undefined;
  #view: number;
  #isEnded = false;

  constructor(surroundings: LifeSurroundings, beginning: LifeBeginning, processes: AggregatorProcesses) {
    const { life, epoch, firstView, newNode } = beginning;
    const { parts } = surroundings;
    const { keys, root, faults } = votesOf(surroundings, beginning);
    this.#surroundings = surroundings;
    this.#processes = processes;
    this.life = life;
    this.epoch = epoch;
    this.#firstView = firstView;
    this.#root = root;
    this.#view = firstView;
    this.#keys = keys;
    this.#faults = faults;
    this.#base = newNode();
    this.#follower = new HubAggregator(this.#root.id, newNode(), {
      ...parts,
      bodies: this.#proposed,
      due: () => undefined,
      onDecided: (decided, store) => {
        this.#addDecided(decided.block);
        parts.onDecided(decided, store);
      },
    });
    processes.serve(this);
  }

  get view(): number {
    return Math.max(this.#view, this.#views.newest(this.#group?.state.view ?? 0));
  }

  /** Indexes of the aggregators whose processes run. */
  get running(): readonly number[] {
    return [...this.#running].filter((index) => this.#processes.of(addressOf(this.epoch, index)).isRunning);
  }

  get newestNode(): HubNode {
    return this.#follower.node;
  }

  blockOf(index: number): bigint {
    return this.#heights.get(index) ?? this.#base.header.number;
  }

  pidOf(index: number): number | undefined {
    return this.#processes.of(addressOf(this.epoch, index)).pid;
  }

  failureOf(index: number): string | undefined {
    return this.#processes.of(addressOf(this.epoch, index)).failure;
  }

  start(index: number, hasWork: boolean): void {
    const address = this.epoch.aggregators[index];
    if (address === undefined || this.#isEnded) return;
    const isOut = this.#processes.of(address).isOut;
    if (this.#running.has(index) && !isOut) return;
    if (this.#surroundings.keyOf(address) === undefined) return;
    this.#hasWork = hasWork;
    this.#running.add(index);
    this.#group ??= this.#follow();
    if (this.#begun.has(index) && !isOut) return this.#tellWork(index);
    this.#begun.add(index);
    void this.#processes.of(address).begin();
  }

  stop(index: number): Promise<void> {
    this.#running.delete(index);
    this.#tellWork(index);
    return Promise.resolve();
  }

  async rest(): Promise<void> {
    this.#view = this.view;
    for (const index of [...this.#running]) await this.stop(index);
    const group = this.#group;
    this.#group = undefined;
    await group?.close();
  }

  async end(): Promise<void> {
    this.#isEnded = true;
    await this.rest();
  }

  work(hasWork: boolean): void {
    this.#hasWork = hasWork;
    for (const index of this.#running) this.#tellWork(index);
  }

  startOf(address: Hex): Omit<AggregatorStart, "isFirst"> {
    const index = this.epoch.aggregators.indexOf(address);
    const privateKey = this.#surroundings.keyOf(address);
    if (index < 0 || privateKey === undefined) throw new TypeError(`${address} has no key here, or does not belong to the epoch`);
    const { header, state, facts } = this.#base;
    return {
      type: "start",
      life: this.life,
      epoch: this.epoch,
      index,
      privateKey,
      firstView: this.#firstView,
      header,
      state: state.encode(),
      facts,
      blocks: [...this.#decided, ...this.#proposed.blocks],
      place: this.#processes.place,
      folder: this.#processes.folderOf(address, this.life),
      work: this.#workOf(index),
    };
  }

  take(message: FromAggregator, address: Hex): void {
    const from = this.epoch.aggregators.indexOf(address);
    if (message.life !== this.life || from < 0 || !this.#running.has(from)) return;
    switch (message.type) {
      case "message":
        return this.#relay(message.message, from, message.to);
      case "block":
        return this.#addProposed(message.block, from);
      case "height":
        return void this.#heights.set(from, message.number);
      case "evidence":
        return this.#addEvidence(message.first, message.second);
    }
  }

  #workOf(index: number): AggregatorStart["work"] {
    return { isRunning: this.#running.has(index), hasWork: this.#hasWork, members: this.#processes.members() };
  }

  #tellWork(index: number): void {
    this.#send(index, { type: "work", life: this.life, work: this.#workOf(index) });
  }

  #send(index: number, message: ToAggregator): void {
    this.#processes.of(addressOf(this.epoch, index)).send(message);
  }

  /**
   * Passes a proposed block on. The first one with a header counts: its digest leaves siblings out, so an aggregator that lies
   * could send another block of an honest header. It cannot displace others' blocks either, because it has few of each number.
   */
  #addProposed(block: HubBlock, from: number): void {
    const count = this.#counts.get(from) ?? 0;
    if (count >= MAX_PROPOSED || this.#proposed.find(block.header) !== undefined || !hasContents(block)) return;
    this.#counts.set(from, count + 1);
    this.#proposed.add(block);
    // A stopped aggregator decides on its header later.
    for (const index of this.#begun) if (index !== from) this.#send(index, { type: "block", life: this.life, block });
  }

  #addDecided(block: HubBlock): void {
    this.#counts.clear();
    const all = [...this.#decided, block];
    const older = all.slice(0, Math.max(0, all.length - MAX_DECIDED));
    for (const each of older) this.#base.apply(each);
    this.#decided = all.slice(older.length);
  }

  /** Passes a message on, to one aggregator or to all and this process, which is the last one. */
  #relay(message: GroupMessage, from: number, to: number | undefined): void {
    const host = this.#keys.count;
    if (from !== host) this.#views.note(message, from, this.#group?.state.view ?? this.#view);
    const targets = to === undefined ? [...this.#running, host] : [to];
    for (const target of targets) {
      if (target === from) continue;
      if (target === host) setImmediate(() => this.#listener?.(message, from));
      else if (this.#running.has(target)) {
        const sent = from === host ? message : this.#faults.altered(message, from, target);
        this.#send(target, { type: "message", life: this.life, from, message: sent });
      }
    }
  }

  /** Adds contrary votes that an aggregator reports, which may lie. */
  #addEvidence(first: SignedVote, second: SignedVote): void {
    const signer = this.#keys.signerOf(first);
    if (signer === undefined || this.#keys.indexOf(signer) === undefined || signer !== this.#keys.signerOf(second)) return;
    if (areContrary(first, second)) this.#surroundings.onEvidence({ life: this.life, signer, first, second });
  }

  /** This process' node, which follows without a vote. */
  #follow(): RunningNode {
    const { clock, onFailure, onEvidence } = this.#surroundings;
    const keys = this.#keys;
    const follower = this.#follower;
    return openGroup({
      voters: keys,
      self: undefined,
      root: this.#root,
      firstView: this.#firstView,
      ...VIEW_TIMES,
      store: follower.store,
      workshop: workshopOf(follower),
      clock,
      net: {
        send: (message, to) => this.#relay(message, keys.count, to),
        listen: (listener) => {
          this.#listener = listener;
          return () => (this.#listener = undefined);
        },
      },
      sign: () => Promise.reject(new TypeError("this process follows without a vote")),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first, second) => onEvidence({ life: this.life, signer: addressOf(this.epoch, first.voter), first, second }),
      onFailure: (error) => {
        if (!this.#isEnded) onFailure(error);
      },
    });
  }
}

/** True for a block with the header's contents: its entries have a form that has a digest. */
function hasContents({ header, entries }: HubBlock): boolean {
  try {
    return contentsOf(entries, evidenceOf(entries)) === header.contents;
  } catch {
    return false;
  }
}

/** The follower, whose verdicts do not count: a block in another form must not stop it. */
function workshopOf(follower: HubAggregator): Workshop {
  return {
    build: () => Promise.resolve(undefined),
    execute: (...decision) => follower.execute(...decision).catch(() => "later" as const),
    decide: (header, content) => follower.decide(header, content),
  };
}
