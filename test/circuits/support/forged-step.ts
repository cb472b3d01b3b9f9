import { DIGEST } from "../../../src/proofs/circuits/shapes/digest.ts";
import { COLUMN, COLUMN_COUNT } from "../../../src/proofs/circuits/state-transition/layout/columns.ts";
import { TYPE_BITS } from "../../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { permuteTraced } from "../../../src/proofs/circuits/poseidon/permutation-trace.ts";
import { add } from "../../../src/proofs/field/koala-bear.ts";
import type { StateTransitionTrace } from "../../../src/proofs/circuits/state-transition/trace/build-trace.ts";
import { checkRow } from "./scenario.ts";

/** Registers that hold one element, and the first ones of those that hold several. */
export type Register = Exclude<keyof typeof COLUMN, "interior">;

/** One row of the table, to be changed at will. */
export class ForgedRow {
  readonly cells: Uint32Array;

  constructor(cells: ArrayLike<number> = new Uint32Array(COLUMN_COUNT)) {
    this.cells = Uint32Array.from(cells);
  }

  get(register: Register, index = 0): number {
    return this.cells[COLUMN[register] + index]!;
  }

  /** The element and those after it. */
  set(register: Register, index: number, ...values: readonly number[]): this {
    this.cells.set(values, COLUMN[register] + index);
    return this;
  }

  setType(code: number): this {
    return this.set("type", 0, ...Array.from({ length: TYPE_BITS }, (_, i) => (code >> i) & 1));
  }

  /** Fills the permutation's columns for the present input and tag; returns the compression's eight lanes. */
  rehash(): number[] {
    const state = Float64Array.from({ length: 2 * DIGEST }, (_, i) => this.get("input", i));
    state[0] = state[0]! + this.get("tag");
    permuteTraced(state, { cells: this.cells, offset: COLUMN.interior, stride: 1 });
    return Array.from({ length: DIGEST }, (_, i) => add(state[i]!, this.get("input", i)));
  }
}

/** Two neighbouring rows with what the table's public values are. */
export interface ForgedStep {
  readonly place: "first" | "middle" | "last";
  readonly now: ForgedRow;
  readonly next: ForgedRow;
  readonly publics: number[];
}

/** Row of a step in the table of four rows on which it is judged, by the step's place. */
const ROW = { first: 0, middle: 1, last: 3 } as const;
const columns = Array.from({ length: COLUMN_COUNT }, () => new Uint32Array(4));

/** The constraints that refuse a step: those of its first row and those between its rows. */
export function refusals({ place, now, next, publics }: ForgedStep): string[] {
  const row = ROW[place];
  columns.forEach((column, c) => {
    column[row] = now.cells[c]!;
    column[(row + 1) % 4] = next.cells[c]!;
  });
  return checkRow(columns, publics, row);
}

/** The step of a trace that begins at a row. */
export function stepAt({ columns: trace }: StateTransitionTrace, publics: readonly number[], row: number): ForgedStep {
  const height = trace[0]!.length;
  const rowOf = (index: number) => new ForgedRow(trace.map((column) => column[index % height]!));
  return {
    place: row === 0 ? "first" : row === height - 1 ? "last" : "middle",
    now: rowOf(row),
    next: rowOf(row + 1),
    publics: [...publics],
  };
}
