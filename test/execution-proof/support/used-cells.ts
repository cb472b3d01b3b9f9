import type { ProvableTrace } from "../../../src/execution-proof/run-state.ts";
import { runInput } from "../../../src/execution-proof/run-system.ts";
import type { ProvenProgram } from "../../../src/execution-proof/run-tables.ts";
import { planLookups } from "../../../src/stark/lookup.ts";
import type { SystemDefinition } from "../../../src/stark/system.ts";

/** Cells of each table's rows, without those that it is filled up with; of main columns and of those of look-ups. */
export function usedCells(
  program: ProvenProgram,
  definition: SystemDefinition,
  trace: ProvableTrace,
): ReadonlyMap<string, number> {
  const { traces } = runInput({ program, definition }, trace);
  const { extensionDegree, maxConstraintDegree } = definition.parameters;
  return new Map(
    definition.tables.map(({ air, preprocessed }, i) => {
      const columns = traces[i]!;
      const last = (columns[0]?.length ?? 0) - 1;
      let rows = last + 1;
      // Rows that fill a table up are all the same, but for a clock, rounds, and tables that are fixed.
      if (air.name === "processor") rows = trace.processor.length;
      else if (air.name === "keccak") rows = 24 * trace.permutations.length;
      else if (air.name === "sha256") rows = 64 * trace.sha256.length;
      else if (preprocessed !== undefined) rows = 0;
      else while (rows > 0 && columns.every((column) => column[rows - 1] === column[last])) rows--;
      const lookUps = planLookups(air, maxConstraintDegree)?.groups.length ?? 0;
      return [air.name, rows * (columns.length + extensionDegree * lookUps)];
    }),
  );
}
