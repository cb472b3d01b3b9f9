import { isProvenVersion } from "../../../../ground/protocol/no-proof.ts";
import type { Hex } from "../../../../ground/protocol/hex.ts";
import { SETTLEMENT_STAGES, type SettlementStage } from "../../../../ground/protocol/settlement-stage.ts";
import { gasShare } from "../../../../chain/settlement-layer/reader/gas-share.ts";
import type { SettledBatchInfo } from "../books/ecosystem-info.ts";
import type { SettledBatch } from "../../../../chain/node/settling/settled-batch.ts";

/** A settled batch as the ecosystem's methods tell it. */
export function settledBatchInfo(chainId: bigint, { batch, proof, receipts }: SettledBatch): SettledBatchInfo {
  const l1Gas: Partial<Record<SettlementStage, number>> = {};
  const l1Transactions: Partial<Record<SettlementStage, Hex>> = {};
  for (const stage of SETTLEMENT_STAGES) {
    const receipt = receipts[stage];
    if (receipt === undefined) continue;
    l1Gas[stage] = Number(gasShare(receipt, stage));
    l1Transactions[stage] = receipt.hash as Hex;
  }
  return {
    chainId: Number(chainId),
    batchNumber: Number(batch.outputs.batchNumber),
    protocolVersion: Number(batch.protocolVersion),
    transactions: batch.transactionCount,
    pubdataBytes: batch.pubdata.length,
    ...(isProvenVersion(batch.protocolVersion) ? { proof: { bytes: proof.bytes, ...madeBy(proof.metrics) } } : {}),
    l1Gas,
    l1Transactions,
  };
}

function madeBy(metrics: SettledBatch["proof"]["metrics"]): { readonly seconds?: number; readonly worker?: string } {
  if (metrics === undefined) return {};
  const { seconds, worker } = metrics;
  return { seconds, ...(worker === undefined ? {} : { worker }) };
}
