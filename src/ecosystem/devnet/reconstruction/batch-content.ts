import type { Provider } from "ethers";
import {
  preCommitmentOf,
  readPublishedBatch,
  type PublishedContent,
  type PublishingChain,
} from "../../../chain/reconstruction/published-batch.ts";
import { ReconstructionError } from "../../../chain/reconstruction/reconstruction-error.ts";
import { NOTHING_BOUND } from "../../../ground/protocol/data-choice.ts";
import type { Compress } from "../../../ground/protocol/digest.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { StoredBatch } from "../../../ground/protocol/stored-batch.ts";
import type { L2CanonicalTransaction } from "../../../ground/protocol/priority-op.ts";
import type { HeldData } from "../held-data/held-data.ts";
import type { RepeatedInputs } from "./repeated-inputs.ts";
import { boundBy, shownBatch } from "./bound-by-policy.ts";
import { CallRefusal } from "../chain-on-l1/ask-contract.ts";
import type { CommitCall } from "../../../chain/settlement-layer/reader/commit-call.ts";

/** A batch, and all that may be its commit's calldata. */
interface BatchSource {
  readonly stored: StoredBatch;
  readonly previous: StoredBatch;
  readonly calls: readonly CommitCall[];
  /** Operations of L1's queue that it takes, in order. */
  readonly operations: readonly L2CanonicalTransaction[];
  readonly canonicalTxHashes: readonly Hex[];
  readonly oldLeafCount: number;
}

/** Sources of data that are not in a commit. */
interface DataSources {
  readonly heldData: HeldData;
  readonly repeated: RepeatedInputs;
}

/**
 * Published data of a batch, checked against its record (see `readPublishedBatch`). Of several calls the one that the
 * commitment binds counts; if there is none, rejects with the first one's ReconstructionError. Data that no commit has
 * are requested only if the commitment binds the call: an attacker can put hundreds of decoys into a commit's
 * transaction.
 */
export async function readBatchContent(
  { calls, ...batch }: BatchSource,
  chain: PublishingChain,
  { compress, ...sources }: DataSources & { readonly compress: Compress },
  provider: Provider,
): Promise<PublishedContent> {
  const { stored, previous } = batch;
  const preCommitment = preCommitmentOf(stored, previous, chain);
  let refusal: ReconstructionError | undefined;
  for (const call of calls) {
    try {
      const shown = shownBatch(call, stored, preCommitment);
      const publishes = shown.claim.published;
      const bound = await askPolicy(stored.batchNumber, shown, chain.daPolicy, provider);
      const pubdata = publishes
        ? call.pubdata
        : await withheldData(call, batch, { ...chain, claimed: shown.claimedWith(bound) }, sources);
      const { oldLeafCount } = batch;
      return readPublishedBatch({ ...call, ...batch, oldLeafCount, pubdata, data: { bound, publishes } }, chain, compress);
    } catch (error) {
      if (!(error instanceof ReconstructionError)) throw error;
      refusal ??= error;
    }
  }
  const { batchNumber, commitment } = stored;
  throw (
    refusal ??
    new ReconstructionError("PubdataMissing", `the transaction that committed it does not hold the commit of ${commitment}`, {
      batchNumber,
    })
  );
}

/** Data that the commit does not have: from the batch's inputs if L1 has those, otherwise from those who keep the data. */
async function withheldData(
  call: CommitCall,
  { stored, previous, operations }: Omit<BatchSource, "calls">,
  { daPolicy, claimed }: Pick<PublishingChain, "daPolicy"> & { readonly claimed: Hex },
  { heldData, repeated }: DataSources,
): Promise<Uint8Array> {
  const { batchNumber, commitment } = stored;
  const isRepeated = await repeated.isUnder(daPolicy);
  if (claimed !== commitment)
    throw new ReconstructionError(
      isRepeated ? "InputsMismatch" : "PubdataMismatch",
      `its call leads to commitment ${claimed}, L1 has ${commitment}`,
      { batchNumber },
    );
  return isRepeated
    ? repeated.pubdataOf({ stored, previous, call, operations, daPolicy })
    : heldData.read(batchNumber, call.withheldHash);
}

/** Answer of the chain's policy: the commitment binds both. */
async function askPolicy(
  batchNumber: bigint,
  batch: Parameters<typeof boundBy>[2],
  daPolicy: bigint,
  provider: Provider,
): Promise<Hex> {
  if (batch.policyData === "0x") return NOTHING_BOUND;
  const policy: Hex = `0x${daPolicy.toString(16).padStart(40, "0")}`;
  try {
    return await boundBy(provider, policy, batch);
  } catch (error) {
    if (!(error instanceof CallRefusal)) throw error;
    throw new ReconstructionError("PubdataMismatch", `the policy ${policy} refuses the data that it accepted`, {
      batchNumber,
      cause: error,
    });
  }
}
