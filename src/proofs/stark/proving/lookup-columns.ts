import type { Ext, ExtensionField } from "../../field/extension.ts";
import type { Backend, Columns } from "../../kernels/backend.ts";
import type { DeviceScope } from "./device-scope.ts";
import type { LookupChallenges } from "../systems/evaluate.ts";
import type { LookupProgram } from "../programs/lookup-program.ts";
import { fillScalars } from "../programs/table-program.ts";

/**
 * A table's lookup columns by their values (the coordinates of the running sums first, then each helper's), and what the
 * fractions of each sum add up to.
 */
interface LookupColumns {
  readonly columns: Columns;
  readonly sums: readonly Ext[];
}

/**
 * Computes a table's lookup columns after the challenges are drawn; the definition is in `lookup.ts`. `rows` are the values of
 * its preprocessed and main columns. Rejects with RangeError when a fingerprint is zero, which happens with probability about
 * (number of fractions) / p^degree.
 */
export async function computeLookupColumns(
  backend: Backend,
  scope: DeviceScope,
  field: ExtensionField,
  { program, scalars, width, sums }: LookupProgram,
  {
    rows,
    publicValues,
    challenges,
  }: {
    readonly rows: Columns;
    readonly publicValues: readonly number[];
    readonly challenges: LookupChallenges;
  },
): Promise<LookupColumns> {
  const values = fillScalars(field, scalars, { publicValues, lookup: challenges, steps: [] });
  const columns = scope.keep(await backend.mapRows({ blocks: [rows], logRows: rows.logRows, program, scalars: values, width }));
  const coordinates = await backend.runningSums(columns, sums * field.degree);
  return {
    columns,
    sums: Array.from({ length: sums }, (_, s) => coordinates.slice(s * field.degree, (s + 1) * field.degree)),
  };
}
