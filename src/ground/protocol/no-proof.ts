import { concatBytes, utf8ToBytes } from "@noble/hashes/utils.js";
import { type AggregatedFields, aggregateStatement, type HubStates } from "./aggregate.ts";
import { digestFromHex, elementsToBytes } from "./digest.ts";
import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";

/** The highest of a protocol version's 32 bits: set where nothing is proven. */
const NO_PROOF_BIT = 2n ** 31n;
const MARKER = "NOTHING IS PROVEN";

/** The version under which L1 takes batches of `version`'s chains with a marker instead of a proof. */
export function noProofVersionOf(version: bigint): bigint {
  return version + NO_PROOF_BIT;
}

/** Whether batches of this protocol version are proven. */
export function isProvenVersion(version: bigint): boolean {
  return version < NO_PROOF_BIT;
}

/** Marker of a batch for L1's NoProofVerifier. Throws HexError for a commitment that is not hexadecimal. */
export function noProofMarker(commitment: Hex): Uint8Array {
  return concatBytes(utf8ToBytes(MARKER), fromHex(commitment, 32));
}

/**
 * Marker that L1's NoProofAggregate accepts for these batches, whose list has this digest; with states, for a block of a hub.
 * Throws DigestError.
 */
export function noAggregateMarker(batches: readonly AggregatedFields[], digest: Hex, states?: HubStates): Uint8Array {
  const { batchCount, point, evaluation, hubBefore, hubAfter } = aggregateStatement(batches, digestFromHex(digest), states);
  return concatBytes(
    utf8ToBytes(MARKER),
    fromHex(
      keccak(
        ...[fromHex(wordToHex(BigInt(batchCount))), fromHex(digest), abiWord(point), abiWord(evaluation)],
        ...[elementsToBytes(hubBefore), elementsToBytes(hubAfter)],
      ),
    ),
  );
}

/** Bytes of five elements in the first 20 of an ABI word. */
function abiWord(elements: readonly number[]): Uint8Array {
  return concatBytes(elementsToBytes(elements), new Uint8Array(12));
}
