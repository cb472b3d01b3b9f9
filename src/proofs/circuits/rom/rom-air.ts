import { P } from "../../field/koala-bear.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { TableDefinition } from "../../stark/systems/system.ts";
import { TableRows } from "../../stark/rows/table-rows.ts";
import { ROM } from "../buses.ts";
import { type Instruction, INSTRUCTION_FIELDS } from "../shapes/instruction.ts";

/** The table whose rows are those of a program. */
function romAir(): Air {
  const b = new AirBuilder("rom", 0);
  const instruction = b.declarePreprocessed(INSTRUCTION_FIELDS);
  b.receive(ROM, b.column("uses"), instruction);
  return b.build();
}

/** log2 of the rows of a program's table. */
function romLogRows(instructions: readonly Instruction[], minLogRows: number): number {
  return Math.max(minLogRows, Math.ceil(Math.log2(instructions.length)));
}

/** The table with a program's rows; it is filled up with copies of the first. Throws RangeError for a program without rows. */
export function romTable(instructions: readonly Instruction[], minLogRows: number): TableDefinition {
  const [first] = instructions;
  if (first === undefined) throw new RangeError("a program has at least one row");
  const logRows = romLogRows(instructions, minLogRows);
  const columns = (): Uint32Array[] => {
    const rows = instructions.map((instruction) => ({ ...instruction, growth: (instruction.growth + P) % P }));
    return new TableRows("rom", INSTRUCTION_FIELDS, rows).columns({ padding: () => rows[0] ?? first, minLogRows: logRows });
  };
  return { air: romAir(), preprocessed: { logRows, columns } };
}

/** The main column of the table: how often each row is used. */
export function romUses(instructions: readonly Instruction[], used: ArrayLike<number>, minLogRows: number): Uint32Array[] {
  const uses = new Uint32Array(2 ** romLogRows(instructions, minLogRows));
  for (let i = 0; i < used.length; i++) {
    const row = used[i] as number;
    // A row of no instruction has no place.
    if (row >= 0) uses[row] = (uses[row] ?? 0) + 1;
  }
  return [uses];
}
