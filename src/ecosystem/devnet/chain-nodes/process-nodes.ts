import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "ethers";
import type { Chain } from "../../../chain/chain.ts";
import { FollowingSequencer } from "../../../chain/sequencer/following-sequencer.ts";
import type { LeaderSettings, RemoteLeaders } from "../../../chain/sequencer/remote-leaders.ts";
import { SequencerError } from "../../../chain/sequencer/sequencer-error.ts";
import type { NumberedWish } from "../../../chain/sequencer/shared-input.ts";
import { signed } from "../../../chain/sequencer/waiting-pool.ts";
import type { SignedTransaction } from "../../../ground/transaction/transaction.ts";
import { quorumOf } from "../../../chain/consensus/votes.ts";
import { toHex, type Hex } from "../../../ground/protocol/hex.ts";
import type { TypedDataDomain } from "../../../ground/protocol/quorum.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import type { ChainNodes } from "../../sequencing/local/chain-nodes.ts";
import type { EvidenceList, VoteEvidence } from "../../sequencing/evidence-list.ts";
import { NodeFaults, type FaultsOfNodes } from "../../sequencing/local/node-faults.ts";
import type { NodesStatus } from "../../sequencing/local/nodes-status.ts";
import type { NodeKey } from "../../sequencing/local/vote-keys.ts";
import type { BaseLog } from "./base-log.ts";
import { FollowedLife } from "./followed-life.ts";
import type { FromNode, NodeChain, NodeStanding, NodeStart, ToNode } from "./messages.ts";
import { NodeProcess } from "./node-process.ts";
import { begun, rested } from "./silent-nodes.ts";

interface ProcessNodesParts {
  readonly keys: readonly Required<NodeKey>[];
  readonly clock: Clock;
  readonly time: MovableClock;
  readonly l1: Provider;
  readonly domain: TypedDataDomain;
  readonly log: BaseLog;
  readonly evidence: EvidenceList;
}

/**
 * Nodes that decide a chain, each in a process with its own engine, files and view of L1. This process passes their messages on,
 * follows their decisions without a vote, and answers users.
 */
export class ProcessNodes implements RemoteLeaders, ChainNodes {
  /** Nodes in processes open no envelopes. */
  readonly encryption = undefined;
  readonly #parts: ProcessNodesParts;
  readonly #processes: readonly NodeProcess[];
  readonly #faults = new NodeFaults();
  /** Numbers of requests that are being replaced. */
  readonly #refused = new Set<bigint>();
  #chain: Chain | undefined;
  #described: NodeChain | undefined;
  #folder: string | undefined;
  #life: FollowedLife | undefined;
  #settings: LeaderSettings = {};
  #restsWanted = 0;
  #isClosed = false;
  #endMoves: () => void = () => undefined;

