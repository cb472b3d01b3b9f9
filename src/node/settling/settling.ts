import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../../chain/batch/form-batch.ts";
import type { Clock } from "../../runtime/clock.ts";
import { MovableClock } from "../../runtime/movable-clock.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../protocol/ids.ts";
import type { BatchCommitment } from "../../protocol/quorum.ts";
import type { Prover } from "../../prover/prover.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import { approvalsIn, reduceJournal } from "../../settlement/journal/progress.ts";
import { patientReader, readTotals } from "../../settlement/l1-sender/chain-reader.ts";
import type { BatchTotals, L1Reader } from "../../settlement/l1-sender/chain-reader.ts";
import { revertBatches } from "../../settlement/l1-sender/revert.ts";
import { createL1Retry } from "../../settlement/l1-sender/l1-retry.ts";
import type { L1Retry, L1Trouble } from "../../settlement/l1-sender/l1-retry.ts";
import type { SettlementStage, StageDelay } from "../../settlement/l1-sender/sender-context.ts";
import { createTransactor } from "../../settlement/l1-sender/transactor.ts";
import type { Transactor } from "../../settlement/l1-sender/transactor.ts";
import type { PaceRules } from "../../settlement/pace/decide.ts";
import { PaceOfRuns } from "../../settlement/pace/proof-pace.ts";
import type { HeldProofs, PaceDependencies } from "../../settlement/pace/proof-pace.ts";
import type { Quorum } from "../../settlement/quorum.ts";
import { openSettlement } from "../../settlement/settlement.ts";
import type { Settlement, SettlementBacklog } from "../../settlement/settlement.ts";
import type { PostingPolicy } from "../../settlement/settlement-batch.ts";
import { SettlementError } from "../../settlement/settlement-error.ts";
import type { SettlementErrorCode } from "../../settlement/settlement-error.ts";
import { SigningRecord } from "../../settlement/signing-record.ts";
import { SharedExclusiveLock } from "../../runtime/shared-exclusive-lock.ts";
import { BatchProvings } from "./batch-proving.ts";
import type { BatchProving } from "./batch-proving.ts";
import { CommitsUnderWay } from "./commits-under-way.ts";
import { PendingBatch } from "./pending-batch.ts";
import type { SettledBatch } from "./settled-batch.ts";

export interface SettlingOptions {
  readonly settlementChainId: ChainId;
  /** What the chain is called in messages. Default: by its contract. */
  readonly name?: string;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  /** L1 block of its creation. */
  readonly fromBlock: number;
  readonly quorum: Quorum;
  readonly posting: PostingPolicy;
  /** When proofs go to L1. Default: as soon as they are made. */
  readonly pace?: PaceRules;
  /** L1 blocks that must stand on a transaction's, its own included, until it counts. Default 1. */
  readonly confirmations?: number;
  /** Whether L1's node may know less than it did, and get it back: one that runs elsewhere. Default false. */
  readonly l1MayBeBehind?: boolean;
  /** Whether L1 is the one of which the journal tells. Default: where it runs elsewhere. */
  readonly l1IsJournals?: boolean;
}

export interface SettlingDependencies {
  readonly l1: Provider;
  readonly clock: Clock;
  /** The ecosystem's time, by which waiting for L1's time ends early when it is moved. Default: one that is not moved. */
  readonly time?: MovableClock;
  /** Every transaction is a movement; proving and waiting for L1's time are not. Default: a lock of its own. */
  readonly gate?: SharedExclusiveLock;
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Prover;
  /** What L1 gets instead of a proof, which is kept as it is; default: the proof. */
  readonly alterProof?: (proof: Uint8Array) => Uint8Array;
  readonly journal: Journal;
  /** Sends the chain's L1 transactions. */
  readonly sender: Signer;
  readonly onSettled?: (batch: SettledBatch) => void;
  /** A batch's proof has come to another phase of its making, or goes to L1. */
  readonly onProving?: (proving: BatchProving) => void;
  /** L1 is away, or the sender has no money: settlement waits, and goes on by itself. Undefined once it goes on. */
  readonly onTrouble?: (trouble: L1Trouble | undefined) => void;
  /**
   * L1, or the validators, refuse a batch for its time, or for the version that it has by it. Everything waits then, until
   * `resume` or `giveUp` is called. Default: settlement stops.
   */
  readonly onRefused?: (refusal: SettlementError) => void;
  /** Settlement has stopped for good, unless an earlier state is returned to. */
  readonly onStop: (error: unknown) => void;
}

