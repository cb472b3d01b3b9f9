import { NamedError } from "../errors/named-error.ts";
import { fromHex, toHex, type Hex } from "./hex.ts";

/** A Poseidon digest: 8 canonical KoalaBear elements. */
export type Digest = readonly number[];

/** The tagged two-to-one Poseidon compression, C_tag(left, right), on digests. */
export type Compress = (tag: number, left: Digest, right: Digest) => number[];

/** The KoalaBear prime, 2^31 − 2^24 + 1. */
export const FIELD_MODULUS = 0x7f000001;
/** Elements in a digest. */
export const DIGEST_ELEMENTS = 8;
/** The digest of nothing: an empty leaf, the start of a chain, and +∞ as a successor. */
export const ZERO_DIGEST: Digest = [0, 0, 0, 0, 0, 0, 0, 0];

/** Elements as four big-endian bytes each, first element first. Throws DigestError when one is not canonical. */
export function elementsToBytes(elements: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(elements.length * 4);
  const view = new DataView(bytes.buffer);
  elements.forEach((element, i) => view.setUint32(4 * i, requireCanonical(element, i)));
  return bytes;
}

/** Inverse of `elementsToBytes`. Throws DigestError when an element is ≥ p; trailing bytes short of an element too. */
export function elementsFromBytes(bytes: Uint8Array): number[] {
  if (bytes.length % 4 !== 0) {
    throw new DigestError("DigestLength", `${bytes.length} bytes are not whole field elements of four bytes`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: bytes.length / 4 }, (_, i) => requireCanonical(view.getUint32(4 * i), i));
}

/** The digest as `bytes32`. Throws DigestError for another number of elements or one that is not canonical. */
export function digestToHex(digest: Digest): Hex {
  if (digest.length !== DIGEST_ELEMENTS) {
    throw new DigestError("DigestLength", `a digest has ${DIGEST_ELEMENTS} elements, got ${digest.length}`);
  }
  return toHex(elementsToBytes(digest));
}

/** Inverse of `digestToHex`. Throws DigestError when an element is ≥ p, so that a digest has one encoding only. */
export function digestFromHex(hex: string): number[] {
  return elementsFromBytes(fromHex(hex, 4 * DIGEST_ELEMENTS));
}

function requireCanonical(element: number, position: number): number {
  if (!Number.isInteger(element) || element < 0 || element >= FIELD_MODULUS) {
    throw new DigestError("DigestNotCanonical", `element ${position} is ${element}, which is not in [0, ${FIELD_MODULUS})`);
  }
  return element;
}

/** Error for bytes or numbers that do not encode a digest. */
export class DigestError extends NamedError<"DigestNotCanonical" | "DigestLength"> {
  override readonly name = "DigestError";
}
