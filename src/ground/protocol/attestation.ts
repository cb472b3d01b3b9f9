import { sha256 } from "@noble/hashes/sha2.js";
import { addressWord, bytesWord, uintWord } from "./abi-words.ts";
import { fromHex, hashTag, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** A key of an attestor, with the program to which its root ties it. */
export interface AttestationLeaf {
  readonly x: Hex;
  readonly y: Hex;
  /** Hash of the program. */
  readonly measurement: Hex;
  /** Last second of L1's time at which the root attests the key. */
  readonly notAfter: bigint;
}

/** A signature of P-256, `s` in the lower half. */
export interface P256Signature {
  readonly r: Hex;
  readonly s: Hex;
}

/** Attestation for `AttestedPolicy`. */
export interface Attestation {
  readonly leaf: AttestationLeaf;
  readonly root: P256Signature;
  readonly quote: P256Signature;
}

/** Attested batch, for the policy of this address on this chain. */
export interface QuotedBatch {
  readonly settlementChainId: ChainId;
  readonly policy: Hex;
  readonly preCommitment: Hex;
  readonly pubdataHash: Hex;
}

const LEAF_TAG = hashTag("hyperchain.attestation-leaf.v1");
const QUOTE_TAG = hashTag("hyperchain.attestation-quote.v1");
const WORD_DIGITS = 64;

/** Digest of an attestor's key that a root signs. */
export function leafDigest(leaf: AttestationLeaf): Uint8Array {
  return sha256Of([bytesWord(LEAF_TAG), ...leafWords(leaf)]);
}

/** Digest of a batch that an attestor's key signs. */
export function quoteDigest({ settlementChainId, policy, preCommitment, pubdataHash }: QuotedBatch): Uint8Array {
  return sha256Of([
    bytesWord(QUOTE_TAG),
    addressWord(policy),
    uintWord(settlementChainId),
    bytesWord(preCommitment),
    bytesWord(pubdataHash),
  ]);
}

/** The policy's data: eight words. */
export function encodeAttestation({ leaf, root, quote }: Attestation): Hex {
  return `0x${[...leafWords(leaf), ...[root.r, root.s, quote.r, quote.s].map((word) => bytesWord(word))].join("")}`;
}

/** Key of an attestation that L1 has checked. */
export function leafOf(policyData: Hex): AttestationLeaf {
  const word = (i: number): Hex => `0x${policyData.slice(2 + i * WORD_DIGITS, 2 + (i + 1) * WORD_DIGITS)}`;
  return { x: word(0), y: word(1), measurement: word(2), notAfter: BigInt(word(3)) };
}

function leafWords({ x, y, measurement, notAfter }: AttestationLeaf): readonly string[] {
  return [bytesWord(x), bytesWord(y), bytesWord(measurement), uintWord(notAfter)];
}

function sha256Of(words: readonly string[]): Uint8Array {
  return sha256(fromHex(`0x${words.join("")}`));
}
