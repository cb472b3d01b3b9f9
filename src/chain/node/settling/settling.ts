import type { Provider, Signer } from "ethers";
import type { FormedBatch } from "../../batch/form-batch.ts";
import { digestToHex } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import type { BatchCommitment } from "../../../ground/protocol/quorum.ts";
import type { Prover } from "../../../proofs/prover/prover.ts";
import type { Clock } from "../../../ground/runtime/clock.ts";
import { MovableClock } from "../../../ground/runtime/movable-clock.ts";
import { SharedExclusiveLock } from "../../../ground/runtime/shared-exclusive-lock.ts";
import type { Journal } from "../../settlement/journal/journal.ts";
import { approvalsIn, newestForgetting, reduceJournal, type BatchProgress } from "../../settlement/journal/progress.ts";
import { atDepth, readTotals, type BatchTotals, type ChainContract } from "../../settlement/l1-sender/chain-reader.ts";
import type { L1Trouble } from "../../settlement/l1-sender/l1-retry.ts";
import { readExecutable, type ExecutableBatch } from "../../settlement/l1-sender/executable-batch.ts";
import type { SenderContext } from "../../settlement/l1-sender/sender-context.ts";
import { revertBatches } from "../../settlement/l1-sender/revert.ts";
import type { PaceRules } from "../../settlement/pace/decide.ts";
import { PaceOfRuns, type HeldProofs } from "../../settlement/pace/proof-pace.ts";
import type { Quorum } from "../../settlement/signing/quorum.ts";
import { openSettlement, type Settlement } from "../../settlement/settlement.ts";
import type { SettlementBacklog } from "../../settlement/settlement-run.ts";
import type { PostingPolicy } from "../../settlement/batch/settlement-batch.ts";
import { SettlementError, type SettlementErrorCode } from "../../settlement/errors/settlement-error.ts";
import { SigningRecord } from "../../settlement/signing/signing-record.ts";
import { BatchProvings, type BatchProving } from "./batch-proving.ts";
import { BatchesUnderWay } from "./batches-under-way.ts";
import { CommitsUnderWay } from "./commits-under-way.ts";
import { PendingBatch } from "./pending-batch.ts";
import { allMined, endedRun, openSending, paceDependencies, quiet, type Run, type Sending } from "./sending.ts";
import type { SettlementUpdate } from "../../settlement/settlement-update.ts";
import type { SettlingUpdate } from "./batch-update.ts";
import type { SettledBatch } from "./settled-batch.ts";
import { RunProofs, type RunProofsPorts } from "./run-proofs.ts";

export interface SettlingOptions extends Pick<
  SenderContext,
  "settlementChainId" | "hyperchain" | "fromBlock" | "records" | "isOnProvenChain" | "factPatienceSeconds"
> {
  /** Name of the chain for messages. Default: its contract. */
  readonly name?: string;
  /** Undefined for a chain without a quorum: one call takes a batch to L1, and any account may make it. */
  readonly quorum: Quorum | undefined;
  readonly posting: PostingPolicy;
  /** Pace of proofs to L1. Default: immediately after they are made. */
  readonly pace?: PaceRules;
  /** Confirmations that a transaction needs, its block included. Default 1. */
  readonly confirmations?: number;
  /** Whether L1's node may know less than it did, and get it back: one that runs elsewhere. Default false. */
  readonly l1MayBeBehind?: boolean;
  /** Whether L1 is the one of which the journal tells. Default: where it runs elsewhere. */
  readonly l1IsJournals?: boolean;
}

export interface SettlingDependencies
  extends Pick<SenderContext, "sourceCalls" | "mayVoid" | "findExecutable">, Pick<RunProofsPorts, "together" | "alterProof"> {
  readonly l1: Provider;
  readonly clock: Clock;
  /** The ecosystem's time, by which waiting for L1's time ends early when it is moved. Default: one that is not moved. */
  readonly time?: MovableClock;
  /** Lock around transactions; proving and waiting for L1's time need none. Default: a separate lock. */
  readonly gate?: SharedExclusiveLock;
  /** May be shared: it proves one batch at a time, in the order in which it is asked. */
  readonly prover: Pick<Prover, "proveBatch">;
  readonly journal: Journal;
  /** Sends the chain's L1 transactions. */
  readonly sender: Signer;
  readonly onUpdate: (update: SettlingUpdate) => void;
}

