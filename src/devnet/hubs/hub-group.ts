import type { TransactionReceipt } from "ethers";
import { openGroup, type RunningNode } from "../../consensus/group.ts";
import type { GroupMessage } from "../../consensus/messages.ts";
import type { MemoryVotes } from "../../consensus/memory-votes.ts";
import type { Header } from "../../consensus/proposals.ts";
import { quorumOf } from "../../consensus/votes.ts";
import { NamedError } from "../../errors/named-error.ts";
import type { HubBlock } from "../../hub/hub-block.ts";
import { hubCertificate, hubVoteDomain } from "../../hub/hub-certificate.ts";
import { HubState } from "../../hub/hub-state.ts";
import type { HubError } from "../../hub/hub-error.ts";
import type { HubNode, OfferedEntry } from "../../hub/hub-node.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { HubHeader } from "../../protocol/hub-header.ts";
import type { Clock } from "../../runtime/clock.ts";
import { LocalNet } from "../../sequencing/local/local-net.ts";
import { EvidenceList, type VoteEvidence } from "../../sequencing/evidence-list.ts";
import { VoteKeys, type NodeKey } from "../../sequencing/local/vote-keys.ts";
import { rootOf } from "../../sequencing/root-of-life.ts";
import { VIEW_TIMES } from "../../sequencing/view-times.ts";
import { faultsOfLiars, type AggregatorCondition } from "./aggregator-faults.ts";
import { BlockBodies } from "./block-bodies.ts";
import type { DecidedBlocks } from "./decided-blocks.ts";
import { HubAggregator, type DecidedHere } from "./hub-aggregator.ts";
import type { HubOnL1 } from "./hub-landing.ts";
import type { HubOffers } from "./hub-offers.ts";
import type { HubProofs } from "./hub-proofs.ts";

interface HubGroupOptions {
  /** Keys of the aggregators, in the ascending order of their addresses: the hub's epoch 0 on L1. */
  readonly keys: readonly NodeKey[];
  readonly hub: Hex;
  readonly l1ChainId: bigint;
  /** A block is due at this age of the oldest offered batch that it may take, or at this number of batches. */
  readonly landing: { readonly maxAgeSeconds: number; readonly maxBatches: number };
}

interface HubGroupDependencies {
  readonly offers: HubOffers;
  readonly proofs: Pick<HubProofs, "prove">;
  readonly onL1: Pick<HubOnL1, "head" | "land">;
  readonly decided: DecidedBlocks;
  readonly clock: Clock;
  /** A new salt of the votes, which differs after each start. */
  readonly newLife: () => Hex;
  /** Runs a landing next to no snapshot. */
  readonly undisturbed: (work: () => Promise<void>) => Promise<void>;
  /** A node has failed, which none survives. */
  readonly onFailure: (error: unknown) => void;
}

const FIRST_VIEW = 1;
/** Time between two reads of the offers while an account waits for a landing. */
const LOOK_MS = 500;

/** Group between two starts. */
interface Life {
  readonly life: Hex;
  readonly keys: VoteKeys;
  readonly root: Header;
  readonly net: LocalNet<GroupMessage>;
  readonly aggregators: readonly HubAggregator[];
}

/** A decided block with its landing. */
interface LandedBlock {
  readonly block: HubBlock;
  readonly receipt: TransactionReceipt;
}

/**
 * Why a hub does not land. `AggregatorsSilent`: fewer than a quorum run; members show their batches alone. `HeadReplaced`: L1 has
 * another block of the number, with votes from before a return of L1.
 */
export class HubGroupError extends NamedError<"AggregatorsSilent" | "NothingOffered" | "Returned" | "Closed" | "HeadReplaced"> {
  override readonly name = "HubGroupError";
}

/** Aggregators of a hub in one process, which decide its blocks together and land them on L1. */
export class HubGroup {
  readonly #options: HubGroupOptions;
  readonly #dependencies: HubGroupDependencies;
  readonly #nodes = new Map<number, RunningNode>();
  #silent: ReadonlySet<number> = new Set();
  #liars: ReadonlySet<number> = new Set();
  readonly #evidence = new EvidenceList();
  #isResting = false;
  readonly #bodies = new BlockBodies();
  readonly #decided: DecidedBlocks;
  #life: Life;
  #waiting = Promise.withResolvers<LandedBlock>();
  #offered: readonly OfferedEntry[] = [];
  #offeredSinceMs: number | undefined;
  #isDue = false;
  #landing: Promise<void> = Promise.resolve();
  /** Aborted when L1 returns or the hub closes: a proof of a block takes minutes. */
  #proving = new AbortController();
  #isClosed = false;

