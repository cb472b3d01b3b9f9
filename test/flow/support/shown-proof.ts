import { Contract, type JsonRpcProvider } from "ethers";
import { type BatchToVerify, executionChecks, type LayersWord } from "../../../page/verify/record-checks.ts";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import type { BatchProofInfo } from "../../../src/ecosystem/devnet/view/batches/proof-on-l1.ts";
import { provenBatches, readProvenRecord } from "../../../src/ground/protocol/proven-record.ts";

type ShownExecution = Extract<BatchProofInfo, { kind: "execution" }>;

/** Checks of the page about L1's record of a batch that do not hold. */
export async function failingChecks(
  shown: ShownExecution,
  { l1, hyperchain }: { l1: JsonRpcProvider; hyperchain: string },
): Promise<readonly string[]> {
  const record = readProvenRecord(shown.storedBatch)!;
  const { transactionHash } = shown.checked;
  const batch: BatchToVerify = {
    ...{ batchNumber: shown.number, hyperchain, proveTransaction: transactionHash },
    ...{ commitment: record.commitment, layer: "L1" },
  };
  const contract = new Contract(hyperchain, hyperchainAbi, l1);
  const word: LayersWord = {
    receipt: (await l1.send("eth_getTransactionReceipt", [transactionHash])) as LayersWord["receipt"],
    storedHash: (await contract.getFunction("storedBatchHash")(shown.number)) as string,
  };
  const checks = executionChecks(batch, record, provenBatches(shown.batches)!, word);
  return checks.flatMap(({ what, holds }) => (holds ? [] : [what]));
}
