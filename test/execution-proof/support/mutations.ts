import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Random } from "../../chain/state/support/random.ts";
import { createRowChecker } from "../../circuits/support/row-checker.ts";
import {
  airOf,
  columnsOf,
  instructionSet,
  isBalanced,
  isTrue,
  messagesOf,
  publicsOf,
  type RunCells,
  type TableName,
} from "./judge.ts";

/** A changed cell that nothing refuses. */
export interface FreeCell {
  /** The column's field: `a` of `a[3]`. */
  readonly field: string;
  readonly row: number;
}

/**
 * Changes every cell of some rows of a table of an honest run, each to three other values, and gives those that nothing refuses:
 * no constraint, no answering table and no balance of a bus.
 */
export function freeCells(table: TableName, cells: RunCells, rows: readonly number[], random: Random): FreeCell[] {
  const air = airOf(table, cells.program);
  const check = createRowChecker(air);
  const columns = columnsOf(table, cells);
  const publics = publicsOf(cells);
  const isInstruction = instructionSet(cells.program);
  const height = columns[0]!.length;
  const said = (row: number) =>
    messagesOf(air, columns, publics, Uint32Array.of(row)).filter(({ multiplicity }) => multiplicity !== 0);
  /** Messages of a row on buses that have to balance. */
  const balancedPart = (row: number): string =>
    JSON.stringify(
      said(row).flatMap(({ name, interaction, multiplicity, message }) =>
        isBalanced(interaction.bus, message) ? [[name, multiplicity, message]] : [],
      ),
    );
  const free = new Map<string, FreeCell>();
  for (const row of rows) {
    const before = balancedPart(row);
    columns.forEach((column, c) => {
      const value = column[row]!;
      const field = air.columnNames[c]!.replace(/\[\d+\]$/, "");
      for (const other of [(value + 1) % P, P - 1, random.below(2 ** 16)]) {
        if (other === value) continue;
        column[row] = other;
        const isRefused =
          [row, (row + height - 1) % height].some((each) => check(columns, publics, each).length > 0) ||
          balancedPart(row) !== before ||
          said(row).some(
            ({ interaction: { bus }, message }) => !isBalanced(bus, message) && !isTrue(bus.name, message, isInstruction),
          );
        if (!isRefused) free.set(`${field} ${row}`, { field, row });
      }
      column[row] = value;
    });
  }
  return [...free.values()];
}
