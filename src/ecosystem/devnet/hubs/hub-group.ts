import type { MemoryVotes } from "../../../chain/consensus/memory-votes.ts";
import { quorumOf } from "../../../chain/consensus/votes.ts";
import type { HubBlock, HubBlockOnL1 } from "../../hub/hub-block.ts";
import { hubCertificate } from "../../hub/hub-certificate.ts";
import type { HubState } from "../../hub/hub-state.ts";
import type { HubError } from "../../hub/hub-error.ts";
import { HubNode, type OfferedEntry } from "../../hub/hub-node.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import { hashHubHeader } from "../../../ground/protocol/hub-header.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { EvidenceList, type EvidenceStore, type VoteEvidence } from "../../sequencing/evidence-list.ts";
import { adoptHead } from "./adopt-head.ts";
import type { AggregatorCondition } from "./aggregator-faults.ts";
import { BlockBodies } from "./block-bodies.ts";
import type { DecidedBlock, DecidedBlocks } from "./decided-blocks.ts";
import { HubGroupError } from "./hub-group-error.ts";
import type { DecidedHere } from "./hub-aggregator.ts";
import type { HubEpoch, HubOnL1, ScheduledEpoch } from "./hub-landing.ts";
import type { HubLife } from "./hub-life.ts";
import { LandingWaits, type LandedBlock } from "./landing-waits.ts";
import { LocalHubLife } from "./local-hub-life.ts";
import type { AggregatorProcesses } from "./aggregator-processes.ts";
import { RemoteHubLife } from "./remote-hub-life.ts";
import type { HubOffers } from "./hub-offers.ts";
import type { HubProofs } from "./hub-proofs.ts";

interface HubGroupOptions {
  /** The epoch that L1 counts now. */
  readonly epoch: HubEpoch;
  readonly hub: Hex;
  readonly l1ChainId: bigint;
  /** A block is due at this age of the oldest offered batch that it may take, or at this number of batches. */
  readonly landing: { readonly maxAgeSeconds: number; readonly maxBatches: number };
}

interface HubGroupDependencies {
  readonly offers: HubOffers;
  readonly proofs: Pick<HubProofs, "prove">;
  readonly onL1: Pick<HubOnL1, "head" | "epoch" | "land" | "landedBlock" | "landingOf" | "schedule" | "scheduled">;
  /** Private key of an aggregator; undefined for one of another process. */
  readonly keyOf: (address: Hex) => Hex | undefined;
  /** Processes of the aggregators. Default: they run in this process. */
  readonly processes?: AggregatorProcesses | undefined;
  readonly decided: DecidedBlocks;
  /** Contrary votes beyond the process. Default: they end with it. */
  readonly evidence?: EvidenceStore | undefined;
  readonly clock: Clock;
  /** A new salt of the votes, which differs after each start. */
  readonly newLife: () => Hex;
  /** Runs a landing next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
  /** A node has failed, which none survives. */
  readonly onFailure: (error: unknown) => void;
}

interface AggregatorStanding {
  readonly address: Hex;
  readonly isRunning: boolean;
  /** Number of the newest block that it has. */
  readonly block: bigint;
  /** Failure of its process, with its restarts; undefined while it runs. */
  readonly failure: string | undefined;
}

const FIRST_VIEW = 1;
/** Time between two reads of the offers while an account waits for a landing. */
const LOOK_MS = 500;
/** Reads of the offers while a quorum runs and decides nothing: two minutes, so that several aggregators lead. */
const MAX_READS = 240;

/**
 * Aggregators of a hub, which decide its blocks together, and their landings on L1. They are those that L1 counts: with
 * another epoch, and after a return of L1, another life of the group begins.
 */
export class HubGroup {
  readonly #options: HubGroupOptions;
  readonly #dependencies: HubGroupDependencies;
  /** Keys of silent and of lying aggregators, which may be of another epoch. */
  #silent: ReadonlySet<Hex> = new Set();
  #liars: ReadonlySet<Hex> = new Set();
  readonly #evidence: EvidenceList;
  #isResting = false;
  readonly #bodies = new BlockBodies();
  readonly #decided: DecidedBlocks;
  #life: HubLife;
  readonly #waits = new LandingWaits();
  #offered: readonly OfferedEntry[] = [];
  /** Number of the block before that of the offers. */
  #offeredAfter = 0n;
  #offeredSinceMs: number | undefined;
  #isDue = false;
  /** Landings and changes of the epoch, in sequence. */
  #landing: Promise<void> = Promise.resolve();
  /** Number of landings that are requested and have not ended. */
  #landings = 0;
  #following: Promise<void> | undefined;
  /** Aborted when L1 returns or the hub closes: a proof of a block takes minutes. */
  #proving = new AbortController();
  #isClosed = false;

