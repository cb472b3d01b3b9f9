import type { Program } from "../program.ts";
import { MACHINE_TABLES, type MachineTableName } from "./machine-tables.ts";
import { type ProgramForm, rowCounts } from "./table-parts.ts";
import { wireProgram } from "./wiring.ts";

const TABLE_NAMES = Object.keys(MACHINE_TABLES) as MachineTableName[];
const NO_TABLES = Object.fromEntries(TABLE_NAMES.map((table) => [table, []])) as unknown as ProgramForm;

/**
 * One table for each kind of row, and none of bits, for a proof that a contract checks: another table costs more gas than filling
 * costs the prover.
 */
export function fewestTables(program: Program, minLogRows: number): ProgramForm {
  const counts = rowCounts(wireProgram(program, minLogRows, NO_TABLES));
  const heights = (rows: number): readonly number[] => (rows === 0 ? [] : [Math.max(minLogRows, Math.ceil(Math.log2(rows)))]);
  return Object.fromEntries(TABLE_NAMES.map((table) => [table, heights(counts[table])])) as unknown as ProgramForm;
}