/** What was on its way at a moment, to return to any number of times. */
export interface SettlingMark {
  /** Of the first batch that was not sealed yet. */
  readonly nextBatch: bigint;
  /** Sealed and not executed, in order, as far as they were. */
  readonly pending: readonly PendingBatch[];
}

/** A chain's batches on their way through prover and L1. */
export interface Settling {
  /** Takes the next batch. */
  submit(batch: FormedBatch): void;
  /**
   * Resolves when L1 has executed the batch; rejects with what stopped settlement, with SettlementError StateReverted when the
   * chain returns to a state before the batch was sealed, or with RangeError for a batch that was never submitted. For a
   * batch that was sealed before that state, the promise holds: it resolves once L1 has executed the batch again.
   */
  settled(batchNumber: BatchNumber): Promise<SettledBatch>;
  /** Has the proofs of all batches before this one go to L1 as soon as they are made. */
  hurry(nextBatch: bigint): void;
  /** Proofs that the chain's pace keeps back; undefined if it keeps back no proof. */
  heldProofs(): HeldProofs | undefined;
  /** Where the proofs are of the batches of which L1 has seen none. */
  proving(): readonly BatchProving[];
  backlog(): SettlementBacklog;
  /** L1's counts now; outlasts an L1 that is away. */
  totals(): Promise<BatchTotals>;
  /** Resolves when L1 has mined all that was sent. To be called after `pause`. Rejects with RangeError where it does not. */
  allMined(): Promise<void>;
  /** Why a batch was refused that can be formed again, until `resume` or `giveUp`. */
  refusal(): SettlementError | undefined;
  /**
   * Has L1 forget the batches from this one on, by the quorum's word. To be called after `pause`. Rejects with
   * QuorumUnreachable.
   */
  revertOnL1(fromBatch: bigint): Promise<void>;
  /**
   * The batches from this one on will be formed again: what waits for one then waits for the next of its number. To be
   * called after `pause`.
   */
  withdrawFrom(batchNumber: BatchNumber): void;
  /** Batches that were refused are not formed again: settlement stops with this error. */
  giveUp(error: unknown): void;
  /** What is on its way, of the batches before `nextBatch`. */
  mark(nextBatch: bigint): SettlingMark;
  /** Ends all sending. Batches are still taken, and wait. */
  pause(): Promise<void>;
  /** Goes on; with a mark, from there: L1 must have returned to it. */
  resume(mark?: SettlingMark): void;
  close(): Promise<void>;
}

/** One time of sending, between two returns to an earlier state. */
interface Run {
  readonly settlement: Promise<Settlement<FormedBatch>>;
  readonly end: AbortController;
  /** Transactions on their way to L1's node. */
  readonly underWay: ReadonlySet<Promise<unknown>>;
}

/** Ten seconds. */
const LOOKS_UNTIL_UNMINED = 40;
const UNMINED_POLL_MS = 250;
/** Results of executed batches that are remembered. */
const MAX_REMEMBERED = 32;
/** With the transactor's pauses between them these take as long as a block of Ethereum. */
const REFUSALS_UNTIL_BELIEVED = 5;

