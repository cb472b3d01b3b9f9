import type { TransactionReceipt } from "ethers";
import { collectRevertSignatures } from "../quorum.ts";
import type { Quorum } from "../quorum.ts";
import { readRevert } from "../signing-view.ts";
import { encodeRevert } from "./batch-calls.ts";
import type { SenderContext } from "./sender-context.ts";

/** Has L1 forget committed and proven batches from a number on. Rejects with QuorumUnreachable or the transactor's errors. */
export async function revertBatches(
  context: Pick<SenderContext, "provider" | "hyperchain" | "fromBlock" | "settlementChainId" | "transactor">,
  fromBatch: bigint,
  quorum: Quorum,
): Promise<TransactionReceipt> {
  const reversal = await readRevert(context, fromBatch);
  const data = encodeRevert(reversal, await collectRevertSignatures(quorum, context, reversal));
  return context.transactor.send({ label: `revert from batch ${fromBatch}`, to: context.hyperchain, data });
}
