import type { RpcClient } from "../../../../chain/rpc/request/dispatch.ts";
import { settledStages } from "./batch-info.ts";
import type { SettledSource } from "./batch-on-l1.ts";
import { readProof, type BatchProofInfo } from "./proof-on-l1.ts";

/** Reads the proof that L1 has accepted of a batch; null before. Rejects as `readProof`. */
export async function proofInfo(
  chain: SettledSource,
  number: unknown,
  client: RpcClient | undefined,
): Promise<BatchProofInfo | null> {
  const batch = await settledStages(chain, number, client);
  const place = batch?.l1.prove;
  if (batch === null || place === undefined) return null;
  const contract = chain.pipeline.created.hyperchain;
  return readProof({ chainId: batch.chainId, number: batch.number, contract, ...place }, chain.base);
}