  constructor(parts: ProcessNodesParts) {
    this.#parts = parts;
    this.#processes = parts.keys.map(
      (_, index) =>
        new NodeProcess({
          clock: parts.clock,
          start: () => this.#startOf(index),
          onMessage: (message) => this.#take(message, index),
        }),
    );
  }

  get count(): number {
    return this.#processes.length;
  }

  /** Process ids; undefined for a node that is dead. */
  get pids(): readonly (number | undefined)[] {
    return this.#processes.map(({ pid }) => pid);
  }

  /** Folder of each node's files in the present life. */
  get folders(): readonly string[] {
    return this.#processes.map((_, index) => this.#folderOf(index));
  }

  get status(): NodesStatus {
    const { keys } = this.#parts;
    const view = this.#life?.view ?? 0;
    return {
      inProcesses: true,
      view,
      leader: view % this.count,
      quorum: quorumOf(this.count),
      ...this.#faults.partition,
      members: keys.map(({ address }, index) => {
        const { isRunning, fault } = this.#processes[index] ?? {};
        const seen = this.#life?.viewOf(index);
        return {
          address,
          ...this.#faults.shownOf(index),
          ...(isRunning !== true || seen === undefined ? {} : { view: seen }),
          ...(fault === undefined ? {} : { fault }),
        };
      }),
      evidence: this.#parts.evidence.pairs.map(({ signer, first }) => ({ signer, view: first.view })),
    };
  }

  get evidence(): readonly VoteEvidence[] {
    return this.#parts.evidence.pairs;
  }

  forgetEvidence(): void {
    this.#parts.evidence.forget(this.#life?.salt);
  }

  /** Starts the nodes of a chain that this process follows. Resolves when they run. */
  async start(chain: Chain, described: NodeChain): Promise<void> {
    const { sequencer } = chain;
    if (!(sequencer instanceof FollowingSequencer)) throw new TypeError(`chain ${chain.chainId} does not follow nodes`);
    this.#chain = chain;
    this.#described = described;
    this.#folder = await mkdtemp(join(tmpdir(), "hyperchain-nodes-"));
    this.#endMoves = this.#parts.time.onMoved(() => this.#tellAll(this.#timeNow()));
    await sequencer.follow();
  }

  async begin(): Promise<void> {
    const chain = this.#chain;
    const described = this.#described;
    if (chain === undefined || described === undefined || this.#isClosed) return;
    const number = (this.#life?.number ?? 0) + 1;
    const firstView = (this.#life?.view ?? 0) + 1;
    const decidedBefore = this.#life?.decidedView ?? 0;
    await this.#life?.end();
    const { keys, clock, time, l1, domain, log, evidence } = this.#parts;
    this.#life = new FollowedLife(
      {
        number,
        firstView,
        decidedBefore,
        domain: { ...domain, salt: toHex(randomBytes(32)) },
        keys,
        commands: log.texts,
        next: log.next,
      },
      {
        chain,
        described,
        clock,
        time,
        l1,
        faults: this.#faults,
        send: (index, message) => this.#processes[index]?.send(message),
        onEvidence: (pair) => evidence.add(pair),
      },
    );
    await begun(
      this.#processes.map((process) => process.begin()),
      clock,
    );
  }

  request(wish: NumberedWish, refuse: (error: SequencerError) => void): void {
    this.#life?.request(wish, refuse);
  }

  endBatch(batchNumber: bigint): void {
    this.#tellAll({ type: "endBatch", batchNumber });
  }

  include(hashes: readonly Hex[]): void {
    this.#tellAll({ type: "include", hashes });
  }

  offer({ raw }: SignedTransaction): void {
    this.#tellAll({ type: "offer", raw });
  }

  drop(hash: Hex): void {
    this.#tellAll({ type: "drop", hash });
  }

  set(settings: LeaderSettings): void {
    const { censored = this.#settings.censored, earliest = this.#settings.earliest } = settings;
    this.#settings = { ...(censored === undefined ? {} : { censored }), ...(earliest === undefined ? {} : { earliest }) };
    this.#tellAll({ type: "set", settings });
  }

  look(): void {
    this.#tellAll({ type: "look" });
  }

  onWork(): void {
    // The nodes lead.
  }

  onReturned(): void {
    void this.#life?.end();
  }

  async atRest<Done>(work: () => Promise<Done>): Promise<Done> {
    this.#restsWanted++;
    try {
      this.#tellAll({ type: "rest", isAtRest: true });
      await this.#rested();
      return await work();
    } finally {
      this.#restsWanted--;
      if (this.#restsWanted === 0) this.#tellAll({ type: "rest", isAtRest: false });
    }
  }

  setFaults(faults: FaultsOfNodes): void {
    this.#faults.replace(faults);
    for (const [index, process] of this.#processes.entries())
      if (this.#faults.conditionOf(index) === "crashed") process.crash();
      else process.revive();
    this.#tellAll({ type: "connected" });
    this.#life?.connected();
  }

  /** Decisions of each node; undefined for one that does not answer. */
  standings(maxMs?: number): Promise<readonly (NodeStanding | undefined)[]> {
    return Promise.all(this.#processes.map((process) => process.ask({ question: "standing" }, maxMs)));
  }

  /** Commitment that a node computed for a batch; undefined if it has none. */
  commitmentOf(index: number, batchNumber: bigint): Promise<Hex | undefined> {
    return this.#processes[index]?.ask({ question: "commitment", batchNumber }) ?? Promise.resolve(undefined);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#endMoves();
    await this.#life?.end();
    await Promise.all(this.#processes.map((process) => process.close()));
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #startOf(index: number): Omit<NodeStart, "isFirst"> {
    const chain = this.#chain;
    const described = this.#described;
    const life = this.#life;
    if (chain === undefined || described === undefined || life === undefined) throw new TypeError("the nodes are not started");
    const { sequencer, admission, mempool } = chain;
    const { isAutomatic, isPaused } = sequencer;
    return {
      type: "start",
      ...life.startOf(index),
      index,
      chain: described,
      folder: this.#folderOf(index),
      offsetSeconds: this.#parts.time.offsetSeconds,
      settings: { ...this.#settings, isAutomatic, isPaused, lists: admission.lists },
      transactions: mempool.waiting().flatMap(({ ready, queued }) => signed([...ready, ...queued]).map(({ raw }) => raw)),
    };
  }

  #folderOf(index: number): string {
    return join(this.#folder ?? tmpdir(), `node-${index}`, `life-${this.#life?.number ?? 0}`);
  }

  #timeNow(): ToNode {
    return { type: "time", offsetSeconds: this.#parts.time.offsetSeconds };
  }

  #tellAll(message: ToNode): void {
    for (const process of this.#processes) process.send(message);
  }

  #take(message: Exclude<FromNode, { readonly type: "answer" | "ready" | "failed" }>, from: number): void {
    switch (message.type) {
      case "message":
        if (message.life !== this.#life?.number) return;
        return this.#life.relay(message.message, from, message.to);
      case "evidence":
        if (message.life === this.#life?.number) this.#life.noteEvidence(message.first, message.second);
        return;
      case "refused":
        if (message.life === this.#life?.number && this.#life.isRefused(message.number, from))
          void this.#refuse(message.number, new SequencerError(message.code, message.message));
        return;
    }
  }

  /**
   * Replaces a request that leaders could not execute, when nothing is proposed: a node that executed the new text in a decision
   * with the old one would find another block, and stop.
   */
  async #refuse(number: bigint, error: SequencerError): Promise<void> {
    const life = this.#life;
    if (life === undefined || this.#refused.has(number)) return;
    this.#refused.add(number);
    try {
      // Without a quorum the request waits, and a leader reports it once more.
      await this.atRest(async () => life.refused(number, error)).catch(() => undefined);
    } finally {
      this.#refused.delete(number);
    }
  }

  #rested(): Promise<void> {
    const { clock } = this.#parts;
    return rested({
      clock,
      count: this.count,
      isClosed: () => this.#isClosed,
      decidedView: () => this.#life?.decidedView ?? 0,
      standings: async (maxMs) =>
        (await this.standings(maxMs)).filter((_, index) => this.#faults.conditionOf(index) === "honest"),
    });
  }
}
