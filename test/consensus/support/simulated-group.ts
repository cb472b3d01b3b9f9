import type { GroupMessage } from "../../../src/chain/consensus/messages.ts";
import type { ConsensusNode, ConsensusPorts } from "../../../src/chain/consensus/node.ts";
import { contentOf, headerOf, type Header } from "../../../src/chain/consensus/proposals.ts";
import type { DecisionRecord, VoteRecord } from "../../../src/chain/consensus/records.ts";
import { quorumOf, type SignedVote, type Vote } from "../../../src/chain/consensus/votes.ts";
import { keccak, type Hex } from "../../../src/ground/protocol/hex.ts";
import { SimulatedDisk } from "./disk.ts";
import { SimulatedLiar } from "./liar.ts";
import type { ConsensusModules } from "./product.ts";
import { Random } from "./random.ts";
import type { Scenario } from "./scenarios.ts";
import { Timeline } from "./timeline.ts";
import { VoteLog } from "./vote-log.ts";

/** End of a run: a fault that must never happen, or how much was decided. */
export interface Outcome {
  readonly fault?: string;
  readonly decisions: number;
  readonly crashes: number;
  readonly evidence: number;
  readonly steps: number;
}

const ROOT: Header = { id: keccak(new Uint8Array()), view: 0, parent: `0x${"00".repeat(32)}` };
const HEAL_MS = [3_000, 6_000] as const;
/** Decisions after healing that end a run, and the simulated time that a run may take. */
const MORE_DECISIONS = 3;
const MAX_MS = 120_000;
const INVALID = new TextEncoder().encode("invalid");

interface Host {
  readonly index: number;
  readonly disk: SimulatedDisk;
  node: ConsensusNode | undefined;
  /** Ids of its final decisions, the oldest first. */
  log: Hex[];
  decisions: DecisionRecord[];
  life: number;
  generation: number;
}

interface Life {
  readonly number: number;
  readonly root: Header;
  readonly firstView: number;
  readonly log: readonly Hex[];
}

/** A group of nodes in simulated time, driven by one seed. */
export class SimulatedGroup {
  readonly random: Random;
  readonly timeline = new Timeline();
  readonly scenario: Scenario;
  readonly #modules: ConsensusModules;
  readonly #hosts: Host[] = [];
  readonly #votes: VoteLog;
  readonly #healMs: number;
  readonly #headers = new Map<Hex, Header>();
  /** Decisions by height, as the first honest node decided them. */
  #agreed: Hex[] = [];
  #life: Life = { number: 0, root: ROOT, firstView: 1, log: [] };
  #rewinds = 0;
  #sides: number[] | undefined;
  #fault: string | undefined;
  #counts = { crashes: 0, evidence: 0, steps: 0 };
  #target = Infinity;

  constructor(seed: number, scenario: Scenario, modules: ConsensusModules) {
    this.random = new Random(seed);
    this.scenario = scenario;
    this.#modules = modules;
    this.#healMs = this.random.between(...HEAL_MS);
    this.#votes = new VoteLog(scenario.voters, scenario.liars ?? 0);
    for (let index = 0; index < scenario.voters; index++) {
      const isSlow = scenario.slowSyncMs !== undefined && index === scenario.voters - 1;
      const syncMs = (): number => (isSlow ? scenario.slowSyncMs! : this.random.between(1, 8));
      const disk = new SimulatedDisk(modules, this.timeline, syncMs);
      this.#hosts.push({ index, disk, node: undefined, log: [], decisions: [], life: 0, generation: 0 });
    }
  }

  get isHealed(): boolean {
    return this.timeline.nowMs >= this.#healMs;
  }

