import { aggregateStatement, type AggregatedFields } from "../../src/ground/protocol/aggregate.ts";
import { digestFromHex, elementsToBytes } from "../../src/ground/protocol/digest.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";

/** Proof that the double of the aggregates' verifier accepts: the hash of the statement, one word for each part. */
export function proofOfAggregate(items: readonly AggregatedFields[], digest: Hex): Hex {
  const { batchCount, point, evaluation } = aggregateStatement(items, digestFromHex(digest));
  return hashOfStatement(batchCount, digest, toHex(elementsToBytes(point)), toHex(elementsToBytes(evaluation)));
}

/** Proof from the parts, without a hub; point and evaluation are 20 bytes, left-aligned in their words. */
export function hashOfStatement(batchCount: number, digest: Hex, point: Hex, evaluation: Hex): Hex {
  const word = (bytes: Hex): Uint8Array => fromHex(bytes.padEnd(66, "0"), 32);
  return keccak(fromHex(wordToHex(BigInt(batchCount))), word(digest), word(point), word(evaluation), new Uint8Array(64));
}
