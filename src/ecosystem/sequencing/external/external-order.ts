import { setTimeout } from "node:timers/promises";
import type { Chain } from "../../../chain/chain.ts";
import { chainRules } from "../../../proofs/rules/chain-rules.ts";
import type { BatchCommand } from "../../../chain/ordering/command.ts";
import type { OtherLeaders } from "../../../chain/sequencer/leader-turns.ts";
import type { PeerCommands } from "../../../chain/sequencer/peer-commands.ts";
import { SequencerError } from "../../../chain/sequencer/sequencer-error.ts";
import { decodeTransaction } from "../../../ground/transaction/decode-transaction.ts";
import { signerOfDigest } from "../../../ground/transaction/signature-recovery.ts";
import { TransactionFormatError } from "../../../ground/transaction/transaction-format-error.ts";
import type { Source } from "../../../chain/core/follower.ts";
import type { OfferVerdict } from "../../../chain/core/source.ts";
import { reasonOf } from "../../../ground/errors/reason-of.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import {
  NO_SLOT,
  partId,
  partRequestDigest,
  slotDigest,
  type SlotPartRequest,
  type SignedSlot,
} from "../../../ground/protocol/slot.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { OneAtATime } from "../../../ground/runtime/one-at-a-time.ts";
import type { ExternalStatus, Part, WaitingWork } from "./external-status.ts";
import { executePart, needsBatch, type ExecutedPart } from "./part-execution.ts";
import { SlotError } from "./slot-error.ts";
import { SlotLog, type PendingPart, type SlotMark } from "./slot-log.ts";
import type { SlotPeers } from "./slot-peers.ts";
import type { SlotStore } from "./slot-store.ts";

/** Maximum wait of a snapshot for a slot. */
const MAX_REST_MS = 2_000;
/** Maximum wait of requests for a slot. */
const MAX_WAIT_MS = 5_000;
const REST_POLL_MS = 2;
/** Transactions of the pool that one answer has. */
const MAX_WAITING = 200;
/** Transactions of a turn that this node takes itself. */
const MAX_INTERNAL = 100;

interface ExternalOrderParts {
  readonly chainId: ChainId;
  /** Address of the sequencer's key, in lower case. */
  readonly sequencer: Hex;
  /** Other chains of the sequencer. */
  readonly peers: readonly ChainId[];
  readonly running: SlotPeers<ExternalOrder>;
  readonly store: SlotStore;
  readonly clock: Clock;
  readonly nowSeconds: () => number;
  /** Commands as texts. */
  readonly codec: { encode(command: BatchCommand): string; decode(text: string): BatchCommand };
}

interface StartedChain extends Pick<Chain, "sequencer" | "spine" | "mempool"> {
  readonly chainId: number;
  readonly peers: PeerCommands;
  /** Error that has stopped the chain or its settlement; undefined while both run. */
  readonly fault: () => unknown;
}

/**
 * Order of a chain whose users' transactions an external sequencer orders, with those of other chains. A part is executed and
 * held until a slot decides or drops it. Between parts this node executes L1's operations, requests of its host and ends of
 * batches; before the first slot, and after a cut, also transactions of its pool.
 */
export class ExternalOrder implements OtherLeaders, Source<unknown, SlotMark> {
  readonly name = "slots";
  readonly maxRestMs = MAX_REST_MS;
  readonly #parts: ExternalOrderParts;
  readonly #log: SlotLog;
  readonly #line = new OneAtATime();
  #chain: StartedChain | undefined;
  #executed: ExecutedPart | undefined;
  #applying: Promise<void> = Promise.resolve();
  #isPumping = false;
  #isCutting = false;
  #rests = 0;
  #cancelWait: (() => void) | undefined;
  #heardAt: number | undefined;

  constructor(parts: ExternalOrderParts) {
    this.#parts = parts;
    this.#log = new SlotLog(parts.store);
  }