  constructor(options: HubGroupOptions, dependencies: HubGroupDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#decided = dependencies.decided;
    this.#evidence = new EvidenceList(dependencies.evidence);
    this.#life = this.#begun(FIRST_VIEW, options.epoch);
    this.#startNodes();
  }

  /** The newest decided block; undefined before the first. */
  get block(): HubBlock | HubBlockOnL1 | undefined {
    return this.#decided.newest;
  }

  /** The decided block of a number; undefined if there is none, or 1,024 later ones are landed. */
  blockAt(number: bigint): HubBlock | HubBlockOnL1 | undefined {
    return this.#decided.at(number)?.block;
  }

  /** State after the newest decided block. */
  get state(): HubState {
    return this.#newestNode.state;
  }

  /** Number of the newest block that L1 has, as of the newest read; 0 before the first. */
  get landedCount(): bigint {
    return this.#decided.landedCount;
  }

  /** Number of the epoch whose aggregators decide now. */
  get epoch(): number {
    return this.#life.epoch.number;
  }

  /** The epoch after the present one; undefined if none is scheduled. Rejects with L1's error. */
  scheduled(): Promise<ScheduledEpoch | undefined> {
    return this.#dependencies.onL1.scheduled();
  }

  /**
   * Schedules the aggregators of the next epoch. It follows pending landings, because the same account pays for these. Rejects
   * with L1's error.
   */
  schedule(next: readonly Hex[]): Promise<void> {
    const { onL1, undisturbed } = this.#dependencies;
    const sent = this.#landing.then(() => undisturbed(() => onL1.schedule(next.toSorted())));
    this.#landing = sent.catch(() => undefined);
    return sent;
  }

  /** Aggregators of the epoch. */
  get aggregators(): readonly AggregatorStanding[] {
    const { epoch, running } = this.#life;
    return epoch.aggregators.map((address, index) => ({
      address,
      isRunning: running.includes(index),
      block: this.#life.blockOf(index),
      failure: this.#life.failureOf(index),
    }));
  }

  /** Contrary votes of aggregators since the last return of L1, also of earlier processes. */
  get evidence(): readonly VoteEvidence[] {
    return this.#evidence.pairs;
  }

  /** Indexes of the aggregators that run. */
  get running(): readonly number[] {
    return this.#life.running;
  }

  /** Starts the aggregator with this index of the epoch with the votes that it has cast. */
  start(index: number): void {
    const address = this.#addressOf(index);
    this.#silent = new Set([...this.#silent].filter((each) => each !== address));
    this.#startNodes();
  }

  /** Stops the aggregator with this index of the epoch: it sends nothing until it starts again. */
  async silence(index: number): Promise<void> {
    const address = this.#addressOf(index);
    if (address !== undefined) this.#silent = new Set([...this.#silent, address]);
    await this.#life.stop(index);
  }

