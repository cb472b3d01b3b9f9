import { OCTET_ELEMENTS } from "../relation.ts";
import { baseWord, type MachineTable, slotList } from "./machine-table.ts";

/** An octet's elements are eight words, of the base field: what is said of a word is that its other coordinates are 0. */
export const PACK_TABLE: MachineTable = {
  slots: [
    ...slotList(OCTET_ELEMENTS, { name: "word", memory: "word", access: "either" }),
    { name: "octet", memory: "octet", access: "either" },
  ],
  numbers: [],
  constrain(b) {
    const elements = b.columns("element", OCTET_ELEMENTS);
    return [...elements.map((element) => baseWord(b, element)), elements];
  },
  cells(values) {
    const octet = values[OCTET_ELEMENTS];
    return Array.from({ length: OCTET_ELEMENTS }, (_, i) => octet?.[i] ?? 0);
  },
};
