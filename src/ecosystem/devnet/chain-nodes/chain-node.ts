import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Provider } from "ethers";
import { startChain, type Chain } from "../../../chain/chain.ts";
import { byFee } from "../../../chain/mempool/orders.ts";
import { UNLIMITED_CODE } from "../../../proofs/rules/code-limits.ts";
import { chainRules } from "../../../proofs/rules/chain-rules.ts";
import type { CommandStore } from "../../../chain/ordering/command-store.ts";
import { predeployTransactions } from "../../../chain/predeploys/system-transactions.ts";
import type { LeaderSettings } from "../../../chain/sequencer/remote-leaders.ts";
import type { NumberedWish } from "../../../chain/sequencer/shared-input.ts";
import { openGroup, type RunningNode } from "../../../chain/consensus/group.ts";
import type { GroupMessage } from "../../../chain/consensus/messages.ts";
import { contentOf, requireHeader } from "../../../chain/consensus/proposals.ts";
import { VoteStore } from "../../../chain/consensus/vote-store.ts";
import { chainOptionsOf } from "../../../chain/node/described/chain-options.ts";
import { versionedChain } from "../../../chain/node/described/chain-on-l1.ts";
import { L1ReorgError } from "../../../chain/node/inflow/l1-inputs.ts";
import { decodeCommand } from "../../../chain/node/keeping/kept-command.ts";
import { hashAssetFlows, sumAssetFlows } from "../../../ground/protocol/asset-flows.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { deliveryCalls } from "../../relayer/delivery.ts";
import { pauseBy, type Clock } from "../../../ground/runtime/clock.ts";
import type { Disposer } from "../../../ground/runtime/disposer.ts";
import { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import { ChainWorkshop } from "../../sequencing/chain-workshop.ts";
import { checkedChain, type CheckedChain, type SharedInputs } from "../../sequencing/checked-chain.ts";
import { ExecutedInputs } from "../../sequencing/executed-inputs.ts";
import { LateDecisions } from "../../sequencing/late-decisions.ts";
import { QueuePatience } from "../../sequencing/queue-patience.ts";
import { VoteKeys } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { ChainVersions } from "../../../chain/settlement-layer/reader/chain-versions.ts";
import { L1Book } from "./l1-book.ts";
import { DecidedOrder, requireSameOrder } from "./decided-order.ts";
import type { FromNode, NodeAnswers, NodeQuestion, NodeStanding, NodeStart } from "./messages.ts";

interface ChainNodePorts {
  readonly clock: Clock;
  readonly l1: Provider;
  tell(message: FromNode): void;
}

/** Time between two reads of L1, and before a missing input is read once more. */
const LOOK_MS = 1_000;
const MISSING_MS = 50;
/** Part of the window of L1's queue after which a decision without an operation gets no vote. */
const WINDOW_PARTS = 4n;
/** Decisions that a start reads from the file at a time. */
const DECISIONS_PER_READ = 64;
/** Time for a batch to be formed before its commitment is compared. */
const MAX_FORMING_MS = 20_000;

/** The files of decisions have everything that a node's chain executes. */
const NO_STORE: CommandStore = {
  append: () => undefined,
  truncate: () => undefined,
  together: (work) => work(),
  durable: () => Promise.resolve(),
  keepLists: () => undefined,
  waiting: { add: () => undefined, delete: () => undefined, keepOnly: () => undefined },
};

/** Node of a chain in one life of its group: it executes the chain, reads L1, votes, and leads in its turn. */
export class ChainNode {
  readonly #start: NodeStart;
  readonly #ports: ChainNodePorts;
  readonly #time: MovableClock;
  readonly #ending = new AbortController();
  readonly #late: LateDecisions;
  readonly #wishes: NumberedWish[];
  readonly #executed = new ExecutedInputs();
  readonly #order = new DecidedOrder();
  readonly #patience: QueuePatience;
  #running: { readonly chain: Chain; readonly checked: CheckedChain; readonly book: L1Book } | undefined;
  #workshop: ChainWorkshop | undefined;
  #group: RunningNode | undefined;
  #listener: ((message: GroupMessage, from: number) => void) | undefined;
  #isAtRest = false;
  #hasWork = false;
  #hasVote = false;
  /** Batch that must end. */
  #endOf: bigint | undefined;

  private constructor(start: NodeStart, ports: ChainNodePorts) {
    this.#start = start;
    this.#ports = ports;
    this.#time = new MovableClock(ports.clock);
    this.#wishes = [...start.wishes];
    this.#patience = new QueuePatience({
      waitSeconds: start.chain.chain.configuration.priorityOpWindow / WINDOW_PARTS,
      leaders: start.keys.length,
      nowSeconds: () => this.#time.nowSeconds(),
    });
    this.#late = new LateDecisions(ports.clock, () => this.#onWork());
  }

  /**
   * Starts a node from its files: repeats the chain and its decisions, then votes. Rejects with DecidedOrderError if the chain's
   * commands have another order than those that the node of the life before decided.
   */
  static async open(start: NodeStart, ports: ChainNodePorts, closing: Disposer, previous?: ChainNode): Promise<ChainNode> {
    const node = new ChainNode(start, ports);
    closing.add(() => node.#end());
    await node.moveTo(start.offsetSeconds);
    await node.#open(closing, previous);
    return node;
  }

  get life(): number {
    return this.#start.life;
  }

  receive(message: GroupMessage, from: number): void {
    this.#listener?.(message, from);
  }

  /** Takes a waiting transaction. One that cannot be included is refused by the chain's host too. */
  offer(raw: Hex): void {
    void this.#running?.chain.submit(raw).catch(() => undefined);
  }

  drop(hash: Hex): void {
    this.#running?.chain.sequencer.drop(hash);
  }

  include(hashes: readonly Hex[]): void {
    void this.#running?.chain.sequencer.includeWaiting(hashes).catch(() => undefined);
  }

  /** A later text of a number replaces the earlier one, which the chain refuses. */
  request(number: bigint, wish: NumberedWish): void {
    this.#wishes[Number(number - this.#start.firstWish)] = wish;
    this.#onWork();
  }

  endBatch(batchNumber: bigint): void {
    this.#endOf = batchNumber;
    this.#wantEnd();
  }

  async set({ isAutomatic, isPaused, censored, lists, nextTimestamp, earliest }: LeaderSettings): Promise<void> {
    const { chain } = this.#running ?? {};
    if (chain === undefined) return;
    const { sequencer } = chain;
    if (isPaused === true) sequencer.pause();
    if (isPaused === false) sequencer.unpause();
    if (isAutomatic !== undefined) sequencer.setAutomatic(isAutomatic);
    if (censored !== undefined) sequencer.censor(censored);
    if (earliest !== undefined) await sequencer.notBefore(earliest);
    // The node may have blocks that the host has not seen.
    if (nextTimestamp !== undefined) await sequencer.setNextTimestamp(nextTimestamp).catch(() => undefined);
    if (lists !== undefined) await sequencer.setLists(() => lists);
  }

  async moveTo(offsetSeconds: bigint): Promise<void> {
    await this.#time.moveBy(offsetSeconds - this.#time.offsetSeconds);
    // The view of L1 may now be old.
    void this.look();
  }

  connected(): void {
    this.#group?.connected();
  }

  rest(isAtRest: boolean): void {
    this.#isAtRest = isAtRest;
    this.#onWork();
  }

  async look(): Promise<void> {
    // An L1 that is away is read later.
    await this.#running?.book.look().catch((error: unknown) => {
      if (error instanceof L1ReorgError) this.#failed(error);
    });
    this.#onWork();
  }

  answer(question: NodeQuestion): Promise<NodeAnswers[keyof NodeAnswers]> {
    return question.question === "standing" ? Promise.resolve(this.#standing()) : this.#commitmentOf(question.batchNumber);
  }

  async #open(closing: Disposer, previous: ChainNode | undefined): Promise<void> {
    const { folder, isFirst, settings, transactions } = this.#start;
    const hasFiles = existsSync(join(folder, "votes"));
    const store = await VoteStore.open(folder);
    const { chain, book } = await this.#startChain(closing);
    if (previous !== undefined && previous.life < this.life) this.#compareWith(previous);
    const checked = checkedChain(chain, () => this.#inputs(book), this.#executed);
    this.#running = { chain, checked, book };
    await this.set(settings);
    const workshop = (this.#workshop = new ChainWorkshop({
      root: rootOf(this.#start),
      chain: this.#restable(checked, book),
      signal: this.#ending.signal,
      onWork: () => this.#onWork(),
      moreInputs: (signal) => this.#moreInputs(book, signal),
    }));
    for (let view = 0; ;) {
      const records = store.decisionsAbove(view, DECISIONS_PER_READ);
      for (const { proposals } of records)
        for (const bytes of proposals) await workshop.decide(requireHeader(bytes), contentOf(bytes));
      const newest = records.at(-1);
      if (newest === undefined) break;
      view = newest.certificate.view;
    }
    this.#openGroup(store, isFirst || hasFiles);
    for (const raw of transactions) this.offer(raw);
    void this.#keepLooking();
    this.#ports.tell({ type: "ready", life: this.life });
  }

  #compareWith(previous: ChainNode): void {
    const isComplete = previous.#standing().decidedView >= this.#start.decidedBefore;
    requireSameOrder(previous.#order.names, this.#order.names, isComplete);
  }

  async #startChain(closing: Disposer): Promise<{ readonly chain: Chain; readonly book: L1Book }> {
    const { clock, l1 } = this.#ports;
    const { chain: described, commands } = this.#start;
    const { chain: onL1, genesis, start, running, admin, relayer, transactionOrder } = described;
    const { chainId } = onL1.configuration;
    const versions = new ChainVersions(versionedChain(onL1), start.upgrades, 0);
    const { coinbase } = running;
    const operationsTaken = (): bigint => this.#executed.next.operation;
    const nowSeconds = (): bigint => this.#time.nowSeconds();
    const book = new L1Book(described, { l1, coinbase, versions, nowSeconds, operationsTaken });
    await book.look();
    const access = { lists: {}, admin: () => admin, deliveries: { relayer, calls: deliveryCalls() } };
    const options = chainOptionsOf(
      onL1,
      genesis,
      { ...start, state: { from: "genesis" }, unexecuted: [] },
      { ...running, access, rewindable: false },
    );
    const rules = chainRules(Number(chainId), UNLIMITED_CODE);
    const repeated = commands.map((text) => decodeCommand(text, { coinbase, rules }));
    const chain = await startChain(options, {
      clock,
      time: this.#time,
      connect: () => Promise.reject(new TypeError("a node of a chain answers no traces")),
      system: predeployTransactions,
      forming: {
        flowsHash: (logs) => hashAssetFlows(sumAssetFlows(logs, onL1.settlementChainId)),
        versionOf: versions.versionOf,
        policyOf: versions.policyOf(onL1.configuration),
      },
      order: transactionOrder === "fee" ? byFee : undefined,
      sources: [this.#executed, this.#order],
      deciding: { leaders: { onWork: () => this.#onWork(), onReturned: () => undefined } },
      onStop: (error) => this.#failed(error),
      ...(repeated.length === 0
        ? {}
        : { keeping: { store: NO_STORE, earlier: { commands: repeated, waiting: [], executed: 0n } } }),
    });
    closing.add(() => chain.close());
    return { chain, book };
  }

  #openGroup(store: VoteStore, mayVote: boolean): void {
    const { index, keys: nodeKeys, domain, firstView, life } = this.#start;
    const { clock, tell } = this.#ports;
    const workshop = this.#workshop;
    if (workshop === undefined) return;
    const keys = new VoteKeys(nodeKeys, domain);
    this.#hasVote = mayVote;
    this.#group = openGroup({
      voters: keys,
      self: mayVote ? index : undefined,
      root: rootOf(this.#start),
      firstView,
      ...VIEW_TIMES,
      store,
      workshop,
      clock,
      net: {
        send: (message, to) => tell({ type: "message", life, message, to }),
        listen: (listener) => {
          this.#listener = listener;
          return () => (this.#listener = undefined);
        },
      },
      nowSeconds: () => Number(this.#time.nowSeconds()),
      sign: (vote) => Promise.resolve(keys.sign(index, vote, Number(this.#time.nowSeconds()))),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first, second) => tell({ type: "evidence", life, first, second }),
      onFailure: (error) => this.#failed(error),
    });
    this.#onWork();
  }

  #inputs(book: L1Book): SharedInputs {
    const { firstWish, life } = this.#start;
    return {
      isL1Fresh: book.isFresh,
      operation: (index) => book.operation(index),
      root: (index) => book.root(index),
      newestRoot: (first) => book.newestRoot(first),
      mayTake: (index, failedViews) => this.#patience.mayTake(index, book.seenAt(index) ?? 0n, failedViews),
      mustTake: (index, view) => this.#patience.mustTake(index, book.seenAt(index) ?? 0n, view),
      wish: (number) => this.#wishes[Number(number - firstWish)],
      refuse: (number, { code, message }) => this.#ports.tell({ type: "refused", life, number, code, message }),
    };
  }

  /** At rest the node proposes empty decisions only. */
  #restable(checked: CheckedChain, book: L1Book): CheckedChain {
    const isAtRest = (): boolean => this.#isAtRest;
    const lead: CheckedChain["lead"] = async (turn, failedViews) => {
      if (isAtRest()) return;
      if (!book.isFresh) await book.look().catch(() => undefined);
      await checked.lead(turn, failedViews);
    };
    return {
      get executedHead() {
        return checked.executedHead;
      },
      maxTransactionWork: checked.maxTransactionWork,
      facts: () => checked.facts(),
      dueOperation: (view) => (isAtRest() ? undefined : checked.dueOperation(view)),
      needsBatch: () => checked.needsBatch(),
      propose: (...proposal) => checked.propose(...proposal),
      lead,
      get hasWork() {
        return !isAtRest() && checked.hasWork;
      },
    };
  }

  #onWork(): void {
    const { checked } = this.#running ?? {};
    if (checked === undefined || this.#group === undefined || this.#workshop === undefined) return;
    this.#wantEnd();
    this.#late.watch(this.#workshop.isPending && !this.#ending.signal.aborted);
    const hasWork = (!this.#isAtRest && checked.hasWork) || this.#late.isLate;
    if (hasWork === this.#hasWork) return;
    this.#hasWork = hasWork;
    this.#group.work(hasWork);
  }

  #wantEnd(): void {
    const { sequencer } = this.#running?.chain ?? {};
    if (sequencer === undefined || this.#endOf === undefined || sequencer.batchNumber < this.#endOf) return;
    const isDue = sequencer.batchNumber === this.#endOf;
    this.#endOf = undefined;
    if (isDue) sequencer.wantEnd();
  }

  async #moreInputs(book: L1Book, signal: AbortSignal): Promise<void> {
    await book.look().catch(() => undefined);
    await pauseBy(this.#ports.clock, MISSING_MS, signal);
  }

  async #keepLooking(): Promise<void> {
    const { signal } = this.#ending;
    while (!signal.aborted) {
      await pauseBy(this.#ports.clock, LOOK_MS, signal);
      if (!signal.aborted) await this.look();
    }
  }

  #standing(): NodeStanding {
    const { chain } = this.#running ?? {};
    return {
      isPending: this.#workshop?.isPending ?? false,
      decidedView: this.#group?.state.decided.view ?? 0,
      position: chain?.spine.decided ?? 0,
      digests: [...(chain?.spine.digests() ?? [])],
      hasVote: this.#hasVote,
    };
  }

  async #commitmentOf(batchNumber: bigint): Promise<Hex | undefined> {
    const { signal } = this.#ending;
    for (let waitedMs = 0; waitedMs < MAX_FORMING_MS && !signal.aborted; waitedMs += MISSING_MS) {
      const batch = this.#running?.chain.archive.batch(batchNumber);
      if (batch !== undefined) return batch.commitment;
      await pauseBy(this.#ports.clock, MISSING_MS, signal);
    }
    return undefined;
  }

  #failed(error: unknown): void {
    if (this.#ending.signal.aborted) return;
    this.#ports.tell({ type: "failed", life: this.life, reason: error instanceof Error ? error.message : String(error) });
  }

  async #end(): Promise<void> {
    this.#ending.abort();
    this.#late.end();
    await this.#group?.close();
  }
}