  /** Aggregators of other conditions than "honest", by their keys; while the group rests, when it ends its rest. */
  setConditions(conditions: ReadonlyMap<Hex, AggregatorCondition>): void {
    const keysOf = (chosen: AggregatorCondition): ReadonlySet<Hex> =>
      new Set([...conditions].filter(([, condition]) => condition === chosen).map(([key]) => key));
    [this.#silent, this.#liars] = [keysOf("silent"), keysOf("equivocating")];
    for (const [index, key] of this.#life.epoch.aggregators.entries())
      if (this.#silent.has(key)) this.#life.stop(index).catch(this.#dependencies.onFailure);
    this.#startNodes();
  }

  /** Reads the members' offers, and has a block decided if one is due. Begins to follow another epoch of L1. */
  async look(): Promise<void> {
    if (await this.#isOfOtherEpoch()) return void this.#follow().catch((error: unknown) => this.#waits.fail(error));
    await this.#readOffers();
    const { landing } = this.#options;
    if (this.#offeredSinceMs === undefined) return;
    const ageMs = this.#dependencies.clock.nowMs() - this.#offeredSinceMs;
    const isDue = ageMs >= landing.maxAgeSeconds * 1_000 || this.#offered.length >= landing.maxBatches;
    if (isDue && this.#reasonsAgainstAll().length === 0) this.#begin();
  }

  /**
   * Decides a block of all offered batches now, at most 16, and lands it on L1. If nothing is offered and a decided block
   * waits, that one lands. Resolves with the block and its transaction, which another account may have sent. Rejects with
   * HubGroupError, also if L1 executes the offered batches before they are decided, or with L1's error.
   */
  async land(): Promise<LandedBlock> {
    if (await this.#isOutdated()) await this.#follow();
    this.#requireQuorum();
    do await this.#readOffers();
    while (this.#offeredAfter !== this.#newestNode.header.number);
    const pending = this.#decided.pending.map(({ block }) => block);
    if (this.#offered.length === 0 && pending.length > 0) {
      this.#landDecided();
      return this.#landed(this.#waits.add(pending.slice(0, -1)));
    }
    this.#requireOffer();
    this.#begin();
    return this.#landed(this.#waits.add(pending));
  }

  /** Requests a block until one lands. Rejects if it can no longer be decided. */
  async #landed(landed: Promise<LandedBlock>): Promise<LandedBlock> {
    for (let reads = 0; ; reads++) {
      await Promise.race([landed, this.#delay(LOOK_MS)]);
      await this.#readOffers();
      const ended = await Promise.race([landed, Promise.resolve(undefined)]);
      if (ended !== undefined) return ended;
      if (this.#landings > 0) reads = 0;
      else this.#repeatRequest(reads);
    }
  }

  /** Requests a block once more while none is decided. Throws if none follows, or if none was decided after all reads. */
  #repeatRequest(reads: number): void {
    try {
      // L1 may have executed the batches since they were offered: no aggregator votes for them then.
      this.#requireOffer();
      if (reads >= MAX_READS) this.#refuseUndecided();
    } catch (error) {
      this.#rest();
      throw error;
    }
    // A leader may have died after its proposal.
    this.#begin();
  }

  #refuseUndecided(): never {
    this.#requireQuorum();
    throw new HubGroupError(
      "Undecided",
      `${this.running.length} aggregators run and decided no block in ${(MAX_READS * LOOK_MS) / 1_000} seconds; compare their blocks in hyperchain:hub, start the ecosystem again if some lag, or wait until members show batches alone`,
    );
  }

  #requireQuorum(): void {
    const { length: count } = this.#life.epoch.aggregators;
    const { length: running } = this.running;
    const needed = quorumOf(count);
    if (running >= needed) return;
    throw new HubGroupError(
      "AggregatorsSilent",
      `${running} of ${count} aggregators run, and ${needed} decide; start some, or wait until members show batches alone`,
    );
  }

  /** Throws HubGroupError if no block follows from the offers: its caller would wait until a member offers another batch. */
  #requireOffer(): void {
    const [refusal] = this.#dependencies.offers.refusals;
    if (this.#offered.length === 0 && refusal === undefined)
      throw new HubGroupError("NothingOffered", "no member offers a batch now; seal one, and wait until L1 stores it");
    const reason = this.#offered.length === 0 ? refusal : this.#reasonsAgainstAll()[0];
    if (reason !== undefined)
      throw new HubGroupError("NothingOffered", `no offered batch fits the next block: ${reason.message}`, { cause: reason });
  }

  #delay(ms: number): Promise<undefined> {
    return new Promise((resolve) => void this.#dependencies.clock.after(ms, () => resolve(undefined)));
  }

  /** Stops all aggregators and finishes landings, for a return of L1. Resolves with the function that starts them again. */
  async rest(): Promise<(isReturned: boolean) => Promise<void>> {
    this.#isResting = true;
    await this.#life.rest();
    this.#proving.abort(new HubGroupError("Returned", "L1 returns to an earlier state; land the hub's next block again"));
    await this.#landing;
    this.#proving = new AbortController();
    return async (isReturned) => {
      if (!isReturned) this.#landDecided();
      if (isReturned) await this.#return();
      this.#isResting = false;
      this.#startNodes();
    };
  }

  /** Processes of the aggregators; undefined for one that is dead, or runs in this process. */
  get pids(): readonly (number | undefined)[] {
    return this.#life.epoch.aggregators.map((_, index) => this.#life.pidOf(index));
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new HubGroupError("Closed", "the hub was closed; start it again");
    this.#waits.fail(closed);
    this.#proving.abort(closed);
    await this.#life.end();
    await this.#landing;
    await this.#dependencies.processes?.close();
  }

  /** Starts all aggregators that neither run nor are silent. */
  #startNodes(): void {
    if (this.#isResting || this.#isClosed) return;
    for (const [index, key] of this.#life.epoch.aggregators.entries())
      if (!this.#silent.has(key)) this.#life.start(index, this.#isDue);
  }

  #addressOf(index: number): Hex | undefined {
    return this.#life.epoch.aggregators[index];
  }

  async #readOffers(): Promise<void> {
    const { offers, clock } = this.#dependencies;
    const { header, state } = this.#newestNode;
    this.#offered = await offers.read({ header, state });
    this.#offeredAfter = header.number;
    this.#offeredSinceMs = this.#offered.length === 0 ? undefined : (this.#offeredSinceMs ?? clock.nowMs());
  }

  /** Reasons of the hub against the offered batches; none if a batch fits its next block. */
  #reasonsAgainstAll(): readonly HubError[] {
    const reasons: HubError[] = [];
    const block = this.#newestNode.build(this.#offered, (_, reason) => reasons.push(reason));
    return block === undefined ? reasons : [];
  }

  #begin(): void {
    this.#isDue = true;
    this.#life.work(true);
  }

  /** Waits until a block is due again. */
  #rest(): void {
    this.#isDue = false;
    this.#life.work(false);
  }

  #onDecided({ block, before, view }: DecidedHere, store: MemoryVotes): void {
    if (block.header.number <= this.#decided.count) return;
    const { life, epoch } = this.#life;
    const voters = { epoch: epoch.number, life, addresses: epoch.aggregators };
    const [record] = store.decisionsAbove(view - 1, 1);
    const certificate = record && hubCertificate(block.header, record, voters);
    if (certificate === undefined) return;
    this.#decided.add({ block, certificate, before });
    this.#dependencies.offers.noteDecided(block, before);
    [this.#isDue, this.#offeredSinceMs] = [false, undefined];
    this.#life.work(false);
    this.#landDecided();
  }

  #landDecided(): void {
    this.#landings++;
    const land = async (): Promise<void> => {
      try {
        await this.#landAll();
        if ((await this.#ownHead()) === undefined) await this.#continueFromL1();
      } catch (error) {
        this.#waits.fail(error);
      }
      this.#landings--;
    };
    this.#landing = this.#landing.then(land);
  }

  /** Lands decided blocks in their order after L1's block. A block that does not land waits for the next one. */
  async #landAll(): Promise<void> {
    for (;;) {
      const head = await this.#ownHead();
      if (head === undefined) return;
      await this.#noteLanded(head);
      const next = this.#decided.at(head + 1n);
      if (next?.certificate === undefined || this.#isClosed || !(await this.#landOne(next))) return;
    }
  }

  /** Notes the blocks up to this one as landed, with the transactions of other accounts that landed them. */
  async #noteLanded(number: bigint): Promise<void> {
    const byOthers = this.#decided.pending.filter(({ block }) => block.header.number <= number);
    this.#decided.landed(number);
    for (const { block } of byOthers) {
      const transactionHash = await this.#dependencies.onL1.landingOf(block.header.number, hashHubHeader(block.header));
      if (transactionHash !== undefined) this.#waits.landed({ block, transactionHash });
    }
  }

  /** Lands a block. Resolves with false if the return of a snapshot stops it. Rejects with L1's error. */
  async #landOne({ block, certificate, before }: DecidedBlock): Promise<boolean> {
    const { onL1, proofs, undisturbed } = this.#dependencies;
    const shown = await proofs.prove(block, before, this.#proving.signal);
    let transactionHash: Hex | undefined;
    try {
      await undisturbed(async () => {
        transactionHash = await onL1.land(block, shown, certificate);
      });
    } catch (error) {
      // Another account may have landed it, or another block, a moment before: the votes are public.
      if ((await onL1.head()).number < block.header.number) throw error;
      return true;
    }
    if (transactionHash === undefined) return false;
    this.#decided.landed(block.header.number);
    this.#waits.landed({ block, transactionHash });
    return true;
  }

  /** Continues from a block of L1 that these aggregators did not decide, and has the batches of theirs decided again. */
  async #continueFromL1(): Promise<void> {
    await this.#renewLife();
    await this.#readOffers();
    if (this.#offered.length > 0 && this.#reasonsAgainstAll().length === 0) this.#begin();
  }

  /** True if L1 counts other aggregators, or has a block that these did not decide. */
  async #isOutdated(): Promise<boolean> {
    return (await this.#isOfOtherEpoch()) || (await this.#ownHead()) === undefined;
  }

  /** Number of L1's block; undefined if these aggregators did not decide it. */
  async #ownHead(): Promise<bigint | undefined> {
    const head = await this.#dependencies.onL1.head();
    return this.#decided.has(head.number, hashHubHeader(head)) ? head.number : undefined;
  }

  async #isOfOtherEpoch(): Promise<boolean> {
    const { number } = await this.#dependencies.onL1.epoch();
    return number !== this.#life.epoch.number;
  }

  /** Begins the life of L1's aggregators from L1's block, after all landings. Rejects as `adoptHead`. */
  #follow(): Promise<void> {
    this.#following ??= this.#landing.then(() => this.#catchUp()).finally(() => (this.#following = undefined));
    this.#landing = this.#following.catch(() => undefined);
    return this.#following;
  }

  async #catchUp(): Promise<void> {
    await this.#life.rest();
    try {
      // L1 counts the votes of the epoch before for one more notice. A block that it refuses is decided again.
      await this.#landAll().catch((error: unknown) => this.#waits.fail(error));
      if (this.#isResting || this.#isClosed) return;
      if (await this.#isOutdated()) await this.#renewLife();
    } finally {
      this.#startNodes();
    }
  }

  get #newestNode(): HubNode {
    return this.#life.newestNode ?? HubNode.begin();
  }

  /** Group without votes, from the decided blocks. */
  #begun(firstView: number, epoch: HubEpoch): HubLife {
    const { hub, l1ChainId } = this.#options;
    const { newLife, offers, clock, keyOf, onFailure, processes } = this.#dependencies;
    const parts = {
      offers,
      bodies: this.#bodies,
      due: (after: bigint) => (this.#isDue && this.#offeredAfter === after ? this.#offered : undefined),
      onProposed: () => this.#life.work(false),
      onDecided: (decided: DecidedHere, store: MemoryVotes) => this.#onDecided(decided, store),
    };
    const surroundings = {
      hub,
      l1ChainId,
      clock,
      keyOf,
      parts,
      onFailure,
      isLiar: (index: number) => this.#liars.has(epoch.aggregators[index] ?? "0x"),
      onEvidence: (evidence: VoteEvidence) => this.#evidence.add(evidence),
    };
    const beginning = { life: newLife(), epoch, firstView, newNode: () => this.#decided.node() };
    return processes === undefined
      ? new LocalHubLife(surroundings, beginning)
      : new RemoteHubLife(surroundings, beginning, processes);
  }

  /** Ends the life, and begins that of L1's aggregators with the blocks that are landed there. */
  async #renewLife(): Promise<void> {
    const { onL1 } = this.#dependencies;
    await this.#life.rest();
    try {
      const epoch = await onL1.epoch();
      await adoptHead(this.#decided, onL1);
      await this.#life.end();
      this.#life = this.#begun(this.#life.view + 1, epoch);
    } finally {
      this.#startNodes();
    }
  }

  /** L1 has returned to an earlier state. */
  async #return(): Promise<void> {
    [this.#isDue, this.#offeredSinceMs] = [false, undefined];
    // Votes of the life that ends are of blocks that L1 has undone.
    this.#evidence.forget(this.#life.life);
    await this.#renewLife();
    this.#waits.fail(new HubGroupError("Returned", "L1 has returned to an earlier state; land the hub's next block again"));
  }
}
