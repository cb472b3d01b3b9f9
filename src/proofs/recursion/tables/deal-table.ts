import { DEALT_OCTETS, OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";
import { fillFromSlots, type MachineTable, slotList } from "./machine-table.ts";

/** Eight words and five octets that have the same elements in the same order. */
export const DEAL_TABLE: MachineTable = {
  slots: [
    ...slotList(OCTET_ELEMENTS, { name: "word", memory: "word", access: "either" }),
    ...slotList(DEALT_OCTETS, { name: "octet", memory: "octet", access: "either" }),
  ],
  numbers: [],
  constrain(b) {
    const elements = b.columns("element", OCTET_ELEMENTS * WORD_ELEMENTS);
    return [...cut(elements, WORD_ELEMENTS), ...cut(elements, OCTET_ELEMENTS)];
  },
  fill: fillFromSlots(OCTET_ELEMENTS, WORD_ELEMENTS),
};

/** Parts of a list, each of this length. */
function cut<T>(list: readonly T[], length: number): T[][] {
  return Array.from({ length: list.length / length }, (_, i) => list.slice(i * length, (i + 1) * length));
}
