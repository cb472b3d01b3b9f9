import type { Provider } from "ethers";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { calledCommits, commitsOf, toldCommits, type CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";

/**
 * What may be the calldata of a batch's commit: one call as a rule; none where a contract put the call together itself;
 * more where there are decoys. Rejects with ReconstructionError PubdataMissing where the transaction is not there.
 */
export async function readCommits(provider: Provider, transactionHash: Hex, stored: StoredBatch): Promise<readonly CommitCall[]> {
  const commits = await calledCommits(provider, transactionHash, stored.commitment);
  if (commits === undefined) {
    const { batchNumber } = stored;
    throw new ReconstructionError("PubdataMissing", `L1 does not have transaction ${transactionHash}, which committed it`, {
      batchNumber,
    });
  }
  return commitsOf(commits, stored);
}

/** The same, among the calls that events of the chain's contract tell: those that are not the transaction's own input. */
export async function readToldCommits(
  provider: Provider,
  { transactionHash, hyperchain }: { readonly transactionHash: Hex; readonly hyperchain: Hex },
  stored: StoredBatch,
): Promise<readonly CommitCall[]> {
  const { commitment } = stored;
  return commitsOf(await toldCommits(provider, transactionHash, { hyperchain, commitment }), stored);
}
