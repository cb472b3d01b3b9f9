import { element } from "../../circuits/words/expressions.ts";
import { DEALT_OCTETS, OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";
import { type MachineTable, slotList, writeValue } from "./machine-table.ts";

/** to = from + Σ octetᵢ·weightᵢ, of the eight weights that are dealt to five octets. */
export const DOT_TABLE: MachineTable = {
  slots: [
    { name: "octet", memory: "octet", access: "reads" },
    ...slotList(DEALT_OCTETS, { name: "weights", memory: "octet", access: "reads" }),
    { name: "from", memory: "word", access: "reads" },
    { name: "to", memory: "word", access: "either" },
  ],
  numbers: [],
  constrain(b) {
    const octet = b.columns("octet", OCTET_ELEMENTS);
    const weights = b.columns("weight", OCTET_ELEMENTS * WORD_ELEMENTS);
    const [from, to] = [b.columns("from", WORD_ELEMENTS), b.columns("to", WORD_ELEMENTS)];
    to.forEach((coordinate, k) => {
      const terms = octet.map((factor, i) => b.mul(factor, element(weights, i * WORD_ELEMENTS + k)));
      b.assertEqual(`coordinate ${k}`, "everyRow", coordinate, b.add(element(from, k), ...terms));
    });
    const dealt = Array.from({ length: DEALT_OCTETS }, (_, i) => weights.slice(i * OCTET_ELEMENTS, (i + 1) * OCTET_ELEMENTS));
    return [octet, ...dealt, from, to];
  },
  fill(columns, rows) {
    const words = (1 + DEALT_OCTETS) * OCTET_ELEMENTS;
    for (let row = 0; row < rows.count; row++) {
      for (let i = 0; i <= DEALT_OCTETS; i++) writeValue(columns, row, rows.value(row, i), i * OCTET_ELEMENTS, OCTET_ELEMENTS);
      for (let i = 0; i < 2; i++)
        writeValue(columns, row, rows.value(row, 1 + DEALT_OCTETS + i), words + i * WORD_ELEMENTS, WORD_ELEMENTS);
    }
  },
};
