import type { WiredProgram } from "./wiring.ts";
import type { RowRange } from "./machine-rows.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";
import { tableHeights } from "./table-heights.ts";

/** A table of a system, with the rows of a program that it has. */
interface TablePart extends RowRange {
  readonly table: MachineTableName;
  readonly name: string;
  readonly logRows: number;
}

/** Heights of the parts of each table of a program's system, as log2; none for a table that it leaves out. */
export type ProgramForm = Readonly<Record<MachineTableName, readonly number[]>>;

const TABLE_NAMES = Object.keys(MACHINE_TABLES) as MachineTableName[];

/**
 * The least tables that have these rows: none for what a program does not do, hashes excepted, two where one would be filled up
 * with too many rows.
 */
export function formOfRows(rows: Readonly<Record<MachineTableName, number>>, minLogRows: number): ProgramForm {
  // The engine takes no bus without a slot that only reads, and the table of hashes has one for each.
  const partsOf = (table: MachineTableName): readonly number[] =>
    rows[table] === 0 && table !== "hash" ? [] : tableHeights(rows[table], minLogRows);
  return Object.fromEntries(TABLE_NAMES.map((table) => [table, partsOf(table)])) as Record<MachineTableName, number[]>;
}

/** Number of rows of a program in each table. */
export function rowCounts({ rows }: WiredProgram): Record<MachineTableName, number> {
  return Object.fromEntries(TABLE_NAMES.map((table) => [table, rows[table].length])) as Record<MachineTableName, number>;
}

/** A program's tables, of a form that has room for them. Throws RangeError for one that has none. */
export function tableParts({ rows }: Pick<WiredProgram, "rows">, form: ProgramForm): TablePart[] {
  return TABLE_NAMES.flatMap((table): TablePart[] => {
    const own = rows[table];
    let before = 0;
    const parts = form[table].map((logRows, i): TablePart => {
      const first = before;
      before += 2 ** logRows;
      const name = `${table}${"Rest".repeat(i)}`;
      const count = Math.min(own.length, before) - Math.min(own.length, first);
      return { table, name, logRows, rows: own, first, count };
    });
    if (own.length > before) throw new RangeError(`table ${table} has ${own.length} rows, and room for ${before}`);
    return parts;
  });
}
