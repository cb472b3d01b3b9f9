import type { Provider } from "ethers";
import type { Chain } from "../../../chain/chain.ts";
import { FollowingSequencer } from "../../../chain/sequencer/following-sequencer.ts";
import type { SequencerError } from "../../../chain/sequencer/sequencer-error.ts";
import type { NumberedWish } from "../../../chain/sequencer/shared-input.ts";
import { openGroup, type RunningNode, type Workshop } from "../../../chain/consensus/group.ts";
import { MemoryVotes } from "../../../chain/consensus/memory-votes.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { areContrary, isTimely, liarsOf, type CountedVote, type SignedVote } from "../../../chain/consensus/votes.ts";
import type { BlockVoteDomain } from "../../../ground/protocol/block-vote.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { pauseBy, type Clock } from "../../../ground/runtime/clock.ts";
import type { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import { ChainWorkshop } from "../../sequencing/chain-workshop.ts";
import { checkedChain, NO_INPUTS, type SharedInputs } from "../../sequencing/checked-chain.ts";
import { ExecutedInputs, type NextInputs } from "../../sequencing/executed-inputs.ts";
import type { VoteEvidence } from "../../sequencing/evidence-list.ts";
import { sendLater, type NetFaults } from "../../sequencing/local/local-net.ts";
import type { NodeFaults } from "../../sequencing/local/node-faults.ts";
import { VoteKeys, type NodeKey } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { L1Book } from "./l1-book.ts";
import type { NodeChain, NodeLife, NodeStart, ToNode } from "./messages.ts";
import { SeenViews } from "./seen-views.ts";

interface LifeOptions {
  readonly number: number;
  readonly domain: BlockVoteDomain;
  readonly firstView: number;
  readonly decidedBefore: number;
  readonly keys: readonly Required<NodeKey>[];
  /** Commands before the life, and the inputs that come next. */
  readonly commands: readonly string[];
  readonly next: NextInputs;
}

interface LifePorts {
  readonly chain: Chain;
  readonly described: NodeChain;
  readonly clock: Clock;
  readonly time: MovableClock;
  readonly l1: Provider;
  readonly faults: NodeFaults;
  readonly send: (index: number, message: ToNode) => void;
  readonly onEvidence: (evidence: VoteEvidence) => void;
}

interface AwaitedRequest {
  readonly refuse: (error: SequencerError) => void;
  /** Leaders that could not execute it. */
  readonly refusers: Set<number>;
}

/** Time before a missing input is read once more. */
const MISSING_MS = 20;

/** One life of a group of processes, as their host has it: messages pass through it, and it follows the decisions. */
export class FollowedLife {
  readonly #options: LifeOptions;
  readonly #ports: LifePorts;
  readonly #keys: VoteKeys;
  readonly #ending = new AbortController();
  readonly #executed: ExecutedInputs;
  readonly #faults: NetFaults<GroupMessage>;
  readonly #group: RunningNode;
  readonly #detach: () => void;
  readonly #wishes: NumberedWish[] = [];
  readonly #awaited = new Map<bigint, AwaitedRequest>();
  readonly #views = new SeenViews();
  #listener: ((message: GroupMessage, from: number) => void) | undefined;

  constructor(options: LifeOptions, ports: LifePorts) {
    this.#options = options;
    this.#ports = ports;
    this.#executed = new ExecutedInputs(options.next);
    this.#detach = ports.chain.spine.attach(this.#executed);
    this.#keys = new VoteKeys(options.keys, options.domain);
    this.#faults = ports.faults.of(this.#keys);
    this.#group = this.#openGroup(this.#keys);
  }

  get number(): number {
    return this.#options.number;
  }

  /** Salt of the votes' domain. */
  get salt(): Hex {
    return this.#options.domain.salt;
  }

  /** Highest view that this process or a node has reached. */
  get view(): number {
    return this.#views.newest(this.#group.state.view);
  }

  /** Highest view of a node's votes; undefined before the first one. */
  viewOf(index: number): number | undefined {
    return this.#views.of(index);
  }

  get decidedView(): number {
    return this.#group.state.decided.view;
  }

  startOf(index: number): NodeLife & Pick<NodeStart, "keys"> {
    const { number: life, domain, firstView, decidedBefore, commands, next, keys } = this.#options;
    const known = keys.map(({ address, privateKey }, each) => (each === index ? { address, privateKey } : { address }));
    return {
      life,
      domain,
      firstView,
      decidedBefore,
      commands,
      firstWish: next.wish,
      wishes: this.#wishes,
      keys: known,
    };
  }

  request(wish: NumberedWish, refuse: (error: SequencerError) => void): void {
    const number = this.#options.next.wish + BigInt(this.#wishes.length);
    this.#wishes.push(wish);
    for (const executed of this.#awaited.keys()) if (executed < this.#executed.next.wish) this.#awaited.delete(executed);
    this.#awaited.set(number, { refuse, refusers: new Set() });
    this.#tellAll(number, wish);
  }

  /**
   * Notes that a leader could not execute a request. True if more leaders say so than may lie: one liar must not end a request
   * that others can execute.
   */
  isRefused(number: bigint, from: number): boolean {
    const refusers = this.#awaitedAt(number)?.refusers.add(from);
    return refusers !== undefined && refusers.size > liarsOf(this.count);
  }

  /** Leaders could not execute a request: an empty block gets its number. */
  refused(number: bigint, error: SequencerError): void {
    const awaited = this.#awaitedAt(number);
    if (awaited === undefined) return;
    this.#awaited.delete(number);
    const wish = { type: "empty", count: 1, intervalSeconds: 1n } as const;
    this.#wishes[Number(number - this.#options.next.wish)] = wish;
    this.#tellAll(number, wish);
    awaited.refuse(error);
  }

  /** Passes a node's message on, to one node or to all, as the faults say. */
  relay(message: GroupMessage, from: number, to: number | undefined): void {
    const { count } = this;
    if (from !== count) this.#views.note(message, from, this.#group.state.view);
    const targets = to === undefined ? Array.from({ length: count + 1 }, (_, index) => index) : [to];
    for (const target of targets) if (target !== from) this.#pass(message, from, target);
  }

  /**
   * Notes contrary votes that a node of this life has told. The node may lie: with others' names, with seconds at which nothing
   * was at stake, or to leave no room for a later pair.
   */
  noteEvidence(first: SignedVote, second: SignedVote): void {
    const signer = this.#keys.signerOf(first);
    if (signer === undefined || this.#keys.indexOf(signer) === undefined || signer !== this.#keys.signerOf(second)) return;
    const now = Number(this.#ports.time.nowSeconds());
    if (!areContrary(first, second) || ![first, second].some((vote) => isTimely(vote, now))) return;
    this.#ports.onEvidence({ life: this.salt, signer, first, second });
  }

  connected(): void {
    this.#group.connected();
  }

  async end(): Promise<void> {
    this.#ending.abort();
    this.#detach();
    await this.#group.close();
  }

  get count(): number {
    return this.#options.keys.length;
  }

  /** Contrary votes that this process has seen. */
  #seen(first: CountedVote, second: CountedVote): void {
    const { keys } = this.#options;
    this.#ports.onEvidence({ life: this.salt, signer: keys[first.voter]?.address ?? "0x", first, second });
  }

  #awaitedAt(number: bigint): AwaitedRequest | undefined {
    return number >= this.#executed.next.wish ? this.#awaited.get(number) : undefined;
  }

  #pass(message: GroupMessage, from: number, to: number): void {
    const { faults } = this.#ports;
    const host = this.count;
    const node = from === host ? to : from;
    const isCut = from === host || to === host ? faults.conditionOf(node) === "silent" : this.#faults.isCut(from, to);
    if (isCut) return;
    const passed = from === host ? message : this.#faults.altered(message, from, to);
    sendLater(this.#faults.delayMs(from, to), () => {
      if (to === host) this.#listener?.(passed, from);
      else this.#ports.send(to, { type: "message", life: this.number, from, message: passed });
    });
  }

  #tellAll(number: bigint, wish: NumberedWish): void {
    for (let index = 0; index < this.count; index++)
      this.#ports.send(index, { type: "request", life: this.number, number, wish });
  }

  #openGroup(keys: VoteKeys): RunningNode {
    const { chain, clock, time } = this.#ports;
    const { firstView } = this.#options;
    return openGroup({
      voters: keys,
      self: undefined,
      root: rootOf(this.#options),
      firstView,
      ...VIEW_TIMES,
      store: new MemoryVotes(),
      workshop: this.#workshop(),
      clock,
      onEvidence: (first, second) => this.#seen(first, second),
      net: {
        send: (message, to) => this.relay(message, this.count, to),
        listen: (listener) => {
          this.#listener = listener;
          return () => (this.#listener = undefined);
        },
      },
      nowSeconds: () => Number(time.nowSeconds()),
      sign: () => Promise.reject(new TypeError("this process follows without a vote")),
      signerOf: (vote) => keys.signerOf(vote),
      onFailure: (error) => {
        if (!this.#ending.signal.aborted) chain.sequencer.fail(error instanceof Error ? error : new Error(String(error)));
      },
    });
  }

  #workshop(): Workshop {
    const { chain, described, l1, clock } = this.#ports;
    const { coinbase } = described.running;
    const book = new L1Book(described, { l1, coinbase, operationsTaken: () => this.#executed.next.operation });
    const inputs: SharedInputs = {
      ...NO_INPUTS,
      operation: (index) => book.operation(index),
      root: (index) => book.root(index),
      wish: (number) => this.#wishes[Number(number - this.#options.next.wish)],
    };
    const workshop = new ChainWorkshop({
      root: rootOf(this.#options),
      chain: checkedChain(chain, () => inputs, this.#executed),
      signal: this.#ending.signal,
      onWork: () => undefined,
      moreInputs: async (signal) => {
        await book.look().catch(() => undefined);
        await pauseBy(clock, MISSING_MS, signal);
      },
    });
    return {
      build: () => Promise.resolve(undefined),
      execute: (...call) => workshop.execute(...call),
      async decide(header, content) {
        await workshop.decide(header, content);
        if (chain.sequencer instanceof FollowingSequencer) chain.sequencer.followed();
      },
    };
  }
}
