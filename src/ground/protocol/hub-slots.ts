import type { Digest } from "./digest.ts";
import { LeafKind } from "./domain-tags.ts";
import { MAX_CLAIMS } from "./import-kinds.ts";
import { PREDEPLOYS } from "./predeploys.ts";

/** Key of a storage slot in a state tree. */
export interface SlotKey {
  readonly leafKind: LeafKind;
  readonly address: bigint;
  readonly slot: bigint;
}

const slotOf = (contract: keyof typeof PREDEPLOYS, slot: number): SlotKey => ({
  leafKind: LeafKind.storage,
  address: BigInt(PREDEPLOYS[contract]),
  slot: BigInt(slot),
});

/** Slots of a hub's member that programs read (`SystemContext.sol`, `ImportedRoots.sol`). Chains that serve facts write them. */
export const HUB_SLOT_KEYS = {
  lastFact: slotOf("SystemContext", 11),
  factMask: slotOf("ImportedRoots", 20),
  imports: Array.from({ length: MAX_CLAIMS }, (_, i) => slotOf("ImportedRoots", 4 + i)),
} as const;

/** Value of the mask's slot after a batch that imports this number of facts: 0 to 16. */
export function factMaskOf(facts: number): bigint {
  return BigInt(2 ** MAX_CLAIMS + 2 ** facts - 1);
}

/** Storage slot of a member, with its path in the member's state. Plain data. */
export interface ProvenSlot {
  /** Below 2^32. */
  readonly index: number;
  /** Next key in the order of keys. */
  readonly nextKey: Digest;
  readonly value: bigint;
  /** 32 digests, the leaf's sibling first. */
  readonly siblings: readonly Digest[];
}

/** Slots of a member after a batch: the last fact, the mask, and as many imports as the batch has facts. Plain data. */
export interface MemberSlots {
  /** Leaves of the member's state. */
  readonly leafCount: number;
  readonly lastFact: ProvenSlot;
  readonly factMask: ProvenSlot;
  readonly imports: readonly ProvenSlot[];
}
