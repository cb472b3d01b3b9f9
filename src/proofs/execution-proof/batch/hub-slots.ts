import { keyDigest } from "../../../ground/protocol/diff-digest.ts";
import type { Compress } from "../../../ground/protocol/digest.ts";
import { HUB_SLOT_KEYS, type SlotKey } from "../../../ground/protocol/hub-slots.ts";
import type { HubSlots } from "../../recursion/nodes/hub-step.ts";

/** Slots that programs of a hub read, as keys of a state tree. */
export function hubSlots(compress: Compress): HubSlots {
  const key = ({ leafKind, address, slot }: SlotKey): number[] => keyDigest(leafKind, address, slot, compress);
  return {
    lastFact: key(HUB_SLOT_KEYS.lastFact),
    factMask: key(HUB_SLOT_KEYS.factMask),
    imports: HUB_SLOT_KEYS.imports.map(key),
  };
}