/** Pending work at a moment, for any number of returns. */
interface SettlingMark {
  /** Number of the first unsealed batch. */
  readonly nextBatch: bigint;
  /** Sealed batches that were not executed, in order, with their states. */
  readonly pending: readonly PendingBatch[];
}

/** Proof of a batch that L1 has proven by another account's proof. */
const NO_OWN_PROOF: SettledBatch["proof"] = { bytes: 0, metrics: undefined };

/** A chain's batches on their way through prover and L1: each is proven and taken through commit, prove and execute. */
export class Settling {
  readonly #options: SettlingOptions;
  readonly #dependencies: SettlingDependencies;
  readonly #name: string;
  readonly #time: MovableClock;
  readonly #gate: SharedExclusiveLock;
  readonly #pace: PaceOfRuns;
  /** Progress of batches in earlier processes by the journal, by number. */
  readonly #earlier: ReadonlyMap<bigint, BatchProgress>;
  readonly #approvals: SigningRecord;
  readonly #batches = new BatchesUnderWay();
  readonly #provings: BatchProvings;
  readonly #commits: CommitsUnderWay;
  readonly #endPreparing: () => void;
  #refusal: SettlementError | undefined;
  /** Resolves when the quorum has forgotten its signatures for a reverted state; a dead member reports later. */
  #forgotten: Promise<unknown>;
  /** Undefined while nothing is to be sent: reading where L1 stands is left until then. */
  #run: Run | undefined;
  #paused = false;
  #closed = false;

  /** Rejects with the provider's error where L1 does not tell where the chain stands. */
  static async open(options: SettlingOptions, dependencies: SettlingDependencies): Promise<Settling> {
    const settling = new Settling(options, dependencies);
    await settling.#start().settlement;
    return settling;
  }

