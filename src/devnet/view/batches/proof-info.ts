import type { RpcClient } from "../../../chain/rpc/request/dispatch.ts";
import { RpcCode, RpcError } from "../../../chain/rpc/request/json-rpc.ts";
import { toHex, type Hex } from "../../../protocol/hex.ts";
import { isProvenVersion } from "../../../protocol/no-proof.ts";
import { readProvenRecord, STORED_BATCH_BYTES } from "../../../protocol/proven-record.ts";
import { hyperchainInterface } from "../../../settlement-layer/reader/contract-interfaces.ts";
import { settledStages } from "./batch-info.ts";
import type { SettledSource } from "./batch-on-l1.ts";

/** Answer of `hyperchain_proof`: what a verifier needs, so that it must believe neither the chain nor this answer. */
export interface BatchProofInfo {
  readonly chainId: number;
  readonly number: number;
  readonly protocolVersion: number;
  /** False where the version takes a marker instead of a proof: then nothing is proven. */
  readonly isProven: boolean;
  /** Of 24 words: the ABI encoding of the batch's record, whose keccak L1's contract keeps as `storedBatchHash(number)`. */
  readonly storedBatch: Hex;
  /** The public values, of 200 bytes: each of them stands in the record. */
  readonly statement: Hex;
  readonly proof: Hex;
  /** Where it was checked; seconds of that member. */
  readonly checked: {
    readonly chainId: number;
    /** The chain's contract there, which asked its verifier. */
    readonly contract: Hex;
    readonly transactionHash: Hex;
    readonly timestamp: number;
  };
}

/** More than three times the longest that was measured. */
const MOST_PROOF_BYTES = 2 ** 18;
/** A selector, the record, the place and the length of the proof. */
const BYTES_BESIDE_PROOF = 4 + STORED_BATCH_BYTES + 2 * 32;

/** The proof that L1 has accepted of a batch, as L1's transaction has it; null before. Rejects with RpcError, or L1's error. */
export async function proofInfo(
  chain: SettledSource,
  number: unknown,
  client: RpcClient | undefined,
): Promise<BatchProofInfo | null> {
  const l1 = chain.base;
  const batch = await settledStages(chain, number, client);
  const place = batch?.l1.prove;
  if (batch === null || place === undefined) return null;
  const { transactionHash, timestamp } = place;
  const contract = chain.pipeline.created.hyperchain;
  const transaction = (await l1.request("eth_getTransactionByHash", [transactionHash])) as L1Transaction | null;
  const call = transaction?.to?.toLowerCase() === contract ? readProveCall(transaction.input) : undefined;
  const record = call === undefined ? undefined : readProvenRecord(call.storedBatch);
  if (call === undefined || record === undefined) {
    throw new RpcError(
      RpcCode.rejected,
      `batch ${batch.number} was proven by L1's transaction ${transactionHash}, which is no direct call of proveBatch with ` +
        `${MOST_PROOF_BYTES} bytes of proof at most; read the proof from that transaction's trace`,
      { code: "ProofNotReadable", transactionHash },
    );
  }
  return {
    chainId: batch.chainId,
    number: batch.number,
    protocolVersion: Number(record.protocolVersion),
    isProven: isProvenVersion(record.protocolVersion),
    storedBatch: call.storedBatch,
    statement: toHex(record.statement),
    proof: call.proof,
    checked: { chainId: Number(l1.chainId), contract, transactionHash, timestamp },
  };
}

/** Of `eth_getTransactionByHash`. */
interface L1Transaction {
  readonly to: string | null;
  readonly input: string;
}

/** Undefined where the input is no call of `proveBatch`, or a longer one. */
function readProveCall(input: string): { readonly storedBatch: Hex; readonly proof: Hex } | undefined {
  if (input.length > 2 + 2 * (BYTES_BESIDE_PROOF + MOST_PROOF_BYTES + 31)) return undefined;
  const call = hyperchainInterface.parseTransaction({ data: input });
  if (call?.name !== "proveBatch") return undefined;
  return { storedBatch: `0x${input.slice(10, 10 + 2 * STORED_BATCH_BYTES)}`, proof: call.args[1] as Hex };
}
