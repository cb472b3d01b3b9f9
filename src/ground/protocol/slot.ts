import { fromHex, keccak, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";

/** Part of a slot for a chain. */
export interface SlotPart {
  readonly chainId: ChainId;
  /** Life of the chain: differs after each return to a snapshot, so that no slot counts in another life. */
  readonly life: Hex;
  /** Identifier of the part that the chain holds; zero if the slot has none for it. */
  readonly id: Hex;
}

/** Entry in the log of a sequencer of several chains: it decides the named parts, and drops others of its number. */
export interface UnsignedSlot {
  /** 1 for the first slot. */
  readonly number: bigint;
  /** Digest of the slot before it; zero for the first. */
  readonly parent: Hex;
  /** One for each chain of the sequencer, ascending by chain id. */
  readonly parts: readonly SlotPart[];
}

/** Slot with its sequencer's signature. */
export interface SignedSlot extends UnsignedSlot {
  readonly signature: Hex;
}

/** Request to execute transactions as a chain's part of a slot. */
export interface SlotPartRequest {
  readonly chainId: ChainId;
  readonly life: Hex;
  readonly slot: bigint;
  /** Serialized transactions, in their order. */
  readonly transactions: readonly Hex[];
}

/** Zero: no part, or no slot before the first. */
export const NO_SLOT: Hex = `0x${"00".repeat(32)}`;

const DOMAIN_TYPE = hashText("EIP712Domain(string name,string version)");
const PART_TYPE_TEXT = "Part(uint256 chainId,bytes32 life,bytes32 id)";
const PART_TYPE = hashText(PART_TYPE_TEXT);
const SLOT_TYPE = hashText(`Slot(uint64 number,bytes32 parent,Part[] parts)${PART_TYPE_TEXT}`);
const REQUEST_TYPE = hashText("PartRequest(uint256 chainId,bytes32 life,uint64 slot,bytes[] transactions)");
/** No contract and no settlement chain: a slot is for several chains, which its lives name. */
const DOMAIN = hashWords([DOMAIN_TYPE, hashText("HyperchainSlots"), hashText("1")]);

/** EIP-712 digest of a slot: its sequencer signs it, and the next slot names it. */
export function slotDigest({ number, parent, parts }: UnsignedSlot): Hex {
  const hashes = parts.map(({ chainId, life, id }) => hashWords([PART_TYPE, wordToHex(chainId), life, id]));
  return typedDigest(hashWords([SLOT_TYPE, wordToHex(number), parent, hashWords(hashes)]));
}

/** EIP-712 digest of a request, which the sequencer signs. */
export function partRequestDigest({ chainId, life, slot, transactions }: SlotPartRequest): Hex {
  const list = hashWords(transactions.map((raw) => keccak(fromHex(raw))));
  return typedDigest(hashWords([REQUEST_TYPE, wordToHex(chainId), life, wordToHex(slot), list]));
}

/** Identifier of an executed part: its request, and the newest block after it. */
export function partId(request: SlotPartRequest, blockHash: Hex): Hex {
  return hashWords([partRequestDigest(request), blockHash]);
}

function typedDigest(struct: Hex): Hex {
  return keccak(fromHex("0x1901"), fromHex(DOMAIN), fromHex(struct));
}

function hashText(text: string): Hex {
  return keccak(new TextEncoder().encode(text));
}

function hashWords(words: readonly Hex[]): Hex {
  return keccak(...words.map((word) => fromHex(word, 32)));
}