  /**
   * Starts with the chain. A part that an earlier process held is executed again, and its slot is requested from the other
   * chains. `fault` returns the error that has stopped the chain or its settlement. Rejects with SlotError PartLost. Returns the
   * function that ends it.
   */
  async start({ chainId, sequencer, spine, mempool }: Chain, fault: () => unknown = () => undefined): Promise<() => void> {
    const { peers } = sequencer;
    if (peers === undefined) throw new TypeError(`chain ${chainId} has no other leaders`);
    this.#chain = { chainId, sequencer, spine, mempool, peers, fault };
    spine.attach(this);
    const { pending } = this.#log;
    if (pending !== undefined) this.#executed = await this.#repeat(pending);
    const remove = this.#parts.running.add(this.#parts.chainId, this);
    for (const peer of this.#peers) await Promise.all([this.#catchUp(peer), peer.#catchUp(this)]);
    this.onWork();
    return () => {
      remove();
      this.#cancelWait?.();
    };
  }

  get status(): ExternalStatus {
    const { sequencer, peers } = this.#parts;
    const { number, pending, isCut, evidence } = this.#log;
    return {
      sequencer,
      peers: peers.map(Number),
      newestSlot: number,
      ...(pending === undefined ? {} : { inDoubtSince: pending.since }),
      ...(this.#heardAt === undefined ? {} : { heardAt: this.#heardAt }),
      isCut,
      evidence,
    };
  }

  get waiting(): WaitingWork {
    const { life, newest = null, pending } = this.#log;
    const { mempool, sequencer } = this.#started;
    const isOpen = sequencer.isAutomatic && !sequencer.isPaused && !this.#log.isCut;
    return {
      life,
      newest,
      pending: pending === undefined ? null : { slot: pending.slot, id: pending.id },
      transactions: isOpen ? mempool.line.slice(0, MAX_WAITING).map(({ raw }) => raw) : [],
    };
  }

  /** Slot of this number, or the newest one; undefined if there is none. */
  slot(number = this.#log.number): SignedSlot | undefined {
    return this.#log.slot(number);
  }

  /** Executes transactions as a part of a slot, and holds it until the slot comes. Rejects with SlotError. */
  async propose(request: SlotPartRequest, signature: Hex): Promise<Part> {
    const digest = partRequestDigest(request);
    this.#requireSequencer(digest, signature);
    this.#requireOpen();
    if (request.chainId !== this.#parts.chainId)
      throw new SlotError("ChainsMismatch", `the part is for chain ${request.chainId}; propose it there`);
    this.#requireLife(request.life);
    for (const member of [this, ...this.#peers]) member.#requireRunning();
    while (this.#rests > 0 && !this.#hasBegun(Number(request.slot))) await setTimeout(REST_POLL_MS);
    return this.#alone(() => this.#propose(request, digest));
  }

  /**
   * Decides or drops held parts by a slot, on all chains of the sequencer. The same slot may come several times. Rejects with
   * SlotError if a chain does not take it; then no chain has taken it.
   */
  async publish(slot: SignedSlot): Promise<void> {
    this.#requireSequencer(slotDigest(slot), slot.signature);
    this.#requireOpen();
    const members = this.#membersOf(slot);
    // Without a wait in between, all chains take the slot or none does.
    const hasPart = slot.parts.some(({ id }) => id !== NO_SLOT);
    for (const member of members) {
      member.#requireTakes(slot);
      if (hasPart && !member.#log.has(slot)) member.#requireRunning();
    }
    await Promise.all(members.map((member) => member.#take(slot)));
  }

  /** Ends external sequencing of the chain and its peers: held parts without a slot are dropped, and later slots are refused. */
  async cut(): Promise<void> {
    this.#requireOpen();
    const members = [this, ...this.#parts.peers.map((chainId) => this.#peer(chainId))];
    for (const member of members) for (const other of members) await member.#catchUp(other);
    // A slot that came between two of the cuts would drop its part on one chain, and decide it on the other.
    for (const member of members) member.#isCutting = true;
    try {
      for (const member of members) await member.#alone(() => member.#cut());
    } finally {
      for (const member of members) member.#isCutting = false;
    }
    for (const member of members) member.onWork();
  }

  onWork(): void {
    this.#watchRequests();
    if (this.#isPumping || !this.#hasInternalWork) return;
    this.#isPumping = true;
    void this.#pump().finally(() => (this.#isPumping = false));
  }

  onReturned(): void {
    // Lives end with `returnTo`: a chain that replays its log has the same slots.
  }

  on(): void {
    // Slots follow from their sequencer.
  }

  mark(): SlotMark {
    return this.#log.mark();
  }

  returnTo(mark: SlotMark): void {
    this.#executed = undefined;
    this.#log.returnTo(mark);
  }

  /** Lets no new slot begin. Returns the function that ends the rest. */
  beginRest(): () => void {
    this.#rests++;
    return () => void this.#rests--;
  }

  /** True if the chain holds no part, and its running peers have the same slots. */
  get isBetweenSlots(): boolean {
    return this.#log.pending === undefined && this.#peers.every((peer) => peer.#log.number === this.#log.number);
  }

  undecided(): SequencerError {
    const { pending } = this.#log;
    return new SequencerError(
      "PartHeld",
      `chain ${this.#parts.chainId} holds a part of slot ${pending?.slot ?? this.#log.number}, which its sequencer has not published; wait for the slot, or end external sequencing with hyperchain:cut-slot`,
    );
  }

  get #started(): StartedChain {
    if (this.#chain === undefined)
      throw new SlotError("Starting", `chain ${this.#parts.chainId} is still starting; try again in a second`);
    return this.#chain;
  }

  get #peers(): readonly ExternalOrder[] {
    const { peers, running } = this.#parts;
    return peers.flatMap((chainId) => running.of(chainId) ?? []);
  }

  #peer(chainId: ChainId): ExternalOrder {
    const peer = this.#parts.running.of(chainId);
    if (peer !== undefined && !peer.#started.sequencer.isPaused) return peer;
    throw new SlotError(
      "PeerAway",
      `chain ${chainId} does not run, and its part of the slot cannot be compared; start it, and try again`,
    );
  }

  #requireSequencer(digest: Hex, signature: Hex): void {
    const signer = signerOfDigest(digest, signature);
    const { sequencer } = this.#parts;
    if (signer !== sequencer)
      throw new SlotError("OtherKey", `the signature is of ${signer ?? "no key"}; sign with the key of ${sequencer}`);
  }

  #requireOpen(): void {
    if (this.#log.isCut || this.#isCutting)
      throw new SlotError("Cut", `external sequencing of chain ${this.#parts.chainId} was cut at slot ${this.#log.number}`);
  }

  /** A part that a stopped chain decides would never be on L1, and those of its peers would. */
  #requireRunning(): void {
    const { chainId, fault } = this.#started;
    const error = fault();
    if (error !== undefined)
      throw new SlotError(
        "ChainStopped",
        `chain ${chainId} has stopped, and takes no bundles: ${reasonOf(error)}; start it again, or end external sequencing with hyperchain:cut-slot`,
      );
  }

  #requireLife(life: Hex): void {
    if (life !== this.#log.life)
      throw new SlotError(
        "OldLife",
        `chain ${this.#parts.chainId} has life ${this.#log.life}, the request is for ${life}: the chain has returned to a snapshot; read its newest slot`,
      );
  }

  /** The chains that the slot names, which must be those of the sequencer. */
  #membersOf({ parts }: SignedSlot): readonly ExternalOrder[] {
    const { chainId, peers } = this.#parts;
    const expected = [chainId, ...peers].toSorted((a, b) => Number(a - b));
    if (parts.map((part) => part.chainId).join() !== expected.join())
      throw new SlotError(
        "ChainsMismatch",
        `the slot is for chains ${parts.map((part) => part.chainId).join(", ")}; it must be for ${expected.join(", ")}`,
      );
    return expected.map((each) => (each === chainId ? this : this.#peer(each)));
  }

  /** Throws SlotError if the chain cannot take the slot now. */
  #requireTakes(slot: SignedSlot): void {
    const { chainId } = this.#parts;
    const number = Number(slot.number);
    this.#requireOpen();
    this.#requireLife(slot.parts.find((part) => part.chainId === chainId)?.life ?? NO_SLOT);
    if (this.#log.has(slot)) return;
    if (number !== this.#log.number + 1 || slot.parent !== this.#log.parent)
      throw new SlotError(
        "SlotMissing",
        `chain ${chainId} has slot ${this.#log.number} (${this.#log.parent}); slot ${number} follows ${slot.parent}: publish the slots before it`,
      );
    const id = this.#idIn(slot);
    if (id !== NO_SLOT && id !== this.#pendingFor(number)?.id)
      throw new SlotError("PartUnknown", `chain ${chainId} does not hold part ${id} of slot ${number}; propose it there first`);
  }

  #idIn({ parts }: SignedSlot): Hex {
    return parts.find(({ chainId }) => chainId === this.#parts.chainId)?.id ?? NO_SLOT;
  }

  #pendingFor(slot: number): PendingPart | undefined {
    return this.#log.pending?.slot === slot ? this.#log.pending : undefined;
  }

  /** True if a chain of the sequencer has executed something for the slot, or has the slot. */
  #hasBegun(slot: number): boolean {
    return [this, ...this.#peers].some((order) => slot <= order.#log.number || order.#pendingFor(slot) !== undefined);
  }

  async #propose(request: SlotPartRequest, digest: Hex): Promise<Part> {
    this.#requireLife(request.life);
    this.#requireOpen();
    const { pending, number } = this.#log;
    const slot = Number(request.slot);
    if (pending !== undefined) {
      if (pending.slot === slot && pending.request === digest) return partOf(pending);
      throw new SlotError(
        "PartHeld",
        `chain ${request.chainId} holds part ${pending.id} of slot ${pending.slot}; publish that slot first`,
      );
    }
    if (slot !== number + 1)
      throw new SlotError(
        slot <= number ? "SlotTaken" : "SlotMissing",
        `chain ${request.chainId} has slot ${number}; propose a part of slot ${number + 1}`,
      );
    const executed = await this.#execute(request.transactions);
    const { commands, success, gasUsed } = executed;
    const id = partId(request, this.#started.sequencer.executedHead.hash);
    const texts = commands.map((command) => this.#parts.codec.encode(command));
    this.#executed = executed;
    const since = this.#parts.nowSeconds();
    this.#heardAt = since;
    await this.#log.hold({
      slot,
      id,
      request: digest,
      commands: texts,
      success,
      gasUsed,
      since,
    });
    return { id, success, gasUsed };
  }

  /** Executes the transactions as a block, in the next batch if the open one has no room. */
  async #execute(raw: readonly Hex[]): Promise<ExecutedPart> {
    const { chainId, sequencer, peers } = this.#started;
    const transactions = decodeAll(raw, chainId);
    const run = (): Promise<ExecutedPart> => {
      const { timestamp } = sequencer.nextEnvironment;
      const opening = sequencer.hasOpenBatch ? [] : [sequencer.opening(timestamp)];
      return executePart(peers, [...opening, { type: "block", transactions, timestamp }], false);
    };
    try {
      return await run();
    } catch (error) {
      if (!needsBatch(error) || !sequencer.hasOpenBatch) throw error;
      sequencer.wantEnd();
      await this.#lead();
      return run();
    }
  }

  /** Executes a held part once more: its process has ended, or the chain has rolled it back. */
  async #repeat(pending: PendingPart): Promise<ExecutedPart> {
    const { peers } = this.#started;
    const commands = pending.commands.map((text) => this.#parts.codec.decode(text));
    const lost = (cause?: unknown): SlotError =>
      new SlotError(
        "PartLost",
        `chain ${this.#parts.chainId} cannot repeat part ${pending.id} of slot ${pending.slot}, which other chains may have decided; restore a copy`,
        { cause },
      );
    const executed = await executePart(peers, commands, true).catch((error: unknown) => {
      throw lost(error);
    });
    if (this.#isRepeated(pending, executed)) return executed;
    await executed.settle("dropped");
    throw lost();
  }

  #isRepeated(pending: PendingPart, { commands, success }: ExecutedPart): boolean {
    const texts = commands.map((command) => this.#parts.codec.encode(command));
    return texts.join() === pending.commands.join() && success.join() === pending.success.join();
  }

  /** Takes a slot that `requireTakes` allows. Its number is taken when this returns. */
  #take(slot: SignedSlot): Promise<void> {
    if (Number(slot.number) <= this.#log.number) return this.#applying;
    this.#log.accept(slot);
    // Any account can send an old slot.
    this.#heardAt = this.#parts.nowSeconds();
    const { life } = this.#log;
    this.#applying = this.#alone(() => this.#apply(slot, life));
    this.#applying.catch(() => undefined);
    return this.#applying;
  }

  async #apply(slot: SignedSlot, life: Hex): Promise<void> {
    // A return to a snapshot has undone the slot before it was stored.
    if (life !== this.#log.life) return;
    const pending = this.#pendingFor(Number(slot.number));
    await this.#log.together(async () => {
      this.#log.add(slot);
      if (pending !== undefined) await this.#settle(pending, pending.id === this.#idIn(slot) ? "decided" : "dropped");
      // A return to a snapshot in between has undone the slot.
      if (life === this.#log.life) this.#log.release();
    });
    this.onWork();
  }

  async #settle(pending: PendingPart, verdict: OfferVerdict): Promise<void> {
    const { life } = this.#log;
    const isSettled = await this.#executed?.settle(verdict);
    this.#executed = undefined;
    if (isSettled === true || verdict === "dropped" || life !== this.#log.life) return;
    // The chain has rolled the part back, to execute something else before it.
    try {
      const repeated = await this.#repeat(pending);
      await repeated.settle("decided");
    } catch (error) {
      this.#started.sequencer.fail(error instanceof Error ? error : new Error(String(error)));
      throw error;
    }
  }

  /** Takes slots that another chain of the sequencer has and this one does not. */
  async #catchUp(peer: ExternalOrder): Promise<void> {
    while (peer.#log.number > this.#log.number) {
      const slot = peer.#log.slot(this.#log.number + 1);
      if (slot === undefined) return;
      this.#requireTakes(slot);
      await this.#take(slot);
    }
    await this.#applying;
  }

  async #cut(): Promise<void> {
    await this.#log.together(async () => {
      await this.#executed?.settle("dropped");
      this.#executed = undefined;
      this.#log.release();
      this.#log.cut();
    });
  }

  get #takesPool(): boolean {
    return this.#log.isCut || this.#log.number === 0;
  }

  get #hasInternalWork(): boolean {
    if (this.#chain === undefined || this.#log.pending !== undefined) return false;
    const { sequencer } = this.#chain;
    return this.#takesPool ? sequencer.hasWork : sequencer.hasRequests;
  }

  async #pump(): Promise<void> {
    // The chain reports its faults.
    while (this.#hasInternalWork) if (!(await this.#alone(() => this.#leadIfFree()).catch(() => false))) return;
  }

  async #leadIfFree(): Promise<boolean> {
    if (this.#log.pending !== undefined) return false;
    await this.#lead();
    return true;
  }

  /** Executes this node's work, and decides it. */
  async #lead(): Promise<void> {
    const settled: Promise<OfferVerdict>[] = [];
    await this.#started.sequencer.lead({
      maxTransactions: MAX_INTERNAL,
      takesPool: this.#takesPool,
      signal: new AbortController().signal,
      verdict: Promise.resolve("decided"),
      onCommand: (_, settlement) => settled.push(settlement),
    });
    await Promise.all(settled);
  }

  /** Refuses requests that have waited for a slot for MAX_WAIT_MS. */
  #watchRequests(): void {
    if (this.#log.pending === undefined) {
      this.#cancelWait?.();
      this.#cancelWait = undefined;
    } else if (this.#chain?.sequencer.hasRequests === true)
      this.#cancelWait ??= this.#parts.clock.after(MAX_WAIT_MS, () => {
        this.#cancelWait = undefined;
        if (this.#log.pending !== undefined) this.#chain?.sequencer.refuseRequests(this.undecided());
      });
  }

  async #alone<Done>(work: () => Promise<Done>): Promise<Done> {
    const leave = await this.#line.enter();
    try {
      return await work();
    } finally {
      leave();
    }
  }
}

function partOf({ id, success, gasUsed }: PendingPart): Part {
  return { id, success, gasUsed };
}

function decodeAll(raw: readonly Hex[], chainId: number) {
  const rules = chainRules(chainId);
  try {
    return raw.map((each) => decodeTransaction(each, rules, { replayProtection: "required", intrinsicGas: "required" }));
  } catch (error) {
    if (!(error instanceof TransactionFormatError)) throw error;
    throw new SlotError("PartRefused", `the chain cannot execute the part: ${error.message}`, { cause: error });
  }
}
