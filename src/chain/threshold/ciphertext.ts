import { fromHex, keccak, numberToHex } from "../../ground/protocol/hex.ts";

/** First byte of a ciphertext: version 3 of Shutter's scheme. */
const VERSION = 3;
const POINT_BYTES = 96;
const BLOCK_BYTES = 32;
const [SEED_TAG, EXPONENT_TAG, BLOCK_TAG] = [Uint8Array.of(2), Uint8Array.of(3), Uint8Array.of(4)];

/** Bytes before an identity when it is hashed to a point, and the domain of the hash (RFC 9380). */
export const IDENTITY_TAG = Uint8Array.of(1);
export const IDENTITY_DOMAIN = "SHUTTER_V01_BLS12381G1_XMD:SHA-256_SSWU_RO_";

/** Parts of a ciphertext of Shutter's scheme, an identity-based encryption on BLS12-381. */
interface ShutterCiphertext {
  /** Generator of G2, multiplied by the exponent; compressed. */
  readonly point: Uint8Array;
  /** Seed, masked by a pairing that the identity's key can compute. */
  readonly seed: Uint8Array;
  /** Padded message, masked by keys that follow from the seed. */
  readonly blocks: Uint8Array;
}

export function encodeCiphertext({ point, seed, blocks }: ShutterCiphertext): Uint8Array {
  return Uint8Array.of(VERSION, ...point, ...seed, ...blocks);
}

/** Inverse of `encodeCiphertext`; undefined for bytes of another form. Does not check the point. */
export function decodeCiphertext(bytes: Uint8Array): ShutterCiphertext | undefined {
  const body = bytes.subarray(1 + POINT_BYTES + BLOCK_BYTES);
  if (bytes[0] !== VERSION || body.length === 0 || body.length % BLOCK_BYTES !== 0) return undefined;
  return { point: bytes.slice(1, 1 + POINT_BYTES), seed: bytes.slice(1 + POINT_BYTES, -body.length), blocks: body };
}

/** Masks a seed, or removes the mask. `pairing`: coefficients in the order of `pairingBytes`. */
export function maskSeed(seed: Uint8Array, pairing: Uint8Array): Uint8Array {
  return mask(seed, fromHex(keccak(SEED_TAG, pairing)));
}

/** Exponent that the seed and the message determine, before it is reduced by the order of the groups. */
export function exponentOf(seed: Uint8Array, message: Uint8Array): bigint {
  return BigInt(keccak(EXPONENT_TAG, seed, message));
}

/** Pads a message to whole blocks and masks them. */
export function maskMessage(message: Uint8Array, seed: Uint8Array): Uint8Array {
  const padding = BLOCK_BYTES - (message.length % BLOCK_BYTES);
  const padded = new Uint8Array(message.length + padding).fill(padding);
  padded.set(message);
  return maskBlocks(padded, seed);
}

/** Message in masked blocks; undefined if its padding has another form. */
export function unmaskMessage(blocks: Uint8Array, seed: Uint8Array): Uint8Array | undefined {
  const padded = maskBlocks(blocks, seed);
  const padding = padded.at(-1) ?? 0;
  const end = padded.subarray(-padding);
  if (padding === 0 || padding > BLOCK_BYTES || end.some((byte) => byte !== padding)) return undefined;
  return padded.slice(0, padded.length - padding);
}

/** Bytes of a pairing: its 12 coefficients, of 48 bytes each, the first of c0 and the first of c1 before the second ones. */
export function pairingBytes(coefficients: readonly bigint[]): Uint8Array {
  const texts = [0, 2, 4]
    .flatMap((pair) => [pair, pair + 6])
    .flatMap((at) => coefficients.slice(at, at + 2))
    .map((coefficient) => numberToHex(coefficient, 48).slice(2));
  return fromHex(`0x${texts.join("")}`);
}

function maskBlocks(blocks: Uint8Array, seed: Uint8Array): Uint8Array {
  const masked = new Uint8Array(blocks.length);
  for (let start = 0; start < blocks.length; start += BLOCK_BYTES) {
    const key = fromHex(keccak(BLOCK_TAG, seed, countBytes(start / BLOCK_BYTES)));
    masked.set(mask(blocks.subarray(start, start + BLOCK_BYTES), key), start);
  }
  return masked;
}

/** Number of a block in as few bytes as it needs, one at least. */
function countBytes(index: number): Uint8Array {
  const digits = index.toString(16);
  return fromHex(`0x${digits.length % 2 === 0 ? "" : "0"}${digits}`);
}

function mask(bytes: Uint8Array, key: Uint8Array): Uint8Array {
  return bytes.map((byte, i) => byte ^ (key[i] ?? 0));
}