/** Proves each batch and takes it through commit, prove and execute on L1. Rejects with the provider's error. */
export async function openSettling(options: SettlingOptions, dependencies: SettlingDependencies): Promise<Settling> {
  const {
    settlementChainId,
    hyperchain,
    fromBlock,
    quorum,
    posting,
    confirmations = 1,
    name = `the chain at ${hyperchain}`,
  } = options;
  const { clock, journal, sender, onSettled, onStop } = dependencies;
  const {
    time = new MovableClock(clock),
    gate = new SharedExclusiveLock({ clock }),
    alterProof = (proof) => proof,
  } = dependencies;
  const pace = new PaceOfRuns(options.pace);
  const earlier = reduceJournal(journal.entries);
  // A development L1 that has started anew has other chains at the same addresses.
  const approvals = new SigningRecord(earlierApprovals(options, journal));
  const pending = new Map<bigint, PendingBatch>();
  const provings = new BatchProvings({ ...dependencies, pending });
  const { proofs } = provings;
  const settled = new Map<bigint, Promise<SettledBatch>>();
  /** Batches whose numbers others will have. */
  const withdrawn = new Map<bigint, PendingBatch[]>();
  let refusal: SettlementError | undefined;
  /** Done when the quorum has forgotten what it signed for a state that is no more; one that has died says so later. */
  let forgotten: Promise<unknown> = Promise.resolve();
  /** Undefined while nothing is to be sent: reading where L1 stands is left until then. */
  let run: Run | undefined;
  let paused = false;
  let closed = false;
  const commits = new CommitsUnderWay({
    clock,
    uncommitted: () => (run?.end.signal.aborted === false ? uncommitted(pending) : []),
  });
  const endPreparing = time.prepare(() => commits.ended());
  const sending = ({ signal }: AbortController) =>
    openSending({ ...options, confirmations, name, signal }, { ...dependencies, time, gate, commits });

  function start(): Run {
    const end = new AbortController();
    const { signal } = end;
    const { delay, patience, transactor, underWay, provider } = sending(end);
    const open = () =>
      openSettlement<FormedBatch>(
        { quorum, posting },
        {
          context: { settlementChainId, hyperchain, provider, fromBlock, delay, patience, transactor, approvals },
          journal,
          pace: pace.begin(paceDependencies({ time, signal, provider })),
          async prove(batch) {
            const { proof, metrics } = await proofs.prove(batch);
            const current = pending.get(batch.outputs.batchNumber);
            if (current !== undefined && !signal.aborted) current.proof = { bytes: proof.length, metrics };
            return alterProof(proof);
          },
          onPosting: (batchNumber) => provings.posting(batchNumber, signal),
          onStage({ stage, batchNumber, receipt }) {
            if (signal.aborted) return;
            pending.get(batchNumber)?.passed(stage, receipt);
            commits.changed();
          },
          onStop: (error) => fail(started, error),
        },
      );
    const settlement = forgotten.then(open);
    const started: Run = { settlement, end, underWay };
    settlement.catch((error: unknown) => fail(started, error));
    return started;
  }

  /** Everything on its way is lost until an earlier state is returned to. */
  function fail(failed: Run, error: unknown): void {
    if (failed.end.signal.aborted) return;
    failed.end.abort(error);
    if (dependencies.onRefused === undefined || !canBeMended(error)) {
      stop(error);
      return;
    }
    refusal = error;
    paused = true;
    run = undefined;
    dependencies.onRefused(error);
  }

  function stop(error: unknown): void {
    refusal = undefined;
    paused = false;
    run = endedRun(error);
    for (const batch of [...pending.values(), ...[...withdrawn.values()].flat()]) batch.reject(error);
    withdrawn.clear();
    onStop(error);
  }

  /** Batches of one run are sent in the order in which this is called. */
  function send(current: Run, waiting: PendingBatch): void {
    const { batch } = waiting;
    const { batchNumber } = batch.outputs;
    const executed = current.settlement.then((settlement) => settlement.submit(batch).executed);
    executed.then(
      (stored) => {
        if (current.end.signal.aborted) return;
        pending.delete(batchNumber);
        settled.delete(batchNumber - BigInt(MAX_REMEMBERED));
        const result = waiting.resolve(stored);
        if (result !== undefined) onSettled?.(result);
      },
      // What stopped it was told; a run that was ended leaves its batches to the next one.
      () => undefined,
    );
  }

  function take(waiting: PendingBatch): void {
    const { batchNumber } = waiting.batch.outputs;
    pending.set(batchNumber, waiting);
    settled.set(batchNumber, waiting.outcome);
    for (const former of withdrawn.get(batchNumber) ?? []) former.succeededBy(waiting);
    withdrawn.delete(batchNumber);
  }

  function forgetFrom(batchNumber: BatchNumber): void {
    pace.forgetFrom(batchNumber);
    for (const number of [...settled.keys()].filter((known) => known >= batchNumber)) {
      settled.delete(number);
      for (const lost of [pending.get(number), ...(withdrawn.get(number) ?? [])]) {
        lost?.reject(new SettlementError("StateReverted", `${name} returned to a state before batch ${number}`));
      }
      pending.delete(number);
      withdrawn.delete(number);
    }
  }

  async function pause(reason: SettlementError): Promise<void> {
    const ended = run;
    paused = true;
    run = undefined;
    ended?.end.abort(reason);
    if (ended !== undefined) await quiet(ended);
  }

  run = start();
  await run.settlement;
  return {
    submit(batch) {
      const waiting = new PendingBatch(batch, earlier.get(batch.outputs.batchNumber)?.proof);
      take(waiting);
      if (closed) waiting.reject(stopped());
      if (closed || paused) return;
      run ??= start();
      if (run.end.signal.aborted) waiting.reject(run.end.signal.reason);
      else send(run, waiting);
    },
    settled: (batchNumber) =>
      settled.get(batchNumber) ?? Promise.reject(new RangeError(`batch ${batchNumber} is not sealed, or was executed long ago`)),
    hurry: (nextBatch) => pace.hurry(nextBatch),
    heldProofs: () => pace.held(),
    proving: () => provings.all(),
    backlog: () => backlogOf([...pending.values()]),
    totals: () => readTotals({ provider: sending(new AbortController()).provider, hyperchain, fromBlock }),
    refusal: () => refusal,
    allMined: () => allMined(name, sender, sending(new AbortController()).patience),
    async revertOnL1(fromBatch) {
      const { transactor, provider } = sending(new AbortController());
      await revertBatches({ settlementChainId, hyperchain, provider, fromBlock, transactor }, fromBatch, quorum);
    },
    withdrawFrom(batchNumber) {
      for (const [number, batch] of pending) {
        if (number < batchNumber) continue;
        pending.delete(number);
        withdrawn.set(number, [...(withdrawn.get(number) ?? []), batch]);
      }
      // Elsewhere the next batch of a number waits until approvals of the one before have expired.
      if (options.l1MayBeBehind !== true) forgotten = forgetApprovals([...pending.values()], approvals, quorum);
      journal.append({ type: "reverted", fromBatch: batchNumber }).catch(onStop);
    },
    giveUp: stop,
    mark: (next) => ({ nextBatch: next, pending: copiesBefore(next, pending) }),
    pause: () => pause(new SettlementError("StateReverted", `${name} returns to an earlier state`)),
    resume(mark) {
      if (closed) return;
      refusal = undefined;
      if (mark !== undefined) {
        forgotten = forgetApprovals(mark.pending, approvals, quorum);
        forgetFrom(mark.nextBatch);
        for (const then of mark.pending) {
          const now = pending.get(then.batch.outputs.batchNumber);
          // Who still waits for the batch goes on waiting for it.
          take(now?.batch === then.batch && !now.isOver ? now.returnTo(then) : then.copy());
        }
        journal
          .append({ type: "reverted", fromBatch: mark.pending[0]?.batch.outputs.batchNumber ?? mark.nextBatch })
          .catch(onStop);
      }
      const waiting = [...pending.values()].sort((a, b) => Number(a.batch.outputs.batchNumber - b.batch.outputs.batchNumber));
      proofs.cancelAllBut(new Set(waiting.map(({ batch }) => batch.commitment)));
      paused = false;
      if (waiting.length === 0) return;
      const current = start();
      run = current;
      for (const batch of waiting) send(current, batch);
    },
    async close() {
      closed = true;
      endPreparing();
      for (const batch of [...pending.values(), ...[...withdrawn.values()].flat()]) batch.reject(stopped());
      await pause(stopped());
    },
  };
}