  run(): Outcome {
    for (const host of this.#hosts) this.#start(host);
    this.#tick();
    while (this.#fault === undefined && this.timeline.nowMs < MAX_MS && this.timeline.step()) {
      this.#counts.steps++;
      if (this.#honest().every(({ log }) => log.length >= this.#target)) return { decisions: this.#target, ...this.#counts };
    }
    const lengths = this.#hosts.map(({ log }) => log.length).join(", ");
    this.#fault ??= `standstill: the nodes have ${lengths} decisions, ${this.#target} were to be reached`;
    return { fault: this.#fault, decisions: this.#agreed.length, ...this.#counts };
  }

  isLiar(index: number): boolean {
    return index < (this.scenario.liars ?? 0);
  }

  /** Signature that only the voter makes in this life. */
  sign(voter: number, vote: Vote): SignedVote {
    const { life } = this.#hosts[voter]!;
    const signature: Hex = `0x${voter}/${life}/${vote.kind}/${vote.view}/${vote.id}`;
    return { ...vote, signedAt: 0, signature };
  }

  /** Delivers after a while, before healing perhaps never, perhaps twice. */
  deliver(from: number, to: number, message: GroupMessage): void {
    if (message.type === "proposal") this.#votes.propose(headerIn(message.bytes), from);
    const isLost = (!this.isHealed && this.random.isLikely(0.1)) || !this.canReach(from, to);
    if (isLost || (this.scenario.areLiarsMuteAtLast === true && this.isHealed && this.isLiar(from))) return;
    const receive = (): void => this.#hosts[to]!.node?.receive(message, from);
    this.timeline.after(this.random.between(5, this.isHealed ? 25 : 200), receive);
    if (this.random.isLikely(0.02)) this.timeline.after(this.random.between(5, 700), receive);
  }

  canReach(from: number, to: number): boolean {
    return this.#sides === undefined || this.#sides[from] === this.#sides[to];
  }

  parentOf(id: Hex): Hex {
    return this.#votes.parentOf(id) ?? ROOT.id;
  }

  #honest(): readonly Host[] {
    return this.#hosts.filter(({ index }) => !this.isLiar(index));
  }

  #fail(fault: string): void {
    this.#fault ??= fault;
  }

  /** Starts a node from its disk; after a rewind that it missed, from the mark. */
  #start(host: Host): void {
    const { voters } = this.scenario;
    const life = this.#life;
    const { votes, decisions } = host.disk.open();
    host.life = life.number;
    host.generation++;
    const own = decisions.filter(({ certificate }) => certificate.view >= life.firstView);
    host.decisions = own;
    host.log = [...life.log, ...own.flatMap(({ proposals }) => proposals.map((bytes) => headerIn(bytes).id))];
    const { restore, ConsensusNode: Node } = this.#modules;
    const restored = restore({ votes, newest: decisions.at(-1) }, life);
    if (restored.areVotesLost && this.scenario.losesVotes !== true) this.#fail(`node ${host.index} believes its votes lost`);
    const self = restored.areVotesLost ? undefined : host.index;
    const rules = {
      voters: { count: voters, epoch: 0, leaderOf: (view: number) => view % voters },
      self,
      proposalMs: 1_000,
      viewMs: 2_500,
    };
    this.#noteStored(host.index, votes);
    host.node = new Node(rules, this.#portsOf(host), restored);
    host.node.work(true);
    host.node.begin();
  }

  #portsOf(host: Host): ConsensusPorts {
    const { index } = host;
    const liar = this.isLiar(index) ? new SimulatedLiar(this, index) : undefined;
    const { generation } = host;
    /** Runs later, unless the node was down in between. */
    const later = (ms: number, run: (node: ConsensusNode) => void): void =>
      this.timeline.after(ms, () => {
        if (host.generation === generation && host.node !== undefined) run(host.node);
      });
    const others = this.#hosts.map((other) => other.index).filter((other) => other !== index);
    return {
      sign: (vote, signed) => later(1, () => signed(this.sign(index, vote))),
      voterOf: (vote) => this.#voterOf(host, vote),
      isTimely: () => true,
      storeVote: (record, stored) => host.disk.storeVote(record, stored),
      storeDecision: (record, stored) =>
        host.disk.storeDecision(record, () => {
          host.decisions.push(record);
          stored();
        }),
      decisionsAbove: (view, count) => host.decisions.filter(({ certificate }) => certificate.view > view).slice(0, count),
      send: (message, to) => {
        const receivers = to === undefined ? others : [to];
        if (liar !== undefined) return liar.send(message, receivers);
        this.#note(index, message);
        for (const other of receivers) this.deliver(index, other, message);
      },
      build: (view, parent) => later(this.random.between(2, 20), (node) => node.built(view, parent, this.#content(index))),
      execute: (bytes, header, isNotarized) => {
        this.#headers.set(header.id, header);
        later(this.random.between(2, 20), (node) => node.executed(header.id, this.#verdict(bytes, isNotarized)));
      },
      abort: () => undefined,
      decided: (proposals) => this.#decided(host, proposals),
      after: (ms, run) => later(ms + (this.scenario.slowSyncMs ?? 0), run),
      evidence: (first) => {
        this.#counts.evidence++;
        if (!this.isLiar(first.voter)) this.#fail(`evidence against the honest node ${first.voter}`);
      },
      failed: (error) => this.#fail(error.message),
    };
  }

  #content(index: number): Uint8Array {
    return this.isLiar(index) && this.random.isLikely(0.1) ? INVALID : new Uint8Array([index, this.random.below(256)]);
  }

  #verdict(bytes: Uint8Array, isNotarized: boolean): "valid" | "invalid" | "later" {
    if (contentOf(bytes).length === INVALID.length) return "invalid";
    return !isNotarized && !this.isHealed && this.random.isLikely(0.05) ? "later" : "valid";
  }

  #voterOf(host: Host, { signature, kind, view, id }: SignedVote): number | undefined {
    const [voter = "", life, ...vote] = signature.slice(2).split("/");
    return Number(life) === host.life && vote.join("/") === `${kind}/${view}/${id}` ? Number(voter) : undefined;
  }

  /** Compares an honest node's votes with the model of votes, and with its earlier votes. */
  #note(index: number, message: GroupMessage): void {
    if (this.isLiar(index)) return;
    const votes = message.type === "votes" ? message.votes : message.type === "proposal" ? [message.vote] : [];
    if (message.type === "proposal") this.#votes.propose(headerIn(message.bytes), index);
    for (const vote of votes) {
      const fault = this.#votes.cast(index, this.#hosts[index]!.life, vote);
      if (fault !== undefined) this.#fail(fault);
    }
  }

