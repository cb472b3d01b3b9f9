import type { ExecutionClaim } from "../execution-proof/batch/execution-claim.ts";
import { aggregateElements, type AggregatedFields } from "../../ground/protocol/aggregate.ts";
import { digestToHex, elementsToBytes } from "../../ground/protocol/digest.ts";
import { toHex } from "../../ground/protocol/hex.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import { decodeStateInput } from "../prover/state-input.ts";
import { saidOfBatch } from "../recursion/nodes/batch-program.ts";
import { elementBytes } from "../stark/transcripts/transcript-form.ts";

/** A batch whose execution is proven, or that gets a marker. Plain data. */
export interface ExecutedProof {
  readonly claim: ExecutionClaim;
  /** `encodeBatchProof`: the proofs of its chunks. Empty if L1 accepts markers. */
  readonly execution: Uint8Array;
  /** `encodeStateInput`: what its list is proven from. */
  readonly list: Uint8Array;
}

/**
 * A batch whose own proof is made, and all that a proof of several needs of it: neither the proofs of its chunks nor the states
 * before and behind it. Plain data.
 */
export interface JoinableBatch {
  readonly fields: AggregatedFields;
  /** The name of the program of a batch that the proof is of. */
  readonly program: string;
  readonly proof: Uint8Array;
}

/** A batch of which L1 is to be shown a proof: from its chunks on, or with its own proof made. */
export type BatchForL1 = ExecutedProof | JoinableBatch;

export function isJoinable(batch: BatchForL1): batch is JoinableBatch {
  return "fields" in batch;
}

/** Chain and version of a batch. */
export function placeOf(batch: BatchForL1): { readonly chainId: ChainId; readonly version: bigint } {
  const { chainId, batch: own } = isJoinable(batch) ? batch.fields : batch.claim;
  return { chainId, version: own.protocolVersion };
}

/** Statement that its proof must show. Throws RangeError for fields that L1 would not have stored. */
export function joinableStatement({ fields }: Pick<JoinableBatch, "fields">): Uint8Array {
  return elementBytes(saidOfBatch(aggregateElements(fields)));
}

/** Fields of the batch in an aggregate. Throws RangeError for a list that cannot be decoded. */
export function fieldsOf(batch: BatchForL1): AggregatedFields {
  return isJoinable(batch) ? batch.fields : aggregatedFields(batch.claim, decodeStateInput(batch.list).statement);
}

/** Fields in an aggregate of the batch that a claim and the statement of its list are about. */
export function aggregatedFields(
  { chainId, batch: { protocolVersion, batchNumber } }: ExecutionClaim,
  listed: BatchStatement,
): AggregatedFields {
  return {
    chainId,
    batch: {
      protocolVersion,
      batchNumber,
      commitment: listed.commitment,
      outputsHash: listed.outputsHash,
      oldStateRoot: digestToHex(listed.oldStateRoot),
      newStateRoot: digestToHex(listed.newStateRoot),
      diffDigest: digestToHex(listed.diffDigest),
      point: toHex(elementsToBytes(listed.point)),
      evaluation: toHex(elementsToBytes(listed.evaluation)),
    },
  };
}