/** What validators were asked for by earlier processes, for the same L1. */
function earlierApprovals(
  { hyperchain, l1MayBeBehind, l1IsJournals = l1MayBeBehind }: SettlingOptions,
  { entries }: Journal,
): readonly BatchCommitment[] {
  return l1IsJournals === true ? approvalsIn(entries, hyperchain) : [];
}

/** Approvals of batches that are under way at a mark outlast the return to it; all others are of no L1 any more. */
function forgetApprovals(pending: readonly PendingBatch[], approvals: SigningRecord, { members }: Quorum): Promise<unknown> {
  const kept = pending.map(({ batch }) => batch.commitment);
  approvals.forgetAllBut(new Set(kept));
  return Promise.allSettled(members.map(async (member) => member.forgetApprovalsBut?.(kept)));
}

/** Nothing is sent, for this reason. */
function endedRun(error: unknown): Run {
  const end = new AbortController();
  end.abort(error);
  const settlement = Promise.reject<Settlement<FormedBatch>>(error);
  settlement.catch(() => undefined);
  return { settlement, end, underWay: new Set() };
}

/** By the ecosystem's time, and the base fee of L1's newest block. */
function paceDependencies({ time, signal, provider }: PaceSources): PaceDependencies {
  return {
    nowSeconds: () => time.nowSeconds(),
    gasPriceWei: async () => (await provider.getBlock("latest"))?.baseFeePerGas ?? 0n,
    wait: (ms, wake) => untilTimeMoves(time, ms, AbortSignal.any([signal, wake])),
    signal,
  };
}

function backlogOf(pending: readonly PendingBatch[]): SettlementBacklog {
  const without = (stage: SettlementStage): number => pending.filter((batch) => !batch.isThrough(stage)).length;
  return { uncommitted: without("commit"), unproven: without("prove"), unexecuted: pending.length };
}

interface PaceSources {
  readonly time: MovableClock;
  readonly signal: AbortSignal;
  readonly provider: L1Reader;
}

