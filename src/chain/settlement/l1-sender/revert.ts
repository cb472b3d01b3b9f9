import type { TransactionReceipt } from "ethers";
import type { BatchRevert } from "../../../ground/protocol/quorum.ts";
import { hashStoredBatch, type StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { collectRevertSignatures, countingMembers, type Quorum } from "../signing/quorum.ts";
import { readRevert, readSigningView } from "./signing-view.ts";
import { mayStandbyRevert, readCountingQuorum } from "./chain-reader.ts";
import { encodeRevert } from "./batch-calls.ts";
import type { SenderContext } from "./sender-context.ts";

/**
 * Reverts committed and proven batches on L1, from a number onwards. Rejects with QuorumUnreachable, SignersMissing or
 * the transactor's errors. `examined` are the batches from that number that the caller has read: L1 refuses the revert if
 * it has other ones. Default: those that L1 has now.
 */
export async function revertBatches(
  context: Pick<SenderContext, "provider" | "hyperchain" | "fromBlock" | "settlementChainId" | "transactor" | "confirmations">,
  fromBatch: bigint,
  quorum: Quorum,
  examined?: readonly StoredBatch[],
): Promise<TransactionReceipt> {
  const onL1 = await readRevert(context, fromBatch, context.confirmations);
  const reversal = { ...onL1, ...hashesOf(examined) };
  const { now } = await readSigningView(context, 0n, context.confirmations);
  const asked = countingMembers(quorum, await readCountingQuorum(context), await mayStandbyRevert(context, now));
  const data = encodeRevert(reversal, await collectRevertSignatures(asked, context, reversal));
  return context.transactor.send({ label: `revert from batch ${fromBatch}`, to: context.hyperchain, data });
}

function hashesOf(examined: readonly StoredBatch[] = []): Partial<Pick<BatchRevert, "firstBatchHash" | "lastBatchHash">> {
  const [first, last] = [examined[0], examined.at(-1)];
  return first && last ? { firstBatchHash: hashStoredBatch(first), lastBatchHash: hashStoredBatch(last) } : {};
}
