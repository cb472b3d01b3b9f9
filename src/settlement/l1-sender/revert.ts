import type { TransactionReceipt } from "ethers";
import { collectRevertSignatures, countingMembers, type Quorum } from "../signing/quorum.ts";
import { readRevert, readSigningView } from "./signing-view.ts";
import { mayStandbyRevert, readCountingQuorum } from "./chain-reader.ts";
import { encodeRevert } from "./batch-calls.ts";
import type { SenderContext } from "./sender-context.ts";

/**
 * Has L1 forget committed and proven batches from a number on. Rejects with QuorumUnreachable, SignersMissing or the transactor's
 * errors.
 */
export async function revertBatches(
  context: Pick<SenderContext, "provider" | "hyperchain" | "fromBlock" | "settlementChainId" | "transactor" | "confirmations">,
  fromBatch: bigint,
  quorum: Quorum,
): Promise<TransactionReceipt> {
  const reversal = await readRevert(context, fromBatch, context.confirmations);
  const { now } = await readSigningView(context, 0n, context.confirmations);
  const asked = countingMembers(quorum, await readCountingQuorum(context), await mayStandbyRevert(context, now));
  const data = encodeRevert(reversal, await collectRevertSignatures(asked, context, reversal));
  return context.transactor.send({ label: `revert from batch ${fromBatch}`, to: context.hyperchain, data });
}
