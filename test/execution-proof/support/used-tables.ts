import type { ProvableTrace } from "../../../src/proofs/execution-proof/run-state.ts";
import { runInput } from "../../../src/proofs/execution-proof/run-system.ts";
import type { ProvenProgram } from "../../../src/proofs/execution-proof/run-tables.ts";
import { planLookups } from "../../../src/proofs/stark/constraints/lookup.ts";
import type { SystemDefinition } from "../../../src/proofs/stark/systems/system.ts";

/** Rows of a table without those that it is filled up with, and the cells of one: of main columns and of those of look-ups. */
export interface UsedTable {
  readonly rows: number;
  readonly width: number;
}

/** Rows of a run, by table. */
export function usedTables(
  program: ProvenProgram,
  definition: SystemDefinition,
  trace: ProvableTrace,
): ReadonlyMap<string, UsedTable> {
  const { traces } = runInput({ program, definition }, trace);
  const { extensionDegree, maxConstraintDegree } = definition.parameters;
  return new Map(
    definition.tables.map(({ air, preprocessed }, i) => {
      const columns = traces[i]!;
      const last = (columns[0]?.length ?? 0) - 1;
      let rows = last + 1;
      // Padding rows of a table are all equal, except for a clock, rounds, and fixed tables.
      if (air.name === "processor") rows = trace.processor.length;
      else if (air.name === "keccak") rows = 24 * trace.permutations.length;
      else if (air.name === "sha256") rows = 64 * trace.sha256.length;
      else if (preprocessed !== undefined) rows = 0;
      else while (rows > 0 && columns.every((column) => column[rows - 1] === column[last])) rows--;
      const lookUps = planLookups(air, maxConstraintDegree)?.groups.length ?? 0;
      return [air.name, { rows, width: columns.length + extensionDegree * lookUps }];
    }),
  );
}
