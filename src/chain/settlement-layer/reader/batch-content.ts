import type { Provider } from "ethers";
import { keccak, type Hex } from "../../../ground/protocol/hex.ts";
import { l2LogTreeRoot, MAX_L2_LOGS } from "../../../ground/protocol/l2-log.ts";
import { assumedLeafCount, decodePubdata } from "../../../ground/protocol/pubdata-decoder.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import {
  decodeWithheldLogs,
  withheldLogLeaves,
  WithheldLogsError,
  type WithheldLog,
} from "../../../ground/protocol/withheld-logs.ts";
import { calledCommits, emittedCommits, type CommitCall } from "./commit-call.ts";

/**
 * Logs of a batch in L1's data. pending: not read yet. unreadable: the batch is committed, but its logs
 * cannot be read here: this node can prove nothing of the batch, and everything else.
 */
export type BatchContent =
  | { readonly state: "pending" }
  | {
      readonly state: "known";
      /** In order; of messages whose chain withholds its data some are without their bodies. */
      readonly logs: readonly WithheldLog[];
      /** Leaves of the batch's log tree: their root is the one that L1 stores. */
      readonly logLeaves: readonly Hex[];
    }
  | { readonly state: "unreadable"; readonly reason: UnreadableReason };

/**
 * TransactionMissing: the node does not have the transaction that committed the batch. CallMissing: it has the transaction, and
 * the commit is neither in its input nor in its events: the node lacks the receipt, or does not tell the truth.
 */
export type UnreadableReason = "TransactionMissing" | "CallMissing";

/** A committed batch, as its event tells it. */
interface CommittedBatch {
  readonly stored: StoredBatch;
  /** The chain's contract. */
  readonly hyperchain: Hex;
  readonly transactionHash: Hex;
  /** Hashes of the operations that it took from the queue, in order. */
  readonly operations: readonly Hex[];
}

/**
 * Reads a batch's logs from the call that committed it. Of all that looks like such a call, only what leads to the log root in
 * the batch's record counts; so neither decoys nor an incomplete node can make this lie. Rejects with the provider's error.
 */
export async function readBatchContent(provider: Provider, batch: CommittedBatch): Promise<BatchContent> {
  const { stored, hyperchain, transactionHash } = batch;
  const { commitment } = stored;
  if (stored.l2LogsTreeRoot === EMPTY_ROOT) return { state: "known", logs: [], logLeaves: [] };
  const called = await calledCommits(provider, transactionHash, commitment);
  const direct = contentAmong(called ?? [], batch);
  if (direct !== undefined) return direct;
  const told = contentAmong(await emittedCommits(provider, transactionHash, { hyperchain, commitment }), batch);
  return told ?? { state: "unreadable", reason: called === undefined ? "TransactionMissing" : "CallMissing" };
}

const EMPTY_ROOT = l2LogTreeRoot([]);

function contentAmong(calls: readonly CommitCall[], { stored, operations }: CommittedBatch): BatchContent | undefined {
  for (const call of calls) {
    const logs = logsOf(call, operations.length);
    if (logs === undefined || logs.length > MAX_L2_LOGS) continue;
    if (logs.filter(({ type }) => type === "priorityOp").length !== operations.length) continue;
    const logLeaves = withheldLogLeaves(logs, operations);
    if (l2LogTreeRoot(logLeaves) === stored.l2LogsTreeRoot) return { state: "known", logs, logLeaves };
  }
  return undefined;
}

/** The logs that a call brings; undefined for bytes that L1 would not take. */
function logsOf(
  { pubdata, withheldLogs, oldLeafCount }: CommitCall,
  priorityOpCount: number,
): readonly WithheldLog[] | undefined {
  if (pubdata.length === 0) return withheldLogsIn(withheldLogs);
  const leaves = oldLeafCount === 0n ? assumedLeafCount(pubdata) : Number(oldLeafCount);
  const decoding = decodePubdata(pubdata, { oldLeafCount: leaves, priorityOpCount });
  if (!decoding.ok) return undefined;
  return decoding.pubdata.logs.map((log) => (log.type === "message" ? { ...log, messageHash: keccak(log.body) } : log));
}

function withheldLogsIn(bytes: Uint8Array): readonly WithheldLog[] | undefined {
  try {
    return decodeWithheldLogs(bytes);
  } catch (error) {
    if (error instanceof WithheldLogsError) return undefined;
    throw error;
  }
}
