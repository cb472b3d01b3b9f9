import type { Ext } from "../../../src/proofs/field/extension.ts";
import type { Quintic } from "../../../src/ground/protocol/evaluation.ts";
import type { StateTransitionWitness } from "../../../src/ground/protocol/state-transition-witness.ts";
import { createStateTransitionAir } from "../../../src/proofs/circuits/state-transition/state-transition-air.ts";
import { type BatchStatement, encodeStatement } from "../../../src/ground/protocol/statement.ts";
import { statementValues } from "../../../src/proofs/circuits/state-transition/statement-values.ts";
import { COLUMN } from "../../../src/proofs/circuits/state-transition/layout/columns.ts";
import { RowType, type RowTypeName } from "../../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { fillTrace, type StateTransitionTrace } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { type WrittenCells, TraceWriter } from "../../../src/proofs/circuits/state-transition/trace/trace-writer.ts";
import { checkRows, createRowChecker } from "./row-checker.ts";

export const air = createStateTransitionAir();
export const checkRow = createRowChecker(air);

/** An evaluation point with nothing special about it. */
export const R: Quintic = [1234567, 890123456, 789, 2000000000, 45678];

/** A 256-bit word as bytes32. */
export function bytes32(word: bigint): `0x${string}` {
  return `0x${word.toString(16).padStart(64, "0")}`;
}

/** Public values for what a trace itself says of its batch, with some parts of the statement claimed otherwise. */
export function claim(
  trace: StateTransitionTrace,
  witness: StateTransitionWitness,
  other: Partial<BatchStatement> = {},
): number[] {
  const { oldStateRoot, newStateRoot, diffDigest, y } = trace;
  const statement = {
    commitment: bytes32(0n),
    oldStateRoot,
    newStateRoot,
    diffDigest,
    point: R,
    evaluation: quintic(y),
    outputsHash: bytes32(witness.operations.at(-1)!.entry.value),
    ...other,
  };
  return [...statementValues(encodeStatement(statement))!, ...trace.auxiliary];
}

/** An extension element of degree 5 as the protocol writes it. */
export function quintic([a, b, c, d, e]: Ext): Quintic {
  return [a!, b!, c!, d!, e!];
}

/** Distinct names of the constraints that fail, lane numbers left out, in alphabetical order. */
export function failingConstraints(columns: readonly Uint32Array[], publics: readonly number[]): string[] {
  const names = checkRows(checkRow, columns, publics).map(({ name }) => name.replace(/ \[\d+\]$/, ""));
  return [...new Set(names)].sort();
}

/** Changes the cells of a row before it is written, so that everything that follows is computed from the forgery. */
export type Forge = (name: RowTypeName, cells: ForgedCells, writer: TraceWriter) => ForgedCells;

/** A forged row may also carry another domain tag than its type's. */
export interface ForgedCells extends WrittenCells {
  readonly tag?: number;
}

class ForgingWriter extends TraceWriter {
  readonly #forge: Forge;

  constructor(options: ConstructorParameters<typeof TraceWriter>, forge: Forge) {
    super(...options);
    this.#forge = forge;
  }

  override row(name: RowTypeName, tag: number, cells: WrittenCells): Uint32Array {
    const forged = this.#forge(name, cells, this);
    return super.row(name, forged.tag ?? tag, forged);
  }
}

/** A trace made with no regard to whether the witness is true. */
export function forgeTrace(
  witness: StateTransitionWitness,
  forge: Forge = (_, cells) => cells,
  r: Ext = R,
): StateTransitionTrace {
  return fillTrace(
    witness,
    r,
    () => undefined,
    (...options) => new ForgingWriter(options, forge),
  );
}

/** Row type code at a row. */
export function typeAt(columns: readonly Uint32Array[], row: number): number {
  return [0, 1, 2, 3, 4].reduce((code, i) => code + (columns[COLUMN.type + i]![row]! << i), 0);
}

/** All rows of a type. */
export function rowsOf(columns: readonly Uint32Array[], name: RowTypeName): number[] {
  return Array.from(columns[0]!.keys()).filter((row) => typeAt(columns, row) === RowType[name]);
}
