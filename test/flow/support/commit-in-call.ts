import assert from "node:assert/strict";
import type { TransactionResponse } from "ethers";
import { hyperchainInterface } from "../../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import type { ApprovedBatch } from "../../../src/chain/settlement/l1-sender/batch-calls.ts";

/** A batch with its approval, in a direct call of `commitBatches`; the first of the call unless a number is given. */
export function commitInCall(transaction: TransactionResponse | null, batchNumber?: number): ApprovedBatch {
  const call = transaction && hyperchainInterface.parseTransaction({ data: transaction.data });
  assert.equal(call?.name, "commitBatches");
  const { batches } = call!.args.toObject() as { readonly batches: readonly ApprovedBatch[] };
  const found = batches.find(({ batch }) => batchNumber === undefined || batch.batchNumber === BigInt(batchNumber));
  return found ?? assert.fail(`the call commits no batch ${batchNumber}`);
}