  constructor(options: HubGroupOptions, dependencies: HubGroupDependencies) {
    this.#options = options;
    this.#dependencies = dependencies;
    this.#decided = dependencies.decided;
    this.#life = this.#begun(FIRST_VIEW);
    this.#startNodes();
    this.#waiting.promise.catch(() => undefined);
  }

  /** The newest decided block; undefined before the first. */
  get block(): HubBlock | undefined {
    return this.#decided.newest;
  }

  /** The decided block of a number; undefined if there is none, or 1,024 later ones are landed. */
  blockAt(number: bigint): HubBlock | undefined {
    return this.#decided.at(number)?.block;
  }

  /** State after the newest decided block. */
  get state(): HubState {
    return this.#newestNode?.state ?? HubState.empty();
  }

  /** Number of the newest block that L1 has, as of the newest read; 0 before the first. */
  get landedCount(): bigint {
    return this.#decided.landedCount;
  }

  /** Each aggregator with the number of the newest block that it has. */
  get aggregators(): readonly { readonly address: Hex; readonly isRunning: boolean; readonly block: bigint }[] {
    return this.#options.keys.map(({ address }, index) => {
      const block = this.#life.aggregators[index]?.node.header.number ?? 0n;
      return { address, isRunning: this.#nodes.has(index), block };
    });
  }

  /** Contrary votes of aggregators in this life. */
  get evidence(): readonly VoteEvidence[] {
    return this.#evidence.pairs;
  }

  /** Indexes of the aggregators that run. */
  get running(): readonly number[] {
    return [...this.#nodes.keys()];
  }

  /** Starts an aggregator with the votes that it has cast. */
  start(index: number): void {
    this.#silent = new Set([...this.#silent].filter((each) => each !== index));
    this.#startNodes();
  }

  /** Stops an aggregator: it sends nothing until it starts again. */
  async silence(index: number): Promise<void> {
    this.#silent = new Set([...this.#silent, index]);
    await this.#stopNode(index);
  }

  /** Aggregators of other conditions than "honest", by index; while the group rests, when it ends its rest. */
  setConditions(conditions: ReadonlyMap<number, AggregatorCondition>): void {
    const indexesOf = (chosen: AggregatorCondition): ReadonlySet<number> =>
      new Set([...conditions].filter(([, condition]) => condition === chosen).map(([index]) => index));
    [this.#silent, this.#liars] = [indexesOf("silent"), indexesOf("equivocating")];
    for (const index of this.#silent) this.#stopNode(index).catch(this.#dependencies.onFailure);
    this.#startNodes();
  }

  /** Reads the members' offers, and has a block decided if one is due. */
  async look(): Promise<void> {
    await this.#readOffers();
    const { landing } = this.#options;
    if (this.#offeredSinceMs === undefined) return;
    const ageMs = this.#dependencies.clock.nowMs() - this.#offeredSinceMs;
    const isDue = ageMs >= landing.maxAgeSeconds * 1_000 || this.#offered.length >= landing.maxBatches;
    if (isDue && this.#reasonsAgainstAll().length === 0) this.#begin();
  }

  /**
   * Has a block of all offered batches decided now, at most 16, and landed on L1. Resolves with the block and its transaction.
   * Rejects with HubGroupError, also if L1 executes the offered batches before they are decided, or with L1's error.
   */
  async land(): Promise<LandedBlock> {
    const { length: count } = this.#options.keys;
    const needed = quorumOf(count);
    if (this.#nodes.size < needed)
      throw new HubGroupError(
        "AggregatorsSilent",
        `${this.#nodes.size} of ${count} aggregators run, and ${needed} decide; start some, or wait until members show batches alone`,
      );
    await this.#readOffers();
    this.#requireOffer();
    const before = this.#decided.count;
    const landed = this.#waiting.promise;
    this.#begin();
    let isEnded = false;
    const end = (): void => void (isEnded = true);
    void landed.then(end, end);
    for (;;) {
      await Promise.race([landed.catch(() => undefined), this.#delay(LOOK_MS)]);
      await this.#readOffers();
      if (isEnded || this.#decided.count > before) return landed;
      // L1 may have executed the batches since they were offered: no aggregator votes for them then.
      try {
        this.#requireOffer();
      } catch (error) {
        this.#rest();
        throw error;
      }
    }
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

  #delay(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#dependencies.clock.after(ms, resolve));
  }

  /** Stops all aggregators and finishes landings, for a return of L1. Resolves with the function that starts them again. */
  async rest(): Promise<(isReturned: boolean) => Promise<void>> {
    this.#isResting = true;
    const views = [...this.#nodes.values()].map(({ state }) => state.view);
    await Promise.all(this.running.map((index) => this.#stopNode(index)));
    this.#proving.abort(new HubGroupError("Returned", "L1 returns to an earlier state; land the hub's next block again"));
    await this.#landing;
    this.#proving = new AbortController();
    return async (isReturned) => {
      if (!isReturned) this.#landDecided();
      if (isReturned) await this.#return(Math.max(this.#life.root.view, ...views) + 1);
      this.#isResting = false;
      this.#startNodes();
    };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    const closed = new HubGroupError("Closed", "the hub was closed; start it again");
    this.#fail(closed);
    this.#proving.abort(closed);
    await Promise.all(this.running.map((index) => this.#stopNode(index)));
    await this.#landing;
  }

  /** Starts all aggregators that neither run nor are silent. */
  #startNodes(): void {
    if (this.#isResting) return;
    for (const index of this.#options.keys.keys()) if (!this.#silent.has(index)) this.#startNode(index);
  }

  #startNode(index: number): void {
    const { clock, onFailure } = this.#dependencies;
    const { life, aggregators, keys, root, net } = this.#life;
    const aggregator = aggregators[index];
    if (aggregator === undefined || this.#nodes.has(index) || this.#isClosed) return;
    const node = openGroup({
      ...{ voters: keys, self: index, root, firstView: root.view + 1, ...VIEW_TIMES },
      ...{ store: aggregator.store, net: net.of(index), workshop: aggregator, clock },
      sign: (vote) => Promise.resolve(keys.sign(index, vote, Math.floor(clock.nowMs() / 1_000))),
      signerOf: (vote) => keys.signerOf(vote),
      onEvidence: (first, second) => {
        this.#evidence.add({ life, signer: addressOf(this.#options.keys, first.voter), first, second });
      },
      onFailure: (error) => {
        if (!this.#isClosed) onFailure(error);
      },
    });
    this.#nodes.set(index, node);
    node.work(this.#isDue);
  }

  async #stopNode(index: number): Promise<void> {
    const node = this.#nodes.get(index);
    this.#nodes.delete(index);
    await node?.close();
  }

  async #readOffers(): Promise<void> {
    const { offers, clock } = this.#dependencies;
    this.#offered = await offers.read(this.state);
    this.#offeredSinceMs = this.#offered.length === 0 ? undefined : (this.#offeredSinceMs ?? clock.nowMs());
  }

  get #newestNode(): HubNode | undefined {
    const [newest] = this.#life.aggregators.toSorted((a, b) => Number(b.node.header.number - a.node.header.number));
    return newest?.node;
  }

  /** Reasons of the hub against the offered batches; none if a batch fits its next block. */
  #reasonsAgainstAll(): readonly HubError[] {
    const reasons: HubError[] = [];
    const block = this.#newestNode?.build(this.#offered, (_, reason) => reasons.push(reason));
    return block === undefined ? reasons : [];
  }

  #begin(): void {
    this.#isDue = true;
    this.#setWork(true);
  }

  /** Waits until a block is due again. */
  #rest(): void {
    this.#isDue = false;
    this.#setWork(false);
  }

  #setWork(hasWork: boolean): void {
    for (const node of this.#nodes.values()) node.work(hasWork);
  }

  #onDecided({ block, before, view }: DecidedHere, store: MemoryVotes): void {
    if (block.header.number <= this.#decided.count) return;
    const { keys, life } = this.#life;
    const voters = { epoch: keys.epoch, life, addresses: this.#options.keys.map(({ address }) => address) };
    const [record] = store.decisionsAbove(view - 1, 1);
    const certificate = record && hubCertificate(block.header, record, voters);
    if (certificate === undefined) return;
    this.#decided.add({ block, certificate, before });
    [this.#isDue, this.#offeredSinceMs] = [false, undefined];
    this.#setWork(false);
    this.#landDecided();
  }

  #landDecided(): void {
    this.#landing = this.#landing.then(() => this.#landAll());
  }

  /** Lands decided blocks in their order. A block that does not land waits for the next one. */
  async #landAll(): Promise<void> {
    const { onL1, proofs, undisturbed } = this.#dependencies;
    const { signal } = this.#proving;
    try {
      for (;;) {
        const head = await onL1.head();
        requireDecided(this.#decided, head);
        this.#decided.landed(head.number);
        const next = this.#decided.at(head.number + 1n);
        if (next?.certificate === undefined || this.#isClosed) return;
        const { block, certificate, before } = next;
        const shown = await proofs.prove(block, before, signal);
        let receipt: TransactionReceipt | undefined;
        await undisturbed(async () => {
          receipt = await onL1.land(block, shown, certificate);
        });
        if (receipt === undefined) return;
        const landed = { block, receipt };
        const { resolve } = this.#waiting;
        this.#renew();
        resolve(landed);
      }
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Group without votes, from the decided blocks. */
  #begun(firstView: number): Life {
    const { keys: nodeKeys, hub, l1ChainId } = this.#options;
    const { newLife, offers } = this.#dependencies;
    const life = newLife();
    const domain = hubVoteDomain(l1ChainId, hub, life);
    const root = rootOf({ domain, firstView });
    const parts = {
      offers,
      bodies: this.#bodies,
      due: () => (this.#isDue ? this.#offered : undefined),
      onProposed: () => this.#setWork(false),
      onDecided: (decided: DecidedHere, store: MemoryVotes) => this.#onDecided(decided, store),
    };
    const keys = new VoteKeys(nodeKeys, domain);
    return {
      ...{ life, root, keys },
      net: new LocalNet(faultsOfLiars((index) => this.#liars.has(index), keys)),
      aggregators: nodeKeys.map(() => new HubAggregator(root.id, this.#decided.node(), parts)),
    };
  }

  /** L1 has returned to an earlier state: the next life begins with the blocks that are landed there. */
  async #return(firstView: number): Promise<void> {
    const { number } = await this.#dependencies.onL1.head();
    this.#decided.cutAfter(number);
    [this.#isDue, this.#offeredSinceMs] = [false, undefined];
    // Votes of the life that ends are of blocks that L1 has undone.
    this.#evidence.forget(this.#life.life);
    this.#life = this.#begun(firstView);
    this.#fail(new HubGroupError("Returned", "L1 has returned to an earlier state; land the hub's next block again"));
  }

  #fail(error: unknown): void {
    const { reject } = this.#waiting;
    this.#renew();
    reject(error);
  }

  #renew(): void {
    this.#waiting = Promise.withResolvers();
    this.#waiting.promise.catch(() => undefined);
  }
}

/** Throws RangeError for a voter without a key: evidence against no account would be reported in vain. */
function addressOf(keys: readonly NodeKey[], voter: number): Hex {
  const key = keys[voter];
  if (key === undefined) throw new RangeError(`voter ${voter} has no key; the hub has ${keys.length} keys`);
  return key.address;
}

/**
 * Throws HubGroupError HeadReplaced if these aggregators did not decide L1's newest block in this life. Any account lands a block
 * of an earlier life, whose votes count on L1.
 */
function requireDecided(decided: DecidedBlocks, { number, contents, parent, state }: HubHeader): void {
  const header = decided.at(number)?.block.header;
  const isSame = header?.contents === contents && header.parent === parent && header.state === state;
  // Blocks that are no longer in memory were compared before.
  if (header === undefined ? number <= decided.count : isSame) return;
  throw new HubGroupError(
    "HeadReplaced",
    `L1 has another block ${number} of the hub, which was decided before L1 returned to an earlier state; members show their batches alone: name the hub otherwise`,
  );
}
