import { add, inv, mul, neg, P, sub } from "../../../src/proofs/field/koala-bear.ts";
import { DIGEST } from "../../../src/proofs/circuits/shapes/digest.ts";
import { COLUMN, COLUMN_COUNT, NEXT_COLUMN_COUNT } from "../../../src/proofs/circuits/state-transition/layout/columns.ts";
import { RowType, type RowTypeName } from "../../../src/proofs/circuits/state-transition/layout/row-types.ts";
import { PERMUTATION_COLUMNS } from "../../../src/proofs/circuits/poseidon/permutation.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { evaluateGraph } from "../../../src/proofs/stark/constraints/expression.ts";
import { typeAt } from "./scenario.ts";

/*
 * Which cells of a valid trace can move *together*. The constraints are linearised at the trace: each gives an equation
 * for the infinitesimal changes of the cells of two neighbouring rows. The permutation's own constraints are left out; in
 * their place stands what collision resistance means: where no change of the output is possible, none of the input is.
 * (The state after round 7, of which the output is a function, is kept as 16 free cells per row.) What moves after that is
 * a freedom of the trace that its statement does not pin. Choices among a few values, such as bits, are beyond this.
 */

const AFTER_ROUND_7 = COLUMN.interior + PERMUTATION_COLUMNS.afterRound7;
/** The columns that are unknowns, in order: the registers and the state after round 7. */
const UNKNOWN = [
  ...Array.from({ length: COLUMN.interior }, (_, i) => i),
  ...Array.from({ length: 2 * DIGEST }, (_, i) => AFTER_ROUND_7 + i),
];
const WIDTH = UNKNOWN.length;
const INDEX = new Map(UNKNOWN.map((column, i) => [column, i]));
/** Columns that a rigid hash pins: its input, its tag and the state after round 7. */
const HASHED = [...UNKNOWN.keys()].filter((i) => i < 2 * DIGEST || i === COLUMN.tag || i >= COLUMN.interior);
/** Rows whose compression means nothing. */
const UNHASHED: readonly RowTypeName[] = ["padding", "lowDigits", "lowGap", "highDigits", "highGap", "lowKeys"];

/** A set of linear functionals over the field, kept in echelon form. */
class RowSpace {
  readonly rows: (Uint32Array | undefined)[];

  constructor(width: number) {
    this.rows = new Array<Uint32Array | undefined>(width).fill(undefined);
  }

  /** Adds a functional; true when it was new. */
  insert(functional: Uint32Array): boolean {
    const rest = this.#reduce(functional);
    const pivot = rest.findIndex((x) => x !== 0);
    if (pivot < 0) return false;
    const scale = inv(rest[pivot]!);
    this.rows[pivot] = rest.map((x) => (x === 0 ? 0 : mul(x, scale)));
    return true;
  }

  contains(functional: Uint32Array): boolean {
    return this.#reduce(functional).every((x) => x === 0);
  }

  #reduce(functional: Uint32Array): Uint32Array {
    const rest = functional.slice();
    for (let c = 0; c < rest.length; c++) {
      const factor = rest[c]!;
      const row = this.rows[c];
      if (factor === 0 || row === undefined) continue;
      const negated = P - factor;
      for (let k = c; k < rest.length; k++) if (row[k] !== 0) rest[k] = add(rest[k]!, mul(negated, row[k]!));
    }
    return rest;
  }
}

/** A value and its derivatives by the cells of this row, then the next; undefined for a constant. */
interface Dual {
  readonly value: number;
  readonly slope: Uint32Array | undefined;
}

const combine = (a: Dual, b: Dual, value: number, x: number, y: number): Dual => {
  if (a.slope === undefined && b.slope === undefined) return { value, slope: undefined };
  const slope = new Uint32Array(2 * WIDTH);
  for (let i = 0; i < slope.length; i++) slope[i] = add(mul(a.slope?.[i] ?? 0, x), mul(b.slope?.[i] ?? 0, y));
  return { value, slope };
};

interface Linearised {
  /** Equations over this row and the next. */
  readonly equations: readonly Uint32Array[];
  /** Changes of the compression's output, over this row. */
  readonly output: readonly Uint32Array[];
}

