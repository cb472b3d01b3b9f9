import { OCTET_ELEMENTS } from "../relation.ts";
import { baseWord, type MachineTable, slotList, writeValue } from "./machine-table.ts";

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
  fill(columns, rows) {
    for (let row = 0; row < rows.count; row++) writeValue(columns, row, rows.value(row, OCTET_ELEMENTS), 0, OCTET_ELEMENTS);
  },
};
