import type { Provider } from "ethers";
import type { Follower, Source } from "../core/follower.ts";
import type { Chain } from "../chain.ts";
import type { FormedBatch } from "../batch/form-batch.ts";
import type { FormedResult } from "../batch/forming.ts";
import { priorityOperation } from "../predeploys/priority-operation.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../ground/protocol/ids.ts";
import type { StoredBatch } from "../../ground/protocol/stored-batch.ts";
import type { Prover } from "../../proofs/prover/prover.ts";
import type { Clock } from "../../ground/runtime/clock.ts";
import { MovableClock } from "../../ground/runtime/movable-clock.ts";
import { SharedExclusiveLock } from "../../ground/runtime/shared-exclusive-lock.ts";
import { MAX_UNEXECUTED_BATCHES } from "../settlement/pace/decide.ts";
import type { HeldProofs } from "../settlement/pace/proof-pace.ts";
import type { Quorum } from "../settlement/signing/quorum.ts";
import type { ChainVersions } from "../settlement-layer/reader/chain-versions.ts";
import type { SettlementBacklog } from "../settlement/settlement-run.ts";
import { SettlementError } from "../settlement/errors/settlement-error.ts";
import { atDepth, findExecutedBatch, readTotals, type ChainContract } from "../settlement/l1-sender/chain-reader.ts";
import type { ExecutableBatch } from "../settlement/l1-sender/executable-batch.ts";
import { settlesOnProvenChain, type ChainOnL1 } from "./described/chain-on-l1.ts";
import type { ChainStart } from "./described/chain-options.ts";
import type { Fault } from "./fault.ts";
import { createL1Contact, type L1Contact } from "./inflow/l1-contact.ts";
import type { ChainInputs } from "./inflow/l1-inputs.ts";
import { L1Intake, type DerivedOrder } from "./inflow/l1-intake.ts";
import type { LinkedChain } from "./linked/linked-chain.ts";
import { QueueOrder } from "./inflow/queue-order.ts";
import type { BatchProving } from "./settling/batch-proving.ts";
import type { BatchUpdate, Resealed, SettlingUpdate } from "./settling/batch-update.ts";
import { Resealing } from "./settling/resealing.ts";
import type { SettledBatch } from "./settling/settled-batch.ts";
import { SealedBatches } from "./settling/sealed-batches.ts";
import { Settling, type SettlingDependencies, type SettlingOptions } from "./settling/settling.ts";
import { restorableMember, type RestorableMember } from "./snapshot-member.ts";

/** Options of a chain's settlement on L1, and of its input. */
export interface ChainSettlement
  extends
    Pick<SettlingOptions, "posting" | "pace" | "factPatienceSeconds" | "confirmations" | "l1MayBeBehind" | "l1IsJournals">,
    Omit<SettlingDependencies, "clock" | "time" | "onUpdate"> {
  readonly quorum: Quorum;
  /** First L1 block whose roots of other chains the chain takes over; not after the chain's creation. */
  readonly rootsFrom: number;
  readonly onUpdate?: (update: BatchUpdate) => void;
}

interface L1LinkOptions {
  readonly chain: ChainOnL1;
  /** L1 block of the chain's creation. */
  readonly fromBlock: number;
  readonly start: Pick<ChainStart, "firstBatch" | "operationsTaken" | "unexecuted" | "before">;
}

interface L1LinkDependencies {
  readonly clock: Clock;
  /** The time of all chains of an ecosystem, where it has one. */
  readonly time?: MovableClock;
  readonly fault: Fault;
  /** Learns from L1 what the chain's looks at it find. */
  readonly versions: ChainVersions;
  /** The chain if its order is L1's queue alone. */
  readonly queue?: QueuedChain | undefined;
}

/** A chain whose order is L1's queue alone. */
interface QueuedChain {
  /** Time that the queue sets. */
  readonly time: MovableClock;
  /** Undefined until the chain runs. */
  readonly chain: () => Chain | undefined;
  /** Receives the fees of the operations. */
  readonly coinbase: Hex;
}

