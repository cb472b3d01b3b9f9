import type { WiredProgram } from "./wiring.ts";
import type { MachineRow } from "./machine-table.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";
import { tableHeights } from "./table-heights.ts";

/** A table of a system, with the rows of a program that it has. */
interface TablePart {
  readonly table: MachineTableName;
  readonly name: string;
  readonly logRows: number;
  readonly rows: readonly MachineRow[];
  /** Rows of the table in parts before. */
  readonly before: number;
}

/** A program's tables: none for what it does not do, hashes excepted, two where one would be filled up with too many rows. */
export function tableParts({ rows }: WiredProgram, minLogRows: number): TablePart[] {
  return (Object.keys(MACHINE_TABLES) as MachineTableName[]).flatMap((table): TablePart[] => {
    const own = rows[table];
    // The engine takes no bus without a slot that only reads, and this table has one for each.
    if (own.length === 0 && table !== "hash") return [];
    const [logRows, logRest] = tableHeights(own.length, minLogRows);
    if (logRest === undefined) return [{ table, name: table, logRows, rows: own, before: 0 }];
    const first = 2 ** logRows;
    return [
      { table, name: table, logRows, rows: own.slice(0, first), before: 0 },
      { table, name: `${table}Rest`, logRows: logRest, rows: own.slice(first), before: first },
    ];
  });
}

/** Columns of rows of equal width, filled up with a row. */
export function columnsOf<Row>(
  { logRows, rows }: { readonly logRows: number; readonly rows: readonly Row[] },
  cellsOf: (row: Row, at: number) => readonly number[],
  filling: readonly number[],
): Uint32Array[] {
  const columns = filling.map((value) => new Uint32Array(2 ** logRows).fill(value));
  rows.forEach((row, at) => {
    const cells = cellsOf(row, at);
    if (cells.length !== columns.length) throw new Error(`a row has ${cells.length} cells, not ${columns.length}`);
    for (let i = 0; i < cells.length; i++) (columns[i] as Uint32Array)[at] = cells[i] as number;
  });
  return columns;
}
