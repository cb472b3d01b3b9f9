import { addressWord, bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { digestToHex, elementsToBytes, FIELD_MODULUS, type Digest } from "./digest.ts";
import type { Quintic } from "./evaluation.ts";
import { fromHex, hashTag, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber, ChainId } from "./ids.ts";

const BATCH_TAG = hashTag("hyperchain.batch.v2");
const EVALUATION_POINT_TAG = hashTag("hyperchain.evaluation-point.v1");
const DATA_AVAILABILITY_TAG = hashTag("hyperchain.data-availability.v2");
const COMMITMENT_TAG = hashTag("hyperchain.commitment.v1");

/** In place of what commits to a second state tree, which no chain has. */
export const NO_PARTITION: Hex = wordToHex(0n);

/** All that fixes a batch before the evaluation point exists. */
export interface PreCommitmentFields {
  readonly protocolVersion: bigint;
  readonly settlementChainId: ChainId;
  /** The chain's contract on its settlement chain, 20 bytes. */
  readonly hyperchainAddress: Hex;
  readonly chainId: ChainId;
  readonly batchNumber: BatchNumber;
  readonly previousCommitment: Hex;
  readonly oldStateRoot: Digest;
  readonly newStateRoot: Digest;
  /** D, the digest of the complete diff list. */
  readonly diffDigest: Digest;
  readonly outputsHash: Hex;
  /** Number of the pubdata's location in the chain's data availability policy. */
  readonly daPolicy: bigint;
  /** Root of a second state tree; 0 without one. */
  readonly partition: Hex;
}

/** Publication of a batch's data, with L1's result. */
export interface DaCommitmentFields {
  readonly pubdataHash: Hex;
  readonly point: Quintic;
  readonly evaluation: Quintic;
  /** Sums of the asset messages. */
  readonly flowsHash: Hex;
  /** keccak of whatever else the policy binds; keccak of nothing when it binds nothing. */
  readonly policyDataHash: Hex;
  /** Commitment to a second state tree's data; 0 without one. */
  readonly partitionDa: Hex;
}

/**
 * Binds everything but the pubdata's bytes. Throws DigestError for a digest that is not canonical, WordError or HexError for what
 * does not fit its type.
 */
export function hashPreCommitment(fields: PreCommitmentFields): Hex {
  return keccakOfWords([
    bytesWord(BATCH_TAG),
    uintWord(fields.protocolVersion),
    uintWord(fields.settlementChainId),
    addressWord(fields.hyperchainAddress),
    uintWord(fields.chainId),
    uintWord(fields.batchNumber),
    bytesWord(fields.previousCommitment),
    bytesWord(digestToHex(fields.oldStateRoot)),
    bytesWord(digestToHex(fields.newStateRoot)),
    bytesWord(digestToHex(fields.diffDigest)),
    bytesWord(fields.outputsHash),
    uintWord(fields.daPolicy),
    bytesWord(fields.partition),
  ]);
}

/**
 * r, at which the diff list is evaluated: drawn from a hash of both sides (D inside the preCommitment, the calldata inside
 * pubdataHash), so neither can be chosen after it.
 */
export function deriveEvaluationPoint(preCommitment: Hex, pubdataHash: Hex, pubdataLength: number): Quintic {
  return drawPoint(
    keccak(
      fromHex(EVALUATION_POINT_TAG),
      fromHex(preCommitment, 32),
      fromHex(pubdataHash, 32),
      fromHex(wordToHex(BigInt(pubdataLength))),
    ),
  );
}

/** A quintic element out of a hash: coordinate j is bytes 6j … 6j+5, modulo p. */
export function drawPoint(hash: Hex): Quintic {
  const view = new DataView(fromHex(hash, 32).buffer);
  const coordinate = (j: number): number => (view.getUint16(6 * j) * 2 ** 32 + view.getUint32(6 * j + 2)) % FIELD_MODULUS;
  return [coordinate(0), coordinate(1), coordinate(2), coordinate(3), coordinate(4)];
}

/** Binds the pubdata, the evaluation and what L1 summed from the messages. */
export function hashDaCommitment(fields: DaCommitmentFields): Hex {
  return keccakOfWords([
    bytesWord(DATA_AVAILABILITY_TAG),
    bytesWord(fields.pubdataHash),
    bytesWord(toHex(elementsToBytes(fields.point)), 20),
    bytesWord(toHex(elementsToBytes(fields.evaluation)), 20),
    bytesWord(fields.flowsHash),
    bytesWord(fields.policyDataHash),
    bytesWord(fields.partitionDa),
  ]);
}

/** The batch's commitment: what the quorum signs, the proof states and the next batch refers to. */
export function hashCommitment(preCommitment: Hex, daCommitment: Hex): Hex {
  return keccak(fromHex(COMMITMENT_TAG), fromHex(preCommitment, 32), fromHex(daCommitment, 32));
}
