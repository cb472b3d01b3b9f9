import { concat } from "ethers";
import { digestFromHex, elementsFromBytes, elementsToBytes, ZERO_DIGEST, type Compress, type Digest } from "./digest.ts";
import { drawPoint } from "./commitment.ts";
import { DomainTag } from "./domain-tags.ts";
import { evaluateCoefficients, type Quintic } from "./evaluation.ts";
import { fromHex, hashTag, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import type { StoredBatch } from "./stored-batch.ts";
import { toLimbs } from "./word.ts";

const AGGREGATE_TAG = hashTag("hyperchain.aggregate.v2");
/** Maximum number of batches in an aggregate. */
export const MAX_AGGREGATED_BATCHES = 64;
/** Elements of a batch's second state tree, which no chain has: two roots, D, r and y. */
const SECOND_TREE_ELEMENTS = 34;
/** Elements that each batch's evaluation and its digest take up, zeros behind its own included. */
const EVALUATED_ELEMENTS = 110;
const ABSORBED_ELEMENTS = 112;

/** A batch of an aggregate, as its chain on L1 stored it. */
export interface AggregatedBatch {
  readonly chainId: ChainId;
  readonly batch: StoredBatch;
}

/** Fields of a batch in an aggregate. */
export interface AggregatedFields {
  readonly chainId: ChainId;
  readonly batch: Pick<
    StoredBatch,
    | "protocolVersion"
    | "batchNumber"
    | "commitment"
    | "outputsHash"
    | "oldStateRoot"
    | "newStateRoot"
    | "diffDigest"
    | "point"
    | "evaluation"
  >;
}

/** Statement of an aggregate's proof; the digest comes from the prover, the rest from L1's list. */
interface AggregateStatement {
  readonly batchCount: number;
  /** A. */
  readonly digest: Digest;
  /** ρ, at which the list is evaluated. */
  readonly point: Quintic;
  /** Z. */
  readonly evaluation: Quintic;
  /** States of a hub before and after the batches, 0⁸ without a hub. */
  readonly hubBefore: Digest;
  readonly hubAfter: Digest;
}

/** States of a hub before and after the batches of a block. */
export interface HubStates {
  readonly before: Hex;
  readonly after: Hex;
}

/** The statement of an aggregate whose circuit saw these batches. With states, of a hub's block (`IHubProofs.proveHub`). */
export function aggregateStatement(batches: readonly AggregatedFields[], digest: Digest, states?: HubStates): AggregateStatement {
  const point = drawPoint(hashAggregate(batches, digest));
  const coefficients = batches.flatMap((item) => quinticsOf(padded(aggregateElements(item), EVALUATED_ELEMENTS)));
  const hubBefore = states === undefined ? ZERO_DIGEST : digestFromHex(states.before);
  const hubAfter = states === undefined ? ZERO_DIGEST : digestFromHex(states.after);
  return {
    batchCount: batches.length,
    digest,
    point,
    evaluation: evaluateCoefficients(coefficients, point),
    hubBefore,
    hubAfter,
  };
}

/** The 108 elements of a batch: numbers and words as limbs of 16 bits, lowest first; then roots, D, r and y of both trees. */
export function aggregateElements({ chainId, batch }: AggregatedFields): number[] {
  const numbers = batch.protocolVersion | (chainId << 32n) | ((batch.batchNumber + 1n) << 96n);
  return [
    ...toLimbs(numbers).slice(0, 8),
    ...toLimbs(BigInt(batch.commitment)),
    ...toLimbs(BigInt(batch.outputsHash)),
    ...digestFromHex(batch.oldStateRoot),
    ...digestFromHex(batch.newStateRoot),
    ...digestFromHex(batch.diffDigest),
    ...elementsFromBytes(fromHex(batch.point, 20)),
    ...elementsFromBytes(fromHex(batch.evaluation, 20)),
    ...Array.from({ length: SECOND_TREE_ELEMENTS }, () => 0),
  ];
}

/** A: the chain of compressions over the count and all batches' elements, which fixes the circuit's list before ρ is drawn. */
export function aggregateDigest(batches: readonly AggregatedFields[], compress: Compress): number[] {
  const blocks = [padded([batches.length], ZERO_DIGEST.length)];
  for (const item of batches) {
    const elements = padded(aggregateElements(item), ABSORBED_ELEMENTS);
    for (let i = 0; i < elements.length; i += 8) blocks.push(elements.slice(i, i + 8));
  }
  return blocks.reduce((digest, block) => compress(DomainTag.aggregate, digest, block), [...ZERO_DIGEST]);
}

/** Hash of all that an aggregate's proof is about, from A and from the bytes that L1 writes, 352 a batch. ρ is drawn from it. */
export function hashAggregate(batches: readonly AggregatedFields[], digest: Digest): Hex {
  const version = batches[0]?.batch.protocolVersion ?? 0n;
  return keccak(
    fromHex(AGGREGATE_TAG),
    fromHex(wordToHex(version)),
    fromHex(wordToHex(BigInt(batches.length))),
    elementsToBytes(digest),
    fromHex(keccak(...batches.map((item) => fromHex(aggregateBytes(item))))),
  );
}

/** Elements of a statement in the order of a proof's public values: 35. */
export function statementElements({ batchCount, digest, point, evaluation, hubBefore, hubAfter }: AggregateStatement): number[] {
  return [batchCount, ...digest, ...point, ...evaluation, ...hubBefore, ...hubAfter];
}

/** Bytes that L1 has of a batch: 352. */
export function aggregateBytes({ chainId, batch }: AggregatedFields): Hex {
  const fixed = (value: bigint, bytes: number): Hex => toHex(fromHex(wordToHex(value)).subarray(32 - bytes));
  return concat([
    fixed(batch.protocolVersion, 4),
    fixed(chainId, 8),
    fixed(batch.batchNumber + 1n, 4),
    batch.commitment,
    batch.outputsHash,
    batch.oldStateRoot,
    batch.newStateRoot,
    batch.diffDigest,
    batch.point,
    batch.evaluation,
    new Uint8Array(4 * SECOND_TREE_ELEMENTS),
  ]) as Hex;
}

function padded(elements: readonly number[], length: number): number[] {
  return [...elements, ...Array.from({ length: length - elements.length }, () => 0)];
}

function quinticsOf(elements: readonly number[]): Quintic[] {
  return Array.from({ length: elements.length / 5 }, (_, i) => elements.slice(5 * i, 5 * i + 5) as unknown as Quintic);
}
