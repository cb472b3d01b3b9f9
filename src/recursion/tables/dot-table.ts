import { element } from "../../circuits/words/expressions.ts";
import { DEALT_OCTETS, OCTET_ELEMENTS, WORD_ELEMENTS } from "../relation.ts";
import { type MachineTable, slotList } from "./machine-table.ts";

const ZERO_OCTET = new Array<number>(OCTET_ELEMENTS).fill(0);
const ZERO_WORD = new Array<number>(WORD_ELEMENTS).fill(0);

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
  cells(values) {
    const octets = Array.from({ length: 1 + DEALT_OCTETS }, (_, i) => values[i] ?? ZERO_OCTET);
    const words = [values[1 + DEALT_OCTETS], values[2 + DEALT_OCTETS]].map((word) => word ?? ZERO_WORD);
    return [...octets, ...words].flat();
  },
};
