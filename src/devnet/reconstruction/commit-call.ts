import type { Provider } from "ethers";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { hyperchainInterface } from "../../settlement/contract-interfaces.ts";

/** What a commit's calldata says beside the batch's record. */
export interface CommitCall {
  readonly batchNumber: bigint;
  readonly commitment: Hex;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly cheatCount: bigint;
  readonly pubdata: Uint8Array;
  readonly policyData: Hex;
  /** Leaves of the state before it, as the submitter brought it along; 0 where L1 did not know. */
  readonly oldLeafCount: bigint;
  readonly priorityOpCount: bigint;
}

const SELECTOR = hyperchainInterface.getFunction("commitBatch")?.selector.slice(2) ?? "";

/**
 * Every commit in a transaction's calldata. A rollup's own are the whole calldata; other policies also let contracts commit,
 * whose calldata holds the call somewhere. What is found is believed only as far as a commitment binds it.
 */
export function commitsIn(calldata: string): CommitCall[] {
  const digits = calldata.toLowerCase();
  const found: CommitCall[] = [];
  for (let at = digits.indexOf(SELECTOR); at !== -1; at = digits.indexOf(SELECTOR, at + 2)) {
    if (at % 2 !== 0) continue;
    const call = decodeCommit(`0x${digits.slice(at)}`);
    if (call !== undefined) found.push(call);
  }
  return found;
}

/**
 * What may be the calldata of a batch's commit: one call as a rule; none where a contract put the call together itself; more where
 * there are decoys. Rejects with ReconstructionError: PubdataMissing where the transaction is not there, NotARollup where the
 * commit carries no pubdata.
 */
export async function readCommits(provider: Provider, transactionHash: Hex, stored: StoredBatch): Promise<readonly CommitCall[]> {
  const transaction = await provider.getTransaction(transactionHash);
  if (transaction === null) {
    const { batchNumber } = stored;
    throw new ReconstructionError("PubdataMissing", `L1 does not have transaction ${transactionHash}, which committed it`, { batchNumber });
  }
  return publishedAmong(commitsIn(transaction.data), stored);
}

/** The same, among all calls that the transaction led to (see `commitsInTrace`). */
export async function traceCommits(provider: Provider, transactionHash: Hex, stored: StoredBatch): Promise<readonly CommitCall[]> {
  return publishedAmong(await commitsInTrace(provider, transactionHash), stored);
}

/**
 * Every commit among all calls that a transaction led to, as a node traces them that keeps old states and answers
 * `debug_traceTransaction`; none from any other node.
 */
export async function commitsInTrace(provider: Provider, transactionHash: string): Promise<readonly CommitCall[]> {
  const node = provider as Provider & { readonly send?: (method: string, params: readonly unknown[]) => Promise<unknown> };
  const trace = await node.send?.("debug_traceTransaction", [transactionHash, { tracer: "callTracer" }]).catch(() => undefined);
  return inputsOf(trace).flatMap(commitsIn);
}

/** Those that say they are the batch's, and publish its data. Throws ReconstructionError NotARollup where they all withhold it. */
function publishedAmong(commits: readonly CommitCall[], { batchNumber, commitment }: StoredBatch): readonly CommitCall[] {
  const calls = commits.filter((commit) => commit.batchNumber === batchNumber && commit.commitment === commitment);
  const published = calls.filter(({ pubdata }) => pubdata.length > 0);
  if (calls.length > 0 && published.length === 0) {
    throw new ReconstructionError("NotARollup", "its data was withheld from L1; ask those who keep it", { batchNumber });
  }
  return published;
}

/** Calldata of a traced call and of all calls under it. */
function inputsOf(trace: unknown): string[] {
  if (typeof trace !== "object" || trace === null) return [];
  const { input, calls } = trace as { readonly input?: unknown; readonly calls?: unknown };
  return [...(typeof input === "string" ? [input] : []), ...(Array.isArray(calls) ? calls.flatMap(inputsOf) : [])];
}

interface RawCommit {
  readonly batchNumber: bigint;
  readonly firstBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly cheatCount: bigint;
  readonly commitment: Hex;
  readonly pubdata: string;
  readonly policyData: Hex;
}

function decodeCommit(data: string): CommitCall | undefined {
  try {
    const args = hyperchainInterface.decodeFunctionData("commitBatch", data);
    const previous = args["previous"] as { readonly leafCount: bigint };
    const { batchNumber, commitment, firstBlock, firstTimestamp, cheatCount, priorityOpCount, pubdata, policyData } = args["batch"] as RawCommit;
    return {
      batchNumber,
      commitment,
      firstBlock,
      firstTimestamp,
      cheatCount,
      priorityOpCount,
      pubdata: fromHex(pubdata),
      policyData,
      oldLeafCount: previous.leafCount,
    };
  } catch {
    // Bytes that only look like the selector.
    return undefined;
  }
}
