import type { TransactionReceipt } from "ethers";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { ApprovalTerms } from "../../../ground/protocol/quorum.ts";
import { approvalOf, collectApproval, countingMembers, type Quorum } from "../signing/quorum.ts";
import { commitBatchOf, type PostingPolicy, type SettlementBatch } from "../batch/settlement-batch.ts";
import { isLessTried, SettlementError } from "../errors/settlement-error.ts";
import { UnsignedError } from "../signing/signatures.ts";
import { mayStandbyCommit, proposeTerms, readSigningView, overdueReason } from "./signing-view.ts";
import { commitsSame, encodeCarriedCommit, encodeCommit, type ApprovedBatch } from "./batch-calls.ts";
import {
  findStoredBatch,
  readCountingQuorum,
  readVersionOf,
  storedBatchOfReceipt,
  type ChainContract,
  type CountingQuorum,
} from "./chain-reader.ts";
import { withFollowing } from "./joined-commits.ts";
import { carryOut, type SenderContext } from "./sender-context.ts";

/** A committed batch. `receipt` is undefined where it was found committed. */
export interface Committed {
  readonly stored: StoredBatch;
  readonly receipt: TransactionReceipt | undefined;
}

/** Chain's signers and policy for its data. */
export interface CommitOptions {
  readonly quorum: Quorum;
  readonly posting: PostingPolicy;
}

/**
 * Commits a batch after `previous`, unless L1 has it already. Waits until L1's clock has reached the batch's timestamp, and while
 * fewer keys are available than must sign. Signatures are requested again, on the same batch, when they have expired. The call
 * has as many of the `following` batches as can be signed now and have room (`withFollowing`); if L1 refuses the call, the batch
 * is committed alone. Rejects with SettlementError: QuorumUnreachable if validators refuse, BatchOverdue if L1 refuses the batch
 * for an operation that it leaves waiting, BatchTooOld if validators do for its time, VersionChanged if L1 gives it another
 * protocol version than it was formed with, BatchReplaced if another batch has its number, or the transactor's.
 */
export async function commitBatch(
  context: SenderContext,
  batch: SettlementBatch,
  previous: StoredBatch,
  options: CommitOptions,
  following: readonly SettlementBatch[] = [],
): Promise<Committed> {
  const { batchNumber } = batch.outputs;
  const { carrier } = options.posting;
  let joinable = carrier === undefined ? following : [];
  for (let joined = 0; ;) {
    try {
      const done = await carryOut(context, {
        stage: "commit",
        batchNumber,
        find: (at) => findCommitted(at, batch),
        isSame: commitsSame,
        isDivisible: () => joined > 0,
        ...(carrier === undefined ? {} : { to: carrier }),
        async encode() {
          const first = await approve(context, batch, previous.priorityOpTotal, options);
          if (carrier !== undefined) return encodeCarriedCommit(context.hyperchain, previous, first);
          const commits = await withFollowing(context, { previous, batch, first, following: joinable }, (next, operations) =>
            approve(context, next, operations, options),
          );
          joined = commits.length - 1;
          return encodeCommit(previous, commits);
        },
      });
      if ("found" in done) return { stored: done.found, receipt: undefined };
      // The call commits this batch first.
      return { stored: storedBatchOfReceipt(done.receipt), receipt: done.receipt };
    } catch (error) {
      if (joined === 0 || !isLessTried(error)) asOverdue(error);
      // L1 may refuse another batch of the call, whose separate commit names the reason.
      joinable = [];
      joined = 0;
    }
  }
}

/**
 * Requests the approval of a batch from enough signers. `operationsBefore`: operations that all batches before it take. Rejects
 * as `commitBatch`.
 */
async function approve(
  context: SenderContext,
  batch: SettlementBatch,
  operationsBefore: bigint,
  { quorum, posting }: CommitOptions,
): Promise<ApprovedBatch> {
  const { answered } = context.patience;
  const { commitment, outputs } = batch;
  // Signers may read L1 themselves.
  const label = `signatures of batch ${outputs.batchNumber}`;
  const commit = await answered(label, () => commitBatchOf(batch, posting));
  const view = await readSigningView(context, operationsBefore, context.confirmations);
  for (const record of [context.approvals, ...quorum.members]) record.expireBefore?.(view.earliest);
  const overdue = overdueReason(batch, view);
  if (overdue !== undefined) throw new SettlementError("BatchOverdue", overdue);
  await requireVersion(context, batch, operationsBefore);
  const free = context.approvals.freeFrom({ batchNumber: outputs.batchNumber, commitment, revertCount: view.revertCount });
  const proposed = proposeTerms(batch, view, free);
  const counting = await readCountingQuorum(context, proposed.validFrom);
  const terms = untilChange(proposed, counting);
  const approval = approvalOf(batch, terms);
  context.requireRunning?.();
  context.approvals.admit(approval);
  await context.onApproval?.(approval, "asked");
  try {
    const asked = countingMembers(quorum, counting, mayStandbyCommit(view));
    const approved = await answered(label, async () => {
      context.requireRunning?.();
      return collectApproval(asked, context, batch, terms).catch(async (error: unknown) => {
        await requireVersion(context, batch, operationsBefore);
        throw error;
      });
    });
    return { batch: commit, approval: approved };
  } catch (error) {
    if (error instanceof UnsignedError && error.signatureCount === 0) {
      context.approvals.withdraw(approval);
      await context.onApproval?.(approval, "unsigned");
    }
    throw error;
  }
}

/** Terms that end in time: later, signatures are requested again, from the quorum of that time. */
function untilChange(terms: ApprovalTerms, { until }: CountingQuorum): ApprovalTerms {
  return until === undefined || terms.validUntil < until ? terms : { ...terms, validUntil: until - 1n };
}

/**
 * Before anything is signed: another commitment of the number could only be signed once these signatures have expired. And where
 * too few sign: validators that find another version are asked until they see what L1 says here.
 */
async function requireVersion(
  context: SenderContext,
  { outputs: { batchNumber, firstTimestamp }, protocolVersion }: SettlementBatch,
  operationsBefore: bigint,
): Promise<void> {
  const onL1 = await readVersionOf(context, firstTimestamp, operationsBefore);
  if (onL1 === protocolVersion) return;
  throw new SettlementError(
    "VersionChanged",
    `batch ${batchNumber} was formed for protocol version ${protocolVersion}, L1 gives it version ${onL1}`,
  );
}

/** Converts the error of a batch that L1 finds overdue only on arrival. Throws. */
function asOverdue(error: unknown): never {
  if (!(error instanceof SettlementError) || error.contractError?.name.startsWith("PriorityOpOverdue") !== true) throw error;
  throw new SettlementError("BatchOverdue", error.message, { cause: error, contractError: error.contractError });
}

async function findCommitted(contract: ChainContract, batch: SettlementBatch): Promise<StoredBatch | undefined> {
  const { batchNumber } = batch.outputs;
  const stored = await findStoredBatch(contract, batchNumber);
  if (stored !== undefined && stored.commitment !== batch.commitment) {
    throw new SettlementError(
      "BatchReplaced",
      `batch ${batchNumber} is committed as ${stored.commitment}, not as ${batch.commitment}; revert it, or resume from L1's`,
    );
  }
  return stored;
}
