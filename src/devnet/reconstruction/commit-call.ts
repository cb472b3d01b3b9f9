import type { Provider } from "ethers";
import { Interface } from "ethers";
import { hyperchainAbi } from "../../abi/hyperchain.ts";
import { ReconstructionError } from "../../chain/reconstruction/reconstruction-error.ts";
import { fromHex } from "../../protocol/hex.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { StoredBatch } from "../../protocol/stored-batch.ts";

/** What a commit's calldata says beside the batch's record. */
export interface CommitCall {
  readonly batchNumber: bigint;
  readonly commitment: Hex;
  readonly firstBlock: bigint;
  /** Seconds. */
  readonly firstTimestamp: bigint;
  readonly cheatCount: bigint;
  readonly pubdata: Uint8Array;
  readonly policyData: Hex;
  /** Leaves of the state before it, as the submitter brought it along; 0 where L1 did not know. */
  readonly oldLeafCount: bigint;
  readonly priorityOpCount: bigint;
}

const hyperchain = new Interface(hyperchainAbi);
const SELECTOR = hyperchain.getFunction("commitBatch")?.selector.slice(2) ?? "";

/**
 * Every commit in a transaction's calldata. Anyone may commit, also through another contract whose calldata holds the call, so
 * it is looked for everywhere; what is found is believed only as far as a commitment binds it.
 */
export function commitsIn(calldata: string): CommitCall[] {
  const digits = calldata.toLowerCase();
  const found: CommitCall[] = [];
  for (let at = digits.indexOf(SELECTOR); at !== -1; at = digits.indexOf(SELECTOR, at + 2)) {
    if (at % 2 !== 0) continue;
    const call = decodeCommit(`0x${digits.slice(at)}`);
    if (call !== undefined) found.push(call);
  }
  return found;
}

/**
 * What may be the calldata of a batch's commit: usually one call, more where a transaction holds decoys. Rejects with
 * ReconstructionError: PubdataMissing where the transaction or the call is not there, NotARollup where it carries no pubdata.
 */
export async function readCommits(
  provider: Provider,
  transactionHash: Hex,
  { batchNumber, commitment }: StoredBatch,
): Promise<readonly CommitCall[]> {
  const transaction = await provider.getTransaction(transactionHash);
  if (transaction === null) {
    throw new ReconstructionError("PubdataMissing", `L1 does not have transaction ${transactionHash}, which committed it`, { batchNumber });
  }
  const calls = commitsIn(transaction.data).filter((commit) => commit.batchNumber === batchNumber && commit.commitment === commitment);
  if (calls.length === 0) {
    throw new ReconstructionError("PubdataMissing", `transaction ${transactionHash} does not hold the commit of ${commitment}`, { batchNumber });
  }
  const published = calls.filter(({ pubdata }) => pubdata.length > 0);
  if (published.length === 0) {
    throw new ReconstructionError("NotARollup", "its data was withheld from L1; ask those who keep it", { batchNumber });
  }
  return published;
}

interface RawCommit {
  readonly batchNumber: bigint;
  readonly firstBlock: bigint;
  readonly firstTimestamp: bigint;
  readonly priorityOpCount: bigint;
  readonly cheatCount: bigint;
  readonly commitment: Hex;
  readonly pubdata: string;
  readonly policyData: Hex;
}

function decodeCommit(data: string): CommitCall | undefined {
  try {
    const args = hyperchain.decodeFunctionData("commitBatch", data);
    const previous = args["previous"] as { readonly leafCount: bigint };
    const { batchNumber, commitment, firstBlock, firstTimestamp, cheatCount, priorityOpCount, pubdata, policyData } = args["batch"] as RawCommit;
    return {
      batchNumber,
      commitment,
      firstBlock,
      firstTimestamp,
      cheatCount,
      priorityOpCount,
      pubdata: fromHex(pubdata),
      policyData,
      oldLeafCount: previous.leafCount,
    };
  } catch {
    // Bytes that only look like the selector.
    return undefined;
  }
}
