import { addressWord, bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { LeafKind } from "./domain-tags.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { ChainId } from "./ids.ts";
import type { HoldingKey } from "./holding.ts";

/** Domain tag of an atomic flow's name. */
const ATOMIC_FLOW_TAG = hashTag("hyperchain.atomic-flow.v1");
/** First byte of the message by which a leg's chain reports the leg. */
const FACT = 4;
/** Slots of `escrows` and `executed` in `AtomicFlows.sol`. */
const ESCROWS_SLOT = 0n;
const EXECUTED_SLOT = 1n;

/** Payment of one party on one chain; the contracts' `FlowLeg`. */
export interface FlowLeg {
  readonly chainId: ChainId;
  /** Whether this leg decides for all. */
  readonly isPivot: boolean;
  readonly party: Hex;
  /** Base token is 0x800a. */
  readonly token: Hex;
  /** Smallest units. */
  readonly amount: bigint;
  readonly recipient: Hex;
  /** keccak256 of what the pivot's recipient is called with; 0 if it is only paid. */
  readonly callHash: Hex;
}

/** Legs that happen all or not at all; the contracts' `AtomicFlow`. */
export interface AtomicFlow {
  readonly salt: Hex;
  /** Seconds: of escrows by L1's clock, of the pivot by its chain's. */
  readonly deadline: bigint;
  readonly legs: readonly FlowLeg[];
}

/** Name of a flow on all chains: keccak of tag and flow in ABI encoding. Throws WordError or HexError. */
export function hashAtomicFlow({ salt, deadline, legs }: AtomicFlow): Hex {
  const words = legs.flatMap(({ chainId, isPivot, party, token, amount, recipient, callHash }) => [
    uintWord(chainId),
    uintWord(isPivot ? 1n : 0n),
    addressWord(party),
    addressWord(token),
    uintWord(amount),
    addressWord(recipient),
    bytesWord(callHash),
  ]);
  // A tag and where the flow begins; its salt, deadline and where the legs begin; their number.
  const head = [bytesWord(ATOMIC_FLOW_TAG), uintWord(64n), bytesWord(salt), uintWord(deadline, 64), uintWord(96n)];
  return keccakOfWords([...head, uintWord(BigInt(legs.length)), ...words]);
}

/** Message by which a leg's chain reports the leg: 34 bytes, `0x04 ‖ id ‖ leg`. */
export function flowFact(id: Hex, leg: number): Uint8Array {
  return Uint8Array.of(FACT, ...fromHex(id, 32), leg);
}

/**
 * Leaf of a reported leg in a chain's state: of its escrow, or of the pivot's execution. `contract` is the address of
 * `AtomicFlows.sol`, the same on all chains.
 */
export function flowFactKey(contract: Hex, id: Hex, leg: number, isPivot: boolean): HoldingKey {
  const word = (value: bigint): Uint8Array => fromHex(wordToHex(value), 32);
  const name = fromHex(id, 32);
  const slot = isPivot
    ? keccak(name, word(EXECUTED_SLOT))
    : keccak(fromHex(keccak(name, word(BigInt(leg))), 32), word(ESCROWS_SLOT));
  return { leafKind: LeafKind.storage, address: BigInt(contract), slot: BigInt(slot) };
}
