import {
  hasRoomForAll,
  l1CostOf,
  SEVERAL_COMMITS,
  SEVERAL_COMMITS_ON_PROVEN_CHAIN,
  type L1Cost,
} from "../../../ground/protocol/way-to-l1.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { l1LoadOfBatch } from "../batch/l1-load.ts";
import type { SettlementBatch } from "../batch/settlement-batch.ts";
import { encodeCommit, type ApprovedBatch } from "./batch-calls.ts";
import type { SenderContext } from "./sender-context.ts";
import { readSigningView } from "./signing-view.ts";

/** Commits that one call may have (BatchCommitter.sol). */
const MAX_COMMITS = 64;

/** Asks for a batch's approval. */
type Approve = (batch: SettlementBatch, operationsBefore: bigint) => Promise<ApprovedBatch>;

/**
 * An approved batch with those of the following ones that L1 can commit in the same call: without a gap, with room for all, not
 * younger than L1's newest block, and approved by enough signers from now onwards. A following batch that cannot be approved
 * now ends the list, and its separate commit names the reason.
 */
export async function withFollowing(
  context: SenderContext,
  call: {
    readonly previous: StoredBatch;
    readonly batch: SettlementBatch;
    readonly first: ApprovedBatch;
    readonly following: readonly SettlementBatch[];
  },
  approve: Approve,
): Promise<readonly [ApprovedBatch, ...ApprovedBatch[]]> {
  const { previous, batch, first, following } = call;
  const commits: [ApprovedBatch, ...ApprovedBatch[]] = [first];
  const transaction = context.isOnProvenChain === true ? SEVERAL_COMMITS_ON_PROVEN_CHAIN : SEVERAL_COMMITS;
  const costs = [costOf(context, batch, first)];
  let last = batch;
  let operations = previous.priorityOpTotal;
  for (const next of following) {
    operations += last.outputs.priorityOpCount;
    const isNext = next.outputs.batchNumber === last.outputs.batchNumber + 1n;
    if (!isNext || commits.length === MAX_COMMITS || !(await isSignableNow(context, next, operations))) break;
    // Before it is signed: a signature that no call shows would bind the signers.
    const bytesWithNext = bytesOf(previous, commits) + bytesOfNext(next, first);
    if (!hasRoomForAll(transaction, [...costs, costOf(context, next)], bytesWithNext)) break;
    const approved = await approve(next, operations).catch(() => {
      context.requireRunning?.();
      return undefined;
    });
    if (approved === undefined) break;
    costs.push(costOf(context, next, approved));
    if (!hasRoomForAll(transaction, costs, bytesOf(previous, [...commits, approved]))) break;
    commits.push(approved);
    last = next;
  }
  return commits;
}

/** True if L1's newest block is not older than the batch, and no other batch of the number is approved. */
async function isSignableNow(context: SenderContext, batch: SettlementBatch, operationsBefore: bigint): Promise<boolean> {
  const { batchNumber, lastTimestamp } = batch.outputs;
  const { newest, revertCount } = await readSigningView(context, operationsBefore, context.confirmations);
  if (lastTimestamp > newest) return false;
  return context.approvals.freeFrom({ batchNumber, commitment: batch.commitment, revertCount }) <= newest;
}

/** Cost of a commit. Data for the policies count as inputs. */
function costOf({ settlementChainId }: SenderContext, batch: SettlementBatch, approved?: ApprovedBatch): L1Cost {
  const inputBytes = approved === undefined ? 0 : byteLength(approved.batch.policyData);
  return l1CostOf(SEVERAL_COMMITS, { ...l1LoadOfBatch(batch, settlementChainId, 0), inputBytes });
}

function bytesOf(previous: StoredBatch, commits: readonly ApprovedBatch[]): number {
  return byteLength(encodeCommit(previous, commits));
}

/** Bytes that the next batch adds to the call at most, by the first one's approval and policy data. */
function bytesOfNext({ pubdata }: SettlementBatch, { batch, approval }: ApprovedBatch): number {
  const words = 40 + 4 * approval.signatures.length;
  return 32 * words + pubdata.length + byteLength(batch.policyData);
}

function byteLength(hex: string): number {
  return (hex.length - 2) / 2;
}
