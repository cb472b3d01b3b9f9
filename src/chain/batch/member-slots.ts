import { HUB_SLOT_KEYS, type MemberSlots, type ProvenSlot, type SlotKey } from "../../ground/protocol/hub-slots.ts";
import { ImportKind, importKindOf } from "../../ground/protocol/import-kinds.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { StateTree } from "../state/state-tree.ts";

/** Slots of a chain that serves facts, after a batch with these imports, as programs of a hub read them. */
export function memberSlots(tree: StateTree, imports: readonly ImportedRoot[]): MemberSlots {
  const slot = (key: SlotKey): ProvenSlot => {
    const { index, nextKey, value, siblings } = tree.prove(key);
    return { index, nextKey, value, siblings };
  };
  const facts = imports.filter(({ registryIndex }) => importKindOf(registryIndex) === ImportKind.fact);
  return {
    leafCount: tree.leafCount,
    lastFact: slot(HUB_SLOT_KEYS.lastFact),
    factMask: slot(HUB_SLOT_KEYS.factMask),
    imports: HUB_SLOT_KEYS.imports.slice(0, facts.length).map(slot),
  };
}
