import type { TransactionReceipt } from "ethers";
import { collectRevertSignatures } from "../quorum.ts";
import type { Quorum } from "../quorum.ts";
import { encodeRevert } from "./batch-calls.ts";
import { readContract } from "./chain-reader.ts";
import type { SenderContext } from "./sender-context.ts";

/** Has L1 forget committed and proven batches from a number on. Rejects with QuorumUnreachable or the transactor's errors. */
export async function revertBatches(
  context: Pick<SenderContext, "provider" | "hyperchain" | "fromBlock" | "settlementChainId" | "transactor">,
  fromBatch: bigint,
  quorum: Quorum,
): Promise<TransactionReceipt> {
  const revertCount = await readContract<bigint>(context, "revertCount");
  const signatures = await collectRevertSignatures(quorum, context, fromBatch, revertCount);
  const data = encodeRevert(fromBatch, signatures);
  return context.transactor.send({ label: `revert from batch ${fromBatch}`, to: context.hyperchain, data });
}
