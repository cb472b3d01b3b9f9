import { Contract, type JsonRpcProvider } from "ethers";
import { type BatchToVerify, executionChecks, type LayersWord } from "../../../page/verify/record-checks.ts";
import { hyperchainAbi } from "../../../src/abi/hyperchain.ts";
import type { BatchProofInfo } from "../../../src/devnet/view/batches/proof-on-l1.ts";
import { fromHex } from "../../../src/protocol/hex.ts";
import { readProvenRecord } from "../../../src/protocol/proven-record.ts";

type ShownExecution = Extract<BatchProofInfo, { kind: "execution" }>;

/** What of the checks of a page does not hold, of that contract's batch. `proof`: other bytes than those that are shown. */
export async function failingChecks(
  shown: ShownExecution,
  { l1, hyperchain, proof = fromHex(shown.proof) }: { l1: JsonRpcProvider; hyperchain: string; proof?: Uint8Array },
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
    transaction: (await l1.send("eth_getTransactionByHash", [
      shown.proofTransactionHash ?? transactionHash,
    ])) as LayersWord["transaction"],
    storedHash: (await contract.getFunction("storedBatchHash")(shown.number)) as string,
  };
  const checks = executionChecks(batch, record, { ...shown, proof }, word);
  return checks.flatMap(({ what, holds }) => (holds ? [] : [what]));
}

/** With the lowest bit of the middle byte turned. */
export function turned(proof: string): Uint8Array {
  const bytes = fromHex(proof as `0x${string}`);
  bytes[bytes.length >> 1]! ^= 1;
  return bytes;
}
