import type { JsonRpcProvider } from "ethers";
import { HyperchainError } from "../../../ground/errors/hyperchain-error.ts";
import { changesRefusal, executionRefusal } from "../../../proofs/l1-proof/proof-verdict.ts";
import { digestFromHex } from "../../../ground/protocol/digest.ts";
import { fromHex, wordToHex, type Hex } from "../../../ground/protocol/hex.ts";
import { provenBatches, readProvenRecord } from "../../../ground/protocol/proven-record.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import {
  findNewestLog,
  findStoredBatch,
  readTotals,
  type ChainContract,
  type L1Reader,
} from "../../../chain/settlement/l1-sender/chain-reader.ts";
import { readProof, type BatchProofInfo } from "../view/batches/proof-on-l1.ts";

/**
 * A batch's proof does not hold, or cannot be checked. NotCommitted, NotProven: L1 does not have the batch or its proof yet.
 * NothingProven: its version takes markers. RecordDiffers: L1's transaction shows another record than L1's contract has.
 * ProofRejected: the proof does not show the record.
 * Remedy: wait for L1 after NotCommitted and NotProven; after RecordDiffers and ProofRejected accept nothing that depends on
 * the batch.
 */
export class BatchCheckError extends HyperchainError<
  "NotCommitted" | "NotProven" | "NothingProven" | "RecordDiffers" | "ProofRejected"
> {
  override readonly name = "BatchCheckError";
}

interface CheckedContract {
  readonly l1: L1Reader & Pick<JsonRpcProvider, "send">;
  /** L1's chain id. */
  readonly l1ChainId: bigint;
  readonly chainId: bigint;
  /** Contract of the chain on L1. */
  readonly hyperchain: Hex;
  /** L1 block of the chain's creation or an earlier one. */
  readonly fromBlock: number;
}

/** A batch whose proof was checked. */
export interface CheckedBatch extends Pick<StoredBatch, "oldStateRoot" | "newStateRoot" | "protocolVersion"> {
  readonly chainId: bigint;
  readonly batchNumber: bigint;
  readonly kind: BatchProofInfo["kind"];
  readonly stage: "proven" | "executed";
  /** Length of the proof. */
  readonly bytes: number;
  /** Batches that the proof covers. */
  readonly batches: number;
  readonly transactionHash: Hex;
}

/**
 * Checks a batch's proof again, against L1's record of the batch. The proof is read from the L1 transaction that proved it.
 * Rejects with BatchCheckError, RpcError ProofNotReadable, or the provider's error.
 */
export async function checkBatch(chain: CheckedContract, batchNumber: bigint): Promise<CheckedBatch> {
  const { l1, l1ChainId, chainId, hyperchain, fromBlock } = chain;
  const contract: ChainContract = { provider: l1, hyperchain, fromBlock };
  const stored = await findStoredBatch(contract, batchNumber);
  if (stored === undefined) throw new BatchCheckError("NotCommitted", `L1 does not have batch ${batchNumber}; settle it first`);
  const { executed } = await readTotals(contract);
  const place = await provenIn(contract, stored);
  if (place === undefined) throw new BatchCheckError("NotProven", `L1 has no proof of batch ${batchNumber} yet; settle it first`);
  const base = { chainId: l1ChainId, request: (method: string, params: readonly unknown[] = []) => l1.send(method, [...params]) };
  const shown = await readProof({ chainId: Number(chainId), number: Number(batchNumber), contract: hyperchain, ...place }, base);
  if (!shown.isProven)
    throw new BatchCheckError(
      "NothingProven",
      `batch ${batchNumber} has version ${shown.protocolVersion}: L1 takes markers for it`,
    );
  const record = readProvenRecord(shown.storedBatch);
  if (record === undefined || record.storedHash !== hashStoredBatch(stored))
    throw new BatchCheckError(
      "RecordDiffers",
      `transaction ${place.transactionHash} shows another batch ${batchNumber} than L1 has`,
    );
  const proof = fromHex(shown.proof);
  const refusal = shown.kind === "changes" ? changesRefusal(record.statement, proof) : refusalOf(shown);
  if (refusal !== undefined)
    throw new BatchCheckError(
      "ProofRejected",
      `the proof in transaction ${place.transactionHash} does not show batch ${batchNumber}: ${refusal}`,
    );
  const { oldStateRoot, newStateRoot, protocolVersion } = stored;
  return {
    chainId,
    batchNumber,
    protocolVersion,
    oldStateRoot,
    newStateRoot,
    kind: shown.kind,
    stage: batchNumber < executed ? "executed" : "proven",
    bytes: proof.length,
    batches: shown.kind === "changes" ? 1 : shown.batches.length,
    transactionHash: place.transactionHash,
  };
}

/** Reason why a proof of execution is refused, by the records with it; undefined if it holds. */
function refusalOf({ batches, digest, proof, hub }: Extract<BatchProofInfo, { kind: "execution" }>): string | undefined {
  const fields = provenBatches(batches);
  if (fields === undefined) throw new BatchCheckError("RecordDiffers", "a record with the proof has another length or number");
  return executionRefusal({ batches: fields, digest: digestFromHex(digest), hub }, fromHex(proof));
}

/** The transaction that proved the batch that L1 has now; undefined before. */
async function provenIn(
  contract: ChainContract,
  { batchNumber, commitment }: StoredBatch,
): Promise<{ readonly transactionHash: Hex; readonly timestamp: number } | undefined> {
  const log = await findNewestLog(contract, ["BatchProven", "ExecutionProven"], [wordToHex(batchNumber), commitment]);
  if (log === undefined) return undefined;
  const block = await contract.provider.getBlock(log.blockNumber);
  return { transactionHash: log.transactionHash as Hex, timestamp: block?.timestamp ?? 0 };
}
