import { NamedError } from "../../../ground/errors/named-error.ts";
import { isCanonical, P } from "../../field/koala-bear.ts";
import { ABSENT, createShape, type Shape } from "../systems/shape.ts";
import { flagValues, type SegmentFlags } from "../constraints/segment-bounds.ts";
import { type System, type SystemDefinition, tablePublicValues } from "../systems/system.ts";
import { wordsOf } from "../transcripts/transcript-form.ts";

/** Input of a proof. */
export interface ProverInput {
  /** Statement; for a segment that does not open its run `laterStatement`. */
  readonly statement: Uint8Array;
  /** Which segment of its run it is; of a system with segments only, and of each input of such a system. */
  readonly segment?: SegmentFlags;
  /** Per table, its auxiliary public values. */
  readonly auxiliary: readonly (readonly number[])[];
  /** Per table, its main columns of canonical elements, all of one power-of-two height; of no rows to leave the table out. */
  readonly traces: readonly (readonly Uint32Array[])[];
}

/** A prover input that fits its system. */
export interface CheckedInput extends ProverInput {
  readonly shape: Shape;
  /** Per table: statement values and the table's own. */
  readonly publicValues: readonly (readonly number[])[];
}

/** Checks everything about an input but the constraints. Throws ProverInputError that names the first misfit. */
export function checkProverInput(system: System, input: ProverInput): CheckedInput {
  const { tables, definition } = system;
  const { segment } = input;
  if ((segment === undefined) !== (definition.segments === undefined))
    throw new ProverInputError(
      "BadSegment",
      `${system.name} is proven ${segment === undefined ? "segment by segment: say which one this is" : "as a whole, not in segments"}`,
    );
  const statementValues = statementValuesOf(definition, input.statement, segment);
  if (statementValues?.length !== definition.statementValueCount || !statementValues.every(isCanonical)) {
    throw new ProverInputError("BadStatement", `the statement is not one of ${system.name}`);
  }
  if (input.traces.length !== tables.length || input.auxiliary.length !== tables.length) {
    throw new ProverInputError(
      "BadTrace",
      `${system.name} has ${tables.length} tables, got ${input.traces.length} traces and ${input.auxiliary.length} lists of auxiliary values`,
    );
  }
  const logRows = tables.map(({ index, air, mainWidth, auxiliaryCount }) => {
    const columns = input.traces[index] ?? [];
    const auxiliary = input.auxiliary[index] ?? [];
    if (auxiliary.length !== auxiliaryCount || !auxiliary.every(isCanonical)) {
      throw new ProverInputError(
        "BadAuxiliary",
        `table ${air.name} takes ${auxiliaryCount} canonical auxiliary values, got ${auxiliary.length}`,
      );
    }
    if (columns.length !== mainWidth) {
      throw new ProverInputError("BadTrace", `table ${air.name} has ${mainWidth} columns, got ${columns.length}`);
    }
    const height = columns[0]?.length ?? 0;
    columns.forEach((column, i) => {
      if (column.length !== height) {
        throw new ProverInputError(
          "BadTrace",
          `column ${air.columnNames[i] ?? i} of table ${air.name} has ${column.length} rows, others ${height}`,
        );
      }
      const row = firstNonCanonical(column);
      if (row >= 0) {
        throw new ProverInputError(
          "BadTrace",
          `column ${air.columnNames[i] ?? i} of table ${air.name} is not canonical at row ${row}`,
        );
      }
    });
    // One row is an invalid height: its logarithm would read as "absent".
    return height === 0 ? ABSENT : height === 1 ? NaN : Math.log2(height);
  });
  const shape = logRows.every(Number.isInteger)
    ? createShape(system, logRows)
    : logRows.findIndex((log) => !Number.isInteger(log));
  if (typeof shape === "number") {
    const name = tables[shape]?.air.name;
    const rows = input.traces[shape]?.[0]?.length ?? 0;
    const message =
      name === undefined
        ? "multiplicities of a bus could add up to more than the field can count, or the columns are more than a stack holds"
        : `table ${name} cannot have ${rows} rows in ${system.name}`;
    throw new ProverInputError("BadHeight", message);
  }
  const flags = segment === undefined ? [] : flagValues(segment);
  return { ...input, shape, publicValues: input.auxiliary.map((values) => tablePublicValues(statementValues, values, flags)) };
}

/**
 * Statement of a segment that does not open its run: the part that all segments share, if statements are
 * elements.
 */
export function laterStatement({ statementElements }: SystemDefinition, statement: Uint8Array): Uint8Array {
  if (statementElements === undefined) return new Uint8Array(0);
  const { count, shared } = statementElements;
  const later = new Uint8Array(4 * count);
  later.set(statement.subarray(0, 4 * shared));
  return later;
}

/**
 * The values of a statement, of a run's opening segment or of a whole run; zeros for the other segments,
 * about which it says nothing. `undefined` for malformed bytes.
 */
export function statementValuesOf(
  definition: SystemDefinition,
  statement: Uint8Array,
  segment: SegmentFlags | undefined,
): readonly number[] | undefined {
  const { statementElements, statementValueCount } = definition;
  if (statementElements !== undefined) {
    const elements = wordsOf(statement);
    if (statement.length !== 4 * statementElements.count || !elements.every(isCanonical)) return undefined;
  }
  if (segment === undefined || segment.opens === 1) return definition.publicValues(statement);
  const expected = laterStatement(definition, statement);
  const isLater = expected.length === statement.length && expected.every((byte, i) => byte === statement[i]);
  return isLater ? new Array<number>(statementValueCount).fill(0) : undefined;
}

/**
 * Index of the first element not below p, or −1. Of integers with sign, elements from 2^31 on are negative, and so is what others
 * lack of p − 1. No branch for an element: this runs over every cell of a proof.
 */
function firstNonCanonical({ buffer, byteOffset, length }: Uint32Array): number {
  const signed = new Int32Array(buffer, byteOffset, length);
  let signs = 0;
  for (let row = 0; row < length; row++) {
    const element = signed[row] as number;
    signs |= element | (P - 1 - element);
  }
  return signs < 0 ? signed.findIndex((element) => element < 0 || element >= P) : -1;
}

/** The caller's mistake: input that does not fit the system. */
export class ProverInputError extends NamedError<
  "BadStatement" | "BadSegment" | "BadTrace" | "BadAuxiliary" | "BadHeight" | "OtherFilling" | "ReusedRandomness"
> {
  override readonly name = "ProverInputError";
}