/** Batches that came through each stage, while neither chain nor settlement has stopped. */
type BatchProgress = Readonly<Record<"sealed" | "committed" | "proven" | "executed", number>>;

/**
 * Exchange between a chain and L1: batches are proven, settled, and rebuilt after a refusal; operations and roots are taken
 * in.
 */
export interface L1Link {
  /** Batches that L1 had executed when the link was opened. */
  readonly executed: bigint;
  /** Follows the chain, whose batches it settles. */
  readonly batches: Pick<SealedBatches, "begin" | "waiting"> & Follower<FormedResult>;
  /** Source of the chain's input from L1. */
  readonly intake: Source<unknown>;
  /** Whether a batch may be sealed now: not while many wait for L1, nor on an old view of it. */
  canSeal(): boolean;
  /** Looks at L1 where the view is old. Rejects with SettlementError L1Unreachable where that fails. */
  beforeSeal(): Promise<void>;
  /** Takes over what is new on L1; nothing while the sequencer is paused. Calls wait for each other. */
  pollL1(): Promise<ChainInputs>;
  /** Resolves when L1 has executed the batch; rejects with what stopped settlement. Also for those that others committed. */
  settled(batchNumber: BatchNumber): Promise<SettledBatch>;
  /** Speeds up all sealed batches, like Settling. */
  hurry(): void;
  /** Rebuilds batches that are not executed, like Resealing. A chain whose settlement has stopped continues. */
  reseal(fromBatch?: bigint, without?: bigint): Promise<Resealed>;
  /** Executable batch of Settling. */
  executable(batchNumber: BatchNumber): Promise<Omit<ExecutableBatch, "chainId"> | undefined>;
  /** Unexecuted batches of Settling. */
  unexecuted(): readonly FormedBatch[];
  progress(): BatchProgress;
  /** Pending proofs of Settling. */
  proving(): readonly BatchProving[];
  /** Why it waits for L1, or to show it a proof; undefined while it does not. */
  waitsFor(): string | undefined;
  /**
   * Why no batch is sealed although L1 answers: it shows no block that is young enough. Undefined where batches may
   * be sealed.
   */
  isBlind(): string | undefined;
  /** For snapshots of an ecosystem. */
  readonly member: RestorableMember;
  /** Resolves after all that the chain takes over. */
  quiet(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Reads where L1 stands, and settles what others left unexecuted: batches that others sealed may be executed before the chain
 * runs. Rejects with the provider's error.
 */
export async function openL1Link(
  { chain: onL1, fromBlock, start }: L1LinkOptions,
  settlement: ChainSettlement,
  { clock, time, fault, versions, queue }: L1LinkDependencies,
  chain: () => LinkedChain | undefined,
): Promise<L1Link> {
  const { onUpdate = () => undefined, l1MayBeBehind = false, confirmations = 1, ...given } = settlement;
  const { settlementChainId, hyperchain, configuration } = onL1;
  const [name, isOnProvenChain] = [`chain ${configuration.chainId}`, settlesOnProvenChain(configuration)];
  const clocks = { time: time ?? new MovableClock(clock), gate: settlement.gate ?? new SharedExclusiveLock({ clock }) };
  const named = { settlementChainId, hyperchain, name, isOnProvenChain };
  const quorum = queue === undefined ? given.quorum : undefined;
  const contact = createL1Contact((reason) => onUpdate({ type: "waiting", reason }));
  const settling: Settling = await Settling.open(
    { ...given, ...named, quorum, fromBlock, records: start.before?.records ?? [], confirmations, l1MayBeBehind },
    {
      ...{ ...given, ...clocks, clock },
      prover: inTurn(given.prover, configuration.chainId),
      onUpdate(update) {
        const passed = afterSettling(update, { fault, contact, resealing });
        if (passed?.type === "settled") tellExecuted(chain(), passed.batch, queue === undefined);
        if (passed !== undefined) onUpdate(passed);
      },
    },
  );
  const running = (): LinkedChain => required(chain(), `${name} does not run yet`);
  const intake = new L1Intake(
    { ...given, ...start, chain: onL1, confirmations, l1MayBeBehind },
    {
      ...{ ...clocks, l1: settlement.l1, contact, versions, onStop: fault.raise },
      onQueued: (operation) => onUpdate({ type: "queued", operation }),
      derivedOrder:
        queue &&
        derivedOrderOf({ chain: onL1, fromBlock, confirmations }, queue, {
          l1: settlement.l1,
          returning: () => ({ time: queue.time, settling, batches, fault }),
        }),
    },
  );
  const resealing = new Resealing(
    { name, automatic: !l1MayBeBehind, firstBatch: start.firstBatch },
    {
      chain: running,
      settling: () => settling,
      inTurn: (work) => intake.inTurn(`the resealing of ${name}`, work, true),
      waitingOperations: () => intake.waitingOperations(),
      ...{ onRewound: () => fault.clear(), onUpdate },
    },
  );
  for (const batch of start.unexecuted) settling.submit(batch);
  const executed = await settling.executed();
  const batches = new SealedBatches({ firstBatch: start.firstBatch, executed }, { settling, time });
  return {
    ...lookingBy(settling, intake, running),
    ...(queue === undefined ? {} : SEALED_BY_QUEUE),
    executed,
    batches,
    intake: sourceOf(intake, fault),
    settled: (batchNumber) => settling.settled(batchNumber),
    hurry: () => settling.hurry(batches.next),
    reseal: (fromBatch, without) => resealing.reseal(fromBatch, without),
    progress: () => progressOf(Number(batches.next), settling.backlog()),
    ...provingBy(settling, contact),
    member: restorableMember(running, settling),
    quiet: () => intake.quiet(),
    close: () => settling.close(),
  };
}

/** Returns the source that rewinds the chain's input to L1's state at a mark. */
function sourceOf(intake: L1Intake, fault: Fault): Source<unknown, ReturnType<L1Intake["checkpoints"]>> {
  return {
    name: "intake",
    on: () => undefined,
    mark: () => intake.checkpoints(),
    returnTo(checkpoints) {
      intake.returnTo(checkpoints);
      fault.clear();
    },
  };
}

interface GoingBack {
  /** The chain's. */
  readonly time: MovableClock;
  readonly settling: Settling;
  readonly batches: SealedBatches;
  readonly fault: Fault;
}

/**
 * Returns a chain, and its settlement, to the beginning of a batch, or to behind the last one that L1 has executed. Rejects
 * with RangeError where it has forgotten that batch, or with L1's error.
 */
async function rewind(chain: Chain, to: BatchNumber | "executed", { time, settling, batches, fault }: GoingBack): Promise<void> {
  const { sequencer } = chain;
  await settling.pause();
  const executed = await settling.executed();
  const wanted = to === "executed" ? executed : to;
  const first = wanted < sequencer.batchNumber ? wanted : sequencer.batchNumber;
  // Where that batch has not begun, the chain ends at what L1 has executed.
  if (first < sequencer.batchNumber || sequencer.hasOpenBatch) await chain.rewindWithoutReplay(first);
  if (to === "executed") batches.executedBefore(executed);
  await time.moveTo(sequencer.head.timestamp);
  fault.clear();
  settling.resume();
}

/** Rules of a chain whose queue decides the seals, during polls of L1. */
const SEALED_BY_QUEUE: Pick<L1Link, "canSeal" | "beforeSeal"> = { canSeal: () => true, beforeSeal: () => Promise.resolve() };

interface QueueOrderOptions extends Pick<L1LinkOptions, "chain" | "fromBlock"> {
  readonly confirmations: number;
}

function derivedOrderOf(
  { chain: { hyperchain, configuration }, fromBlock, confirmations }: QueueOrderOptions,
  { time, chain, coinbase }: QueuedChain,
  { l1, returning }: { readonly l1: Provider; readonly returning: () => GoingBack },
): DerivedOrder {
  // A record that was read before counts as long as L1 has its hash.
  let records: readonly StoredBatch[] = [];
  const contract = (): Promise<ChainContract> => atDepth({ provider: l1, hyperchain, fromBlock, records }, confirmations);
  const order = new QueueOrder(configuration, {
    ...{ l1, time },
    executedBatches: async () => (await readTotals(await contract())).executed,
    executed: async (batchNumber) => {
      const record = await findExecutedBatch(await contract(), batchNumber);
      if (record !== undefined) records = [record];
      return record;
    },
  });
  const running = (): Chain => required(chain(), `chain ${configuration.chainId} does not run yet`);
  return {
    derive: (queue) => order.derive(running(), queue, (operation) => priorityOperation(operation, coinbase)),
    rewind: (to) => rewind(running(), to, returning()),
    operationsTaken: () => running().operationsTaken(),
  };
}

function provingBy(
  settling: Settling,
  { reason }: L1Contact,
): Pick<L1Link, "proving" | "waitsFor" | "executable" | "unexecuted"> {
  return {
    executable: (batchNumber) => settling.executable(batchNumber),
    unexecuted: () => settling.unexecuted(),
    proving: () => settling.proving(),
    waitsFor: () => reason() ?? heldBack(settling.heldProofs()),
  };
}

/** Describes held proofs by a text that is constant while the same proofs wait. */
function heldBack(heldProofs: HeldProofs | undefined): string | undefined {
  if (heldProofs === undefined) return undefined;
  const { count, latestSeconds } = heldProofs;
  const latest = new Date(Number(latestSeconds) * 1000).toISOString().replace(".000", "");
  const proofs = count === 1 ? "1 proof is" : `${count} proofs are`;
  return `${proofs} kept back by the chain's pace, until ${latest} of the ecosystem's time at the latest; settle the chain to send them now`;
}

/** Handles an update of settlement; returns those of batches, which are passed on. */
function afterSettling(
  update: SettlingUpdate,
  { fault, contact, resealing }: { readonly fault: Fault; readonly contact: L1Contact; readonly resealing: Resealing },
): BatchUpdate | undefined {
  if (update.type === "stopped") fault.raise(update.error);
  else if (update.type === "trouble") contact.settlementWaits(update.trouble);
  else if (update.type === "refused") resealing.refused(update.refusal);
  else {
    if (update.type === "settled") resealing.executed();
    return update;
  }
  return undefined;
}

/** A chain of the queue alone forgets batches as it follows L1. */
function tellExecuted(chain: LinkedChain | undefined, { batch }: SettledBatch, isForgotten: boolean): void {
  if (isForgotten) chain?.executedOnL1(batch.outputs.batchNumber + 1n);
  chain?.resume();
}

function progressOf(sealed: number, { uncommitted, unproven, unexecuted }: SettlementBacklog): BatchProgress {
  return { sealed, committed: sealed - uncommitted, proven: sealed - unproven, executed: sealed - unexecuted };
}

function required<T>(value: T | undefined, otherwise: string): T {
  if (value === undefined) throw new TypeError(otherwise);
  return value;
}

/** A batch that is sealed on a view of L1 younger than the window leaves no operation out that is due. */
function lookingBy(
  settling: Settling,
  intake: L1Intake,
  chain: () => LinkedChain,
): Pick<L1Link, "pollL1" | "canSeal" | "beforeSeal" | "isBlind"> {
  const { view } = intake;
  const pollL1 = (): Promise<ChainInputs> => intake.poll(chain());
  return {
    pollL1,
    isBlind: () => (view.isStale() ? view.describe() : undefined),
    canSeal() {
      // Beyond, batches grow to their limits instead.
      if (settling.backlog().unexecuted >= MAX_UNEXECUTED_BATCHES) return false;
      if (!view.isOld()) return true;
      // The chain polls, and then seals. The next poll reports a failed one; one that finds a reorg stops the chain.
      void pollL1()
        .then(() => chain().sealFull())
        .catch(() => undefined);
      return false;
    },
    async beforeSeal() {
      if (view.isOld()) await pollL1();
      if (view.isOld()) throw new SettlementError("L1Unreachable", view.describe());
    },
  };
}

/** Lets chains that share a prover take turns by their names. */
function inTurn(prover: Pick<Prover, "proveBatch">, chain: ChainId): Pick<Prover, "proveBatch"> {
  return { proveBatch: (job, options) => prover.proveBatch(job, { ...options, chain }) };
}
