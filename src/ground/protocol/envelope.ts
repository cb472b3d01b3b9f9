import { fromHex, hashTag, keccak, toHex, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** Recipient of envelopes, an account without code and without a key: the last 20 bytes of the hash of a name. */
export const ENVELOPE_ADDRESS: Hex = `0x${hashTag("hyperchain.envelope").slice(-40)}`;
/** Maximum number of envelopes of one decision: its nodes open them before they decide anything else. */
export const MAX_ENVELOPES = 32;
const SALT_BYTES = 32;
/** Maximum ciphertext: nodes open it in some milliseconds. */
export const MAX_CIPHERTEXT_BYTES = 32 * 1024;

/** Facts that an envelope's identity contains. */
interface EnvelopeName {
  readonly chainId: ChainId;
  /** Life of the encryption: differs after each return to a snapshot, so that no key opens an envelope of another life. */
  readonly life: Hex;
  /** Account that sends the envelope. */
  readonly payer: Hex;
  readonly salt: Hex;
}

/** Content of an envelope. */
interface EnvelopeData {
  /** 32 bytes that the payer has not used before. */
  readonly salt: Hex;
  /** Bytes of Shutter's scheme. */
  readonly ciphertext: Uint8Array;
}

/** Identity that an envelope is encrypted to. It contains the payer, so that a copy from another account has another one. */
export function envelopeIdentity({ chainId, life, payer, salt }: EnvelopeName): Hex {
  return keccak(fromHex(wordToHex(chainId)), fromHex(life, 32), fromHex(payer, 20), fromHex(salt, SALT_BYTES));
}

/** Data of the transaction to `ENVELOPE_ADDRESS`. */
export function encodeEnvelope({ salt, ciphertext }: EnvelopeData): Hex {
  return `${toHex(fromHex(salt, SALT_BYTES))}${toHex(ciphertext).slice(2)}` as Hex;
}

/** Inverse of `encodeEnvelope`; undefined for data of another form. */
export function decodeEnvelope(data: Hex): EnvelopeData | undefined {
  const bytes = fromHex(data);
  const ciphertext = bytes.slice(SALT_BYTES);
  if (ciphertext.length === 0 || ciphertext.length > MAX_CIPHERTEXT_BYTES) return undefined;
  return { salt: toHex(bytes.slice(0, SALT_BYTES)), ciphertext };
}
