import { WORD_ELEMENTS } from "../relation.ts";
import { fillFromSlots, type MachineTable } from "./machine-table.ts";

/** Words that are the key's. */
export const CONSTANT_TABLE: MachineTable = {
  slots: [{ name: "word", memory: "word", access: "either" }],
  numbers: Array.from({ length: WORD_ELEMENTS }, (_, i) => `value[${i}]`),
  constrain(b, { numbers }) {
    const word = b.columns("word", WORD_ELEMENTS);
    word.forEach((coordinate, i) => b.assertEqual(`coordinate ${i}`, "everyRow", coordinate, numbers[i] ?? b.constant(0)));
    return [word];
  },
  fill: fillFromSlots(1, WORD_ELEMENTS),
};