/** Whether L1 would take the same transactions in batches of another time or version, or with the operations that wait. */
function canBeMended(error: unknown): error is SettlementError {
  return error instanceof SettlementError && MENDED.some((code) => error.code === code);
}

const MENDED: readonly SettlementErrorCode[] = ["BatchOverdue", "BatchTooOld", "VersionChanged"];

/** Waits, but no longer than until the ecosystem's time moves or the signal is aborted. */
function untilTimeMoves(time: MovableClock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const ends: (() => void)[] = [];
    const end = (): void => {
      for (const undo of ends.splice(0)) undo();
      resolve();
    };
    ends.push(time.after(ms, end), time.onMoved(end), () => signal.removeEventListener("abort", end));
    signal.addEventListener("abort", end);
    if (signal.aborted) end();
  });
}

/** Resolves when nothing of a run that was ended is sent any more: what L1's node got of it before has been answered. */
async function quiet({ settlement, underWay }: Run): Promise<void> {
  await settlement.then((opened) => opened.close()).catch(() => undefined);
  await Promise.allSettled(underWay);
}

async function allMined(name: string, sender: Signer, patience: L1Retry): Promise<void> {
  for (let look = 0; look < LOOKS_UNTIL_UNMINED; look++) {
    const count = (tag: string): Promise<number> => patience.answered(name, () => sender.getNonce(tag));
    const [mined, given] = await Promise.all([count("latest"), count("pending")]);
    if (given <= mined) return;
    await patience.pause(name, UNMINED_POLL_MS);
  }
  throw new RangeError(`a transaction of ${name}'s operator waits on L1 to be mined; ask again when it is`);
}

function copiesBefore(next: bigint, pending: ReadonlyMap<bigint, PendingBatch>): readonly PendingBatch[] {
  return [...pending].flatMap(([number, batch]) => (number < next ? [batch.copy()] : []));
}

function uncommitted(pending: ReadonlyMap<bigint, PendingBatch>): readonly bigint[] {
  return [...pending].filter(([, batch]) => !batch.isThrough("commit")).map(([number]) => number);
}

interface SendingOptions
  extends Required<Pick<SettlingOptions, "name" | "confirmations">>, Pick<SettlingOptions, "l1MayBeBehind"> {
  /** Ends the run. */
  readonly signal: AbortSignal;
}

interface SendingDependencies
  extends Required<Pick<SettlingDependencies, "time" | "gate">>, Pick<SettlingDependencies, "l1" | "sender" | "onTrouble"> {
  readonly commits: CommitsUnderWay;
}

/** How one run reads L1, sends to it, and waits for it. */
function openSending(
  { confirmations, l1MayBeBehind, name, signal }: SendingOptions,
  { l1, sender, onTrouble, time, gate, commits }: SendingDependencies,
) {
  signal.addEventListener("abort", () => commits.changed());
  const forL1 = (ms: number): Promise<void> => commits.obstructed(() => untilTimeMoves(time, ms, signal));
  const delay: StageDelay = (ms, stage) => (stage === "commit" ? forL1(ms) : untilTimeMoves(time, ms, signal));
  const patience = createL1Retry({}, { delay: forL1, signal, ...(onTrouble === undefined ? {} : { onTrouble }) });
  const underWay = new Set<Promise<unknown>>();
  const refusalsUntilBelieved = l1MayBeBehind === true ? REFUSALS_UNTIL_BELIEVED : 1;
  const direct = createTransactor({ confirmations, refusalsUntilBelieved }, { signer: sender, patience });
  const transactor = passing({ gate, name, signal, underWay }, direct);
  return { delay, patience, transactor, underWay, provider: patientReader(l1, patience) };
}

interface Passing {
  readonly gate: SharedExclusiveLock;
  readonly name: string;
  readonly signal: AbortSignal;
  readonly underWay: Set<Promise<unknown>>;
}

/** Sends through the gate, and nothing more once the run has ended. `underWay` holds what is past the gate. */
function passing({ gate, name, signal, underWay }: Passing, transactor: Transactor): Transactor {
  return {
    send: (call) =>
      gate.shared(
        `the ${call.label} of ${name}`,
        async () => {
          if (signal.aborted) throw signal.reason;
          const sent = transactor.send(call);
          underWay.add(sent);
          try {
            return await sent;
          } finally {
            underWay.delete(sent);
          }
        },
        { urgent: true },
      ),
  };
}

function stopped(): SettlementError {
  return new SettlementError("SettlementStopped", "settlement was closed before the batch was through");
}
