import type { Provider } from "ethers";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import { calledCommits, commitsOf, emittedCommits, type CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";

/**
 * Candidates for the calldata of a batch's commit: usually one call; none if a contract composed the call itself; more if
 * there are decoys. Rejects with ReconstructionError PubdataMissing if the transaction is missing.
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

/** Candidates among the calls in events of the chain's contract: those that are not the transaction's input. */
export async function readEmittedCommits(
  provider: Provider,
  { transactionHash, hyperchain }: { readonly transactionHash: Hex; readonly hyperchain: Hex },
  stored: StoredBatch,
): Promise<readonly CommitCall[]> {
  const { commitment } = stored;
  return commitsOf(await emittedCommits(provider, transactionHash, { hyperchain, commitment }), stored);
}
