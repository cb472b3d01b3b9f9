import { keyDigest } from "../../protocol/diff-digest.ts";
import type { Compress } from "../../protocol/digest.ts";
import { LeafKind } from "../../protocol/domain-tags.ts";
import { PREDEPLOYS } from "../../protocol/predeploys.ts";
import { type HubSlots, MAX_IMPORTED_FACTS } from "../../recursion/nodes/hub-step.ts";

interface SlotKey {
  readonly leafKind: LeafKind;
  readonly address: bigint;
  readonly slot: bigint;
}

const slotOf = (contract: keyof typeof PREDEPLOYS, slot: number): SlotKey => ({
  leafKind: LeafKind.storage,
  address: BigInt(PREDEPLOYS[contract]),
  slot: BigInt(slot),
});

/** Slots of a hub's member that programs read (`SystemContext3.sol`, `ImportedRoots.sol`). Chains that serve facts write them. */
export const HUB_SLOT_KEYS = {
  lastFact: slotOf("SystemContext", 11),
  factMask: slotOf("ImportedRoots", 20),
  imports: Array.from({ length: MAX_IMPORTED_FACTS }, (_, i) => slotOf("ImportedRoots", 4 + i)),
} as const;

/** These slots as keys of a state tree. */
export function hubSlots(compress: Compress): HubSlots {
  const key = ({ leafKind, address, slot }: SlotKey): number[] => keyDigest(leafKind, address, slot, compress);
  return {
    lastFact: key(HUB_SLOT_KEYS.lastFact),
    factMask: key(HUB_SLOT_KEYS.factMask),
    imports: HUB_SLOT_KEYS.imports.map(key),
  };
}