  private constructor(options: SettlingOptions, dependencies: SettlingDependencies) {
    const { clock, journal } = dependencies;
    this.#options = options;
    this.#dependencies = dependencies;
    this.#name = options.name ?? `the chain at ${options.hyperchain}`;
    this.#time = dependencies.time ?? new MovableClock(clock);
    this.#gate = dependencies.gate ?? new SharedExclusiveLock({ clock });
    this.#pace = new PaceOfRuns(options.pace);
    this.#earlier = reduceJournal(journal.entries);
    // A restarted development L1 has other chains at the same addresses.
    this.#approvals = new SigningRecord(earlierApprovals(options, journal), [], { l1Returns: l1Returns(options) });
    // The earlier process may have ended before its members had noted this.
    this.#forgotten = this.#tellMembers(
      l1IsJournals(options) ? newestForgetting(journal.entries, options.hyperchain) : undefined,
    );
    this.#provings = new BatchProvings({ ...dependencies, pending: this.#batches.pending });
    this.#commits = new CommitsUnderWay({
      clock,
      uncommitted: () => (this.#run?.end.signal.aborted === false ? this.#batches.uncommitted() : []),
    });
    this.#endPreparing = this.#time.prepare(() => this.#commits.ended());
  }

  /** Takes the next batch. */
  submit(batch: FormedBatch): void {
    const waiting = new PendingBatch(batch, this.#earlier.get(batch.outputs.batchNumber)?.proof);
    this.#batches.take(waiting);
    if (this.#closed) waiting.reject(stopped());
    if (this.#closed || this.#paused) return;
    const run = this.#run ?? this.#start();
    if (run.end.signal.aborted) waiting.reject(run.end.signal.reason);
    else this.#send(run, waiting);
  }

  /**
   * Resolves when L1 has executed the batch; rejects with what stopped settlement, with SettlementError StateReverted when the
   * chain returns to a state before the batch was sealed, or with RangeError for a batch that was never submitted. For a
   * batch that was sealed before that state, the promise holds: it resolves once L1 has executed the batch again.
   */
  settled(batchNumber: BatchNumber): Promise<SettledBatch> {
    return this.#batches.outcome(batchNumber);
  }

  /** Sends the proofs of all batches before this one immediately after they are made. */
  hurry(nextBatch: bigint): void {
    this.#pace.hurry(nextBatch);
  }

  /** Proofs that the chain's pace keeps back; undefined if it keeps back no proof. */
  heldProofs(): HeldProofs | undefined {
    return this.#pace.heldProofs();
  }

  /** Phases of the batches' proofs that L1 has not seen. */
  proving(): readonly BatchProving[] {
    return this.#provings.all();
  }

  backlog(): SettlementBacklog {
    return this.#batches.backlog();
  }

  /** L1's counts now; outlasts an L1 that is away. */
  totals(): Promise<BatchTotals> {
    return readTotals(this.#contract());
  }

  /** Number of batches that L1 has executed for good, as far as its blocks count; outlasts an L1 that is away. */
  async executed(): Promise<BatchNumber> {
    const { confirmations = 1 } = this.#options;
    return (await readTotals(await atDepth(this.#contract(), confirmations))).executed;
  }

  /** A batch that L1 has proven and executes next, with its lists; undefined for any other one. Outlasts an L1 that is away. */
  async executable(batchNumber: BatchNumber): Promise<Omit<ExecutableBatch, "chainId"> | undefined> {
    const pending = this.#batches.pending.get(batchNumber);
    const { confirmations = 1, settlementChainId } = this.#options;
    return pending && readExecutable(pending.batch, { contract: this.#contract(), confirmations, settlementChainId });
  }

  /** Sealed batches that L1 has not executed, by its last answers, in order. */
  unexecuted(): readonly FormedBatch[] {
    return [...this.#batches.pending.values()].map(({ batch }) => batch);
  }

  #contract(): ChainContract {
    const { hyperchain, fromBlock } = this.#options;
    return { provider: this.#sending().provider, hyperchain, fromBlock };
  }

  /** Resolves when L1 has mined all that was sent. To be called after `pause`. Rejects with RangeError where it does not. */
  allMined(): Promise<void> {
    return allMined(this.#name, this.#dependencies.sender, this.#sending().patience);
  }

  /** Error of a refused batch that can be rebuilt, until `resume` or `giveUp`. */
  refusal(): SettlementError | undefined {
    return this.#refusal;
  }

  /**
   * Reverts the batches from this one on L1, by the quorum's signatures. To be called after `pause`. Rejects with
   * QuorumUnreachable.
   */
  async revertOnL1(fromBatch: bigint): Promise<void> {
    const { settlementChainId, hyperchain, fromBlock, quorum, confirmations = 1 } = this.#options;
    if (quorum === undefined) throw new RangeError(`${this.#name} has no quorum, whose signatures revert batches`);
    const { transactor, provider } = this.#sending();
    const context = { settlementChainId, hyperchain, provider, fromBlock, transactor, confirmations };
    await revertBatches(context, fromBatch, quorum);
  }

  /**
   * Withdraws the batches from this one, which will be rebuilt: callers that wait for one then wait for the next of its
   * number. To be called after `pause`.
   */
  withdrawFrom(batchNumber: BatchNumber): void {
    this.#batches.withdrawFrom(batchNumber);
    this.#forgetApprovals([...this.#batches.pending.values()]);
    this.#journalReverted(batchNumber);
  }

  /** Stops settlement with this error, because refused batches are not rebuilt. */
  giveUp(error: unknown): void {
    this.#refusal = undefined;
    this.#paused = false;
    this.#run = endedRun(error);
    this.#batches.rejectAll(error);
    this.#batches.forgetWithdrawn();
    this.#stopped(error);
  }

  readonly #stopped = (error: unknown): void => this.#dependencies.onUpdate({ type: "stopped", error });

  /** Marks the pending work of the batches before `nextBatch`. */
  mark(nextBatch: bigint): SettlingMark {
    return { nextBatch, pending: this.#batches.copiesBefore(nextBatch) };
  }

  /** Ends all sending. Batches are still taken, and wait. */
  pause(): Promise<void> {
    return this.#pauseFor(new SettlementError("StateReverted", `${this.#name} returns to an earlier state`));
  }

  /** Stands as at the mark; to be called after `pause`, and when L1 has returned. */
  returnTo({ nextBatch, pending }: SettlingMark): void {
    if (this.#closed) return;
    this.#forgetApprovals(pending);
    this.#pace.forgetFrom(nextBatch);
    const lost = (number: bigint) =>
      new SettlementError("StateReverted", `${this.#name} returned to a state before batch ${number}`);
    this.#batches.forgetFrom(nextBatch, lost);
    for (const then of pending) this.#batches.restoreBatch(then);
    this.#journalReverted(pending[0]?.batch.outputs.batchNumber ?? nextBatch);
  }

  /** Continues after `pause`. */
  resume(): void {
    if (this.#closed) return;
    this.#refusal = undefined;
    const waiting = this.#batches.inOrder();
    this.#provings.proofs.cancelAllBut(new Set(waiting.map(({ batch }) => batch.commitment)));
    this.#paused = false;
    if (waiting.length === 0) return;
    const run = this.#start();
    for (const batch of waiting) this.#send(run, batch);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#endPreparing();
    this.#batches.rejectAll(stopped());
    await this.#pauseFor(stopped());
  }

  #sending({ signal } = new AbortController()): Sending {
    const { confirmations = 1, l1MayBeBehind = false } = this.#options;
    const onTrouble = (trouble: L1Trouble | undefined): void => this.#dependencies.onUpdate({ type: "trouble", trouble });
    const given = { ...this.#dependencies, time: this.#time, gate: this.#gate, commits: this.#commits, onTrouble };
    return openSending({ confirmations, l1MayBeBehind, name: this.#name }, given, signal);
  }

  #start(): Run {
    const end = new AbortController();
    const sending = this.#sending(end);
    const settlement = this.#forgotten.then(() => this.#openSettlement(sending, run));
    const run: Run = { settlement, end, underWay: sending.underWay };
    settlement.catch((error: unknown) => this.#fail(run, error));
    this.#run = run;
    return run;
  }

  #openSettlement({ delay, patience, transactor, provider }: Sending, run: Run): Promise<Settlement<FormedBatch>> {
    const { settlementChainId, hyperchain, fromBlock, records = [], confirmations = 1 } = this.#options;
    const { quorum, posting, isOnProvenChain, factPatienceSeconds } = this.#options;
    const { journal, findExecutable, sourceCalls, mayVoid, together, alterProof } = this.#dependencies;
    const [approvals, { pending }] = [this.#approvals, this.#batches];
    const ports = { settlementChainId, journal, together, alterProof, provings: this.#provings, pending, pace: this.#pace };
    return openSettlement<FormedBatch>(
      { quorum, posting },
      {
        context: {
          settlementChainId,
          hyperchain,
          provider,
          fromBlock,
          records,
          confirmations,
          isOnProvenChain,
          delay,
          patience,
          transactor,
          approvals,
          factPatienceSeconds,
          findExecutable,
          sourceCalls,
          mayVoid,
        },
        journal,
        proofs: new RunProofs(ports, paceDependencies(this.#time, run.end.signal, provider)),
        onUpdate: (update) => this.#updated(update, run),
      },
    );
  }

  #updated(update: SettlementUpdate, run: Run): void {
    const { signal } = run.end;
    if (update.type === "stopped") this.#fail(run, update.error);
    else if (update.type === "posting") this.#provings.posting(update.batchNumber, signal);
    else if (update.type === "settledByOther") this.#settledByOther(update.batchNumber);
    else if (!signal.aborted) this.#passed(update);
  }

  #passed({ stage, batchNumber, receipt }: Extract<SettlementUpdate, { readonly type: "stage" }>): void {
    const current = this.#batches.pending.get(batchNumber);
    // Any account may have shown L1 that one, alone or with others.
    if (stage === "prove" && current !== undefined && isProvenOnL1(current.batch.job.protocolVersion))
      current.proof ??= NO_OWN_PROOF;
    current?.passed(stage, receipt);
    this.#commits.changed();
  }

  /** Cancels this process's proof, which is useless. */
  #settledByOther(batchNumber: BatchNumber): void {
    const { pending } = this.#batches;
    const batch = pending.get(batchNumber);
    if (batch !== undefined) batch.proof = NO_OWN_PROOF;
    const others = [...pending].filter(([number]) => number !== batchNumber).map(([, other]) => other.batch.commitment);
    this.#provings.proofs.cancelAllBut(new Set(others));
  }

  /** Everything on its way is lost until an earlier state is returned to. */
  #fail({ end }: Run, error: unknown): void {
    if (end.signal.aborted) return;
    end.abort(error);
    if (!canBeMended(error)) {
      this.giveUp(error);
      return;
    }
    this.#refusal = error;
    this.#paused = true;
    this.#run = undefined;
    this.#dependencies.onUpdate({ type: "refused", refusal: error });
  }

  /** Batches of one run are sent in the order in which this is called. */
  #send({ settlement, end }: Run, waiting: PendingBatch): void {
    const executed = settlement.then((opened) => opened.submit(waiting.batch).executed);
    executed.then(
      (stored) => {
        // Another settler's cut: the chain adopts it, and then submits the batch again.
        const isOtherCut = digestToHex(waiting.batch.newStateRoot) !== stored.newStateRoot;
        if (end.signal.aborted || (this.#options.quorum === undefined && isOtherCut)) return;
        const result = this.#batches.executed(waiting, stored);
        if (result !== undefined) this.#dependencies.onUpdate({ type: "settled", batch: result });
      },
      // The error was reported; an ended run leaves its batches to the next one.
      () => undefined,
    );
  }

  async #pauseFor(reason: SettlementError): Promise<void> {
    const ended = this.#run;
    this.#paused = true;
    this.#run = undefined;
    ended?.end.abort(reason);
    if (ended !== undefined) await quiet(ended);
  }

  /**
   * Forgets approvals of batches that are not pending at a mark, because a return makes them obsolete. Members forget them
   * when the return is stored: if the process ends before that, L1 has not returned. With an L1 that does not return by
   * command nothing is forgotten: the next batch of a number waits until earlier approvals have expired.
   */
  #forgetApprovals(pending: readonly PendingBatch[]): void {
    if (!l1Returns(this.#options)) return;
    const { journal } = this.#dependencies;
    const but = pending.map(({ batch }) => batch.commitment);
    this.#approvals.forgetAllBut(new Set(but));
    const noted = journal.append({ type: "forgotten", hyperchain: this.#options.hyperchain, but });
    noted.catch(this.#stopped);
    this.#forgotten = noted.then(() => this.#tellMembers(but));
    this.#forgotten.catch(() => undefined);
  }

  #tellMembers(but: readonly Hex[] | undefined): Promise<unknown> {
    const { members } = this.#options.quorum ?? { members: [] };
    const told = but === undefined ? [] : members.map(async (member) => member.forgetApprovalsBut?.(but));
    return Promise.allSettled(told);
  }

  #journalReverted(fromBatch: bigint): void {
    this.#dependencies.journal.append({ type: "reverted", fromBatch }).catch(this.#stopped);
  }
}

/** Approvals that earlier processes requested from validators, for the same L1. */
function earlierApprovals(options: SettlingOptions, { entries }: Journal): readonly BatchCommitment[] {
  return l1IsJournals(options) ? approvalsIn(entries, options.hyperchain) : [];
}

function l1IsJournals({ l1MayBeBehind = false, l1IsJournals: isSame = l1MayBeBehind }: SettlingOptions): boolean {
  return isSame;
}

/** True for a development L1 of this process, which returns to earlier states by command. */
function l1Returns({ l1MayBeBehind = false }: SettlingOptions): boolean {
  return !l1MayBeBehind;
}

/** Whether L1 would take the same transactions in batches of another time or version, or with the operations that wait. */
function canBeMended(error: unknown): error is SettlementError {
  return error instanceof SettlementError && MENDED.some((code) => error.code === code);
}

const MENDED: readonly SettlementErrorCode[] = ["BatchOverdue", "BatchTooOld", "VersionChanged", "FactVoid"];

function stopped(): SettlementError {
  return new SettlementError("SettlementStopped", "settlement was closed before the batch was through");
}
