import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { fromHex, hashTag, toHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** Header of a hub's block, as `Hub.sol` stores it. */
export interface HubHeader {
  readonly number: bigint;
  /** Hash of the header before; 0 for number 0. */
  readonly parent: Hex;
  /** Digest of the hub's state after the block. */
  readonly state: Hex;
  /** `hashContents` of the block. */
  readonly contents: Hex;
}

const HEADER_TAG = hashTag("hyperchain.hub-header.v1");
const CONTENTS_TAG = hashTag("hyperchain.hub-contents.v1");
/** Bytes of an encoded header: four words. */
const HEADER_BYTES = 128;

/** Bytes that the aggregators decide on: the header's four words. Throws WordError for a number of 2^64 or above. */
export function encodeHubHeader({ number, parent, state, contents }: HubHeader): Uint8Array {
  return fromHex(`0x${[uintWord(number, 64), bytesWord(parent), bytesWord(state), bytesWord(contents)].join("")}`);
}

/** Inverse of `encodeHubHeader`; undefined for other bytes. */
export function decodeHubHeader(bytes: Uint8Array): HubHeader | undefined {
  if (bytes.length !== HEADER_BYTES) return undefined;
  const word = (i: number): Hex => toHex(bytes.subarray(32 * i, 32 * i + 32));
  const number = BigInt(word(0));
  if (number >> 64n !== 0n) return undefined;
  return { number, parent: word(1), state: word(2), contents: word(3) };
}

/** Hash of a header: `parent` of the next one. */
export function hashHubHeader({ number, parent, state, contents }: HubHeader): Hex {
  return keccakOfWords([
    bytesWord(HEADER_TAG),
    uintWord(number, 64),
    ...[parent, state, contents].map((word) => bytesWord(word)),
  ]);
}

/** Hash of a block's contents: the hashes of its batches' records, and a digest of the aggregators' evidence for them. */
export function hashHubContents(batches: readonly { readonly chainId: ChainId; readonly hash: Hex }[], evidence: Hex): Hex {
  const words = batches.flatMap(({ chainId, hash }) => [uintWord(chainId), bytesWord(hash)]);
  return keccakOfWords([bytesWord(CONTENTS_TAG), bytesWord(keccakOfWords(words)), bytesWord(evidence)]);
}
