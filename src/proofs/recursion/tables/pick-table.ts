import { OCTET_ELEMENTS } from "../relation.ts";
import { NODE_BUS } from "./buses.ts";
import { baseWord, type MachineTable, writeValue } from "./machine-table.ts";

/** Octets that are entries of trees. The index is an element of the base field: other coordinates of its word are 0. */
export const PICK_TABLE: MachineTable = {
  slots: [
    { name: "index", memory: "word", access: "reads" },
    { name: "octet", memory: "octet", access: "reads" },
  ],
  numbers: ["tree"],
  constrain(b, { numbers: [tree = b.constant(0)], reads: [, isPick = b.constant(0)] }) {
    const [index, octet] = [b.column("index"), b.columns("octet", OCTET_ELEMENTS)];
    b.send(NODE_BUS, isPick, { tree, index, octet });
    return [baseWord(b, index), octet];
  },
  fill(columns, rows) {
    for (let row = 0; row < rows.count; row++) {
      writeValue(columns, row, rows.value(row, 0), 0, 1);
      writeValue(columns, row, rows.value(row, 1), 1, OCTET_ELEMENTS);
    }
  },
};
