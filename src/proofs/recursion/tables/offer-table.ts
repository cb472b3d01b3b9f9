import { OCTET_ELEMENTS } from "../relation.ts";
import { NODE_BUS } from "./buses.ts";
import { type MachineTable, writeValue } from "./machine-table.ts";

/**
 * Entries of trees. The prover chooses the number of picks, because the other side of the bus is counted. Filling rows have any
 * octet as entry 0 of tree 0, so the first tree has number 1.
 */
export const OFFER_TABLE: MachineTable = {
  slots: [{ name: "octet", memory: "octet", access: "either" }],
  numbers: ["tree", "index"],
  constrain(b, { numbers: [tree = b.constant(0), index = b.constant(0)] }) {
    const octet = b.columns("octet", OCTET_ELEMENTS);
    b.receive(NODE_BUS, b.column("picks"), { tree, index, octet });
    return [octet];
  },
  fill(columns, rows) {
    for (let row = 0; row < rows.count; row++)
      writeValue(columns, row, [...(rows.value(row, 0) ?? []), rows.picks(row)], 0, columns.length);
  },
};