function linearise(air: Air, columns: readonly Uint32Array[], publics: readonly number[], row: number, last: number): Linearised {
  const applies = { everyRow: true, transition: row < last, firstRow: row === 0, lastRow: row === last };
  const constraints = air.constraints.filter(({ name, scope }) => applies[scope] && !name.startsWith("permutation:"));
  // The body of each is next.other − out.
  const outputs = air.constraints.filter(({ name }) => name.startsWith("two lanes: the hash waits"));
  const roots = [...constraints, ...outputs].flatMap(({ body, selector }) =>
    selector === undefined ? [body] : [body, selector],
  );
  const values = evaluateGraph<Dual>(air.nodes, roots, {
    constant: (value) => ({ value, slope: undefined }),
    public: (index) => ({ value: publics[index]!, slope: undefined }),
    column: (_phase, column, next) => {
      const unknown = INDEX.get(column);
      if (unknown === undefined) return { value: columns[column]![row]!, slope: undefined };
      const slope = new Uint32Array(2 * WIDTH);
      slope[(next ? WIDTH : 0) + unknown] = 1;
      return { value: columns[column]![next ? (row === last ? 0 : row + 1) : row]!, slope };
    },
    add: (a, b) => combine(a, b, add(a.value, b.value), 1, 1),
    sub: (a, b) => combine(a, b, sub(a.value, b.value), 1, neg(1)),
    mul: (a, b) => combine(a, b, mul(a.value, b.value), b.value, a.value),
  });
  let at = 0;
  const slopes = [...constraints, ...outputs].map(({ selector }) => {
    const body = values[at++]!;
    const factor = selector === undefined ? { value: 1, slope: undefined } : values[at++]!;
    return { whole: combine(body, factor, 0, factor.value, body.value).slope, body: body.slope! };
  });
  return {
    equations: slopes.slice(0, constraints.length).flatMap(({ whole }) => (whole?.some((x) => x !== 0) ? [whole] : [])),
    output: slopes.slice(constraints.length).map(({ body }) => body.slice(0, WIDTH)),
  };
}

const unit = (i: number): Uint32Array => {
  const functional = new Uint32Array(WIDTH);
  functional[i] = 1;
  return functional;
};

/** Consequences of functionals over two rows for the second one alone. */
function projected(first: readonly Uint32Array[]): Uint32Array[] {
  const space = new RowSpace(2 * WIDTH);
  for (const functional of first) space.insert(functional);
  return space.rows.slice(WIDTH).flatMap((row) => (row === undefined ? [] : [row.slice(WIDTH)]));
}

const beside = (left: Uint32Array | undefined, right: Uint32Array | undefined): Uint32Array => {
  const both = new Uint32Array(2 * WIDTH);
  if (left !== undefined) both.set(left);
  if (right !== undefined) both.set(right, WIDTH);
  return both;
};
const swapped = (functional: Uint32Array): Uint32Array => beside(functional.subarray(WIDTH), functional.subarray(0, WIDTH));

/**
 * Per row up to `last` (which is taken for the trace's last row): the names of the cells that can move. The permutation's
 * interior is left out.
 */
export function movingCells(air: Air, columns: readonly Uint32Array[], publics: readonly number[], last: number): string[][] {
  const rows = Array.from({ length: last + 1 }, (_, row) => linearise(air, columns, publics, row, last));
  const hashed = rows.map((_, row) => !UNHASHED.some((name) => RowType[name] === typeAt(columns, row)));
  const before: Uint32Array[][] = rows.map(() => []);
  const after: Uint32Array[][] = rows.map(() => []);
  const rigid = rows.map(() => false);
  const pins = (row: number): Uint32Array[] => (rigid[row] ? HASHED.map(unit) : []);
  const spaceAt = (row: number): RowSpace => {
    const space = new RowSpace(WIDTH);
    for (const functional of [...pins(row), ...before[row]!, ...after[row]!]) space.insert(functional);
    return space;
  };
  let found = true;
  const harden = (row: number): void => {
    if (!hashed[row] || rigid[row]) return;
    const space = spaceAt(row);
    const input = [...HASHED.filter((i) => i < COLUMN.interior)].map(unit);
    if (![rows[row]!.output, input].some((functionals) => functionals.every((functional) => space.contains(functional)))) return;
    rigid[row] = true;
    found = true;
  };
  while (found) {
    found = false;
    for (let row = last; row >= 0; row--) {
      const later = row < last ? [...pins(row + 1), ...after[row + 1]!].map((f) => beside(f, undefined)) : [];
      after[row] = projected([...later, ...rows[row]!.equations.map(swapped)]);
      harden(row);
    }
    for (let row = 0; row < last; row++) {
      const earlier = [...pins(row), ...before[row]!].map((f) => beside(f, undefined));
      before[row + 1] = projected([...earlier, ...rows[row]!.equations]);
      harden(row + 1);
    }
  }
  return rows.map((_, row) => {
    const space = spaceAt(row);
    return UNKNOWN.slice(0, COLUMN.interior).flatMap((column, i) => (space.contains(unit(i)) ? [] : [air.columnNames[column]!]));
  });
}

if (NEXT_COLUMN_COUNT > COLUMN.interior || COLUMN_COUNT < AFTER_ROUND_7) throw new Error("the layout has changed");
