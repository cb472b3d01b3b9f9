import { digestToHex } from "./digest.ts";
import { wordToHex, type Hex } from "./hex.ts";
import type { MemberSlots, ProvenSlot } from "./hub-slots.ts";

/** A slot with its path, as JSON. */
interface EncodedSlot {
  readonly index: number;
  readonly nextKey: Hex;
  readonly value: Hex;
  /** 32 digests. */
  readonly siblings: readonly Hex[];
}

/** Slots of a hub's member, as JSON. */
export interface EncodedSlots {
  readonly leafCount: number;
  readonly lastFact: EncodedSlot;
  readonly factMask: EncodedSlot;
  readonly imports: readonly EncodedSlot[];
}

/** The slots as JSON: digests and values are 32 bytes in hexadecimal. */
export function encodeSlots({ leafCount, lastFact, factMask, imports }: MemberSlots): EncodedSlots {
  const slot = ({ index, nextKey, value, siblings }: ProvenSlot): EncodedSlot => ({
    index,
    nextKey: digestToHex(nextKey),
    value: wordToHex(value),
    siblings: siblings.map(digestToHex),
  });
  return { leafCount, lastFact: slot(lastFact), factMask: slot(factMask), imports: imports.map(slot) };
}
