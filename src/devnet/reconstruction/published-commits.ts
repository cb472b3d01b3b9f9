import type { Provider } from "ethers";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";
import { calledCommits, commitsOf, toldCommits } from "../../settlement-layer/reader/commit-call.ts";
import type { CommitCall } from "../../settlement-layer/reader/commit-call.ts";

/**
 * What may be the calldata of a batch's commit: one call as a rule; none where a contract put the call together itself;
 * more where there are decoys. Rejects with ReconstructionError: PubdataMissing where the transaction is not there,
 * NotARollup where the commit carries no pubdata.
 */
export async function readCommits(provider: Provider, transactionHash: Hex, stored: StoredBatch): Promise<readonly CommitCall[]> {
  const commits = await calledCommits(provider, transactionHash, stored.commitment);
  if (commits === undefined) {
    const { batchNumber } = stored;
    throw new ReconstructionError("PubdataMissing", `L1 does not have transaction ${transactionHash}, which committed it`, {
      batchNumber,
    });
  }
  return publishedAmong(commits, stored);
}

/** The same, among the calls that events of the chain's contract tell: those that are not the transaction's own input. */
export async function readToldCommits(
  provider: Provider,
  { transactionHash, hyperchain }: { readonly transactionHash: Hex; readonly hyperchain: Hex },
  stored: StoredBatch,
): Promise<readonly CommitCall[]> {
  const { commitment } = stored;
  return publishedAmong(await toldCommits(provider, transactionHash, { hyperchain, commitment }), stored);
}

/**
 * Those that say they are the batch's, and publish its data. Throws ReconstructionError NotARollup where they all withhold
 * it.
 */
function publishedAmong(commits: readonly CommitCall[], stored: StoredBatch): readonly CommitCall[] {
  const calls = commitsOf(commits, stored);
  const published = calls.filter(({ pubdata }) => pubdata.length > 0);
  if (calls.length > 0 && published.length === 0) {
    const { batchNumber } = stored;
    throw new ReconstructionError("NotARollup", "its data was withheld from L1; ask those who keep it", { batchNumber });
  }
  return published;
}