  /** Notes votes that reached the disk and no other node. */
  #noteStored(index: number, records: readonly VoteRecord[]): void {
    for (const record of records) {
      if (record.type !== "vote" || record.vote.view < this.#life.firstView) continue;
      if (record.bytes !== undefined) this.#votes.propose(headerIn(record.bytes), index);
      this.#note(index, { type: "votes", votes: [record.vote] });
    }
  }

  #decided(host: Host, proposals: readonly Uint8Array[]): void {
    for (const bytes of proposals) {
      const { id, parent } = headerIn(bytes);
      if (this.isLiar(host.index)) {
        host.log.push(id);
        continue;
      }
      if (parent !== (host.log.at(-1) ?? ROOT.id)) this.#fail(`node ${host.index} decides out of order`);
      const height = host.log.push(id) - 1;
      this.#agreed[height] ??= id;
      if (this.#agreed[height] !== id) this.#fail(`fork at height ${height}`);
    }
  }

  /** Each half second before healing: partitions, crashes, rewinds. */
  #tick(): void {
    for (const { node } of this.#hosts) if (this.timeline.nowMs % 1_000 === 0) node?.second();
    if (this.isHealed) this.#heal();
    else if (this.timeline.nowMs > 0) this.#disturb();
    this.timeline.after(500, () => this.#tick());
  }

  #heal(): void {
    if (this.#target !== Infinity) return;
    this.#sides = undefined;
    for (const host of this.#hosts) if (host.node === undefined && !this.#isAway(host)) this.#start(host);
    for (const { node } of this.#hosts) node?.connected();
    this.#target = Math.max(...this.#hosts.map(({ log }) => log.length)) + MORE_DECISIONS;
  }

  #isAway({ index }: Host): boolean {
    return this.scenario.awayMs !== undefined && index === this.scenario.voters - 1;
  }

  #disturb(): void {
    const { random, scenario } = this;
    const chance = random.next();
    if (chance < 0.2) this.#sides = this.#hosts.map(() => random.below(2));
    else if (chance < 0.4) this.#sides = undefined;
    const { awayMs, losesVotes, losesAllAtOnce } = scenario;
    const last = this.#hosts.at(-1)!;
    if (awayMs !== undefined && last.generation === 1) {
      this.#crash(last);
      this.timeline.after(awayMs, () => this.#start(last));
    }
    if (losesVotes === true && this.timeline.nowMs === 2_000 && last.decisions.some(({ votedView }) => votedView > 0)) {
      this.#crash(last);
      last.disk.loseVotes();
    }
    if (losesAllAtOnce === true && random.isLikely(0.15)) for (const host of this.#honest()) this.#crash(host);
    else if (random.isLikely(0.2)) this.#crash(this.#hosts[random.below(this.#hosts.length)]!);
    if (scenario.rewinds === true && this.#rewinds < 3 && random.isLikely(0.2)) this.#rewind();
    for (const host of this.#hosts)
      if (host.node === undefined && !this.#isAway(host) && (losesAllAtOnce === true || random.isLikely(0.5))) this.#start(host);
  }

  #crash(host: Host): void {
    if (host.node === undefined) return;
    this.#counts.crashes++;
    host.node.close();
    host.node = undefined;
    host.generation++;
    host.disk.crash(this.random);
  }

  /** Returns all nodes to a mark: those that run immediately, the others when they start. */
  #rewind(): void {
    const up = this.#hosts.filter(({ node }) => node !== undefined);
    const newest = Math.min(...up.map(({ log }) => log.length));
    const height = newest - this.random.below(3);
    if (up.length < quorumOf(this.scenario.voters) || height <= this.#life.log.length) return;
    this.#rewinds++;
    const log = this.#agreed.slice(0, height);
    const used = Math.max(...this.#hosts.map(({ node }) => Math.max(node?.state.view ?? 0, node?.votedView ?? 0)));
    const firstView = Math.max(this.#life.firstView, used, this.#votes.newestView) + 1;
    const id = log.at(-1)!;
    this.#agreed = [...log];
    this.#life = { number: this.#life.number + 1, root: { ...ROOT, id }, firstView, log };
    for (const host of up) {
      host.node!.close();
      host.generation++;
      host.disk.crash(this.random);
      this.#start(host);
    }
  }
}

export function simulate(seed: number, scenario: Scenario, modules: ConsensusModules): Outcome {
  return new SimulatedGroup(seed, scenario, modules).run();
}

const HEADERS = new WeakMap<Uint8Array, Header>();

/** Header of a proposal; hashed once. */
function headerIn(bytes: Uint8Array): Header {
  const header = HEADERS.get(bytes) ?? headerOf(bytes)!;
  HEADERS.set(bytes, header);
  return header;
}
