import { add, mul, P, sub } from "../../field/koala-bear.ts";
import type { Air } from "./air.ts";
import { evaluateGraph, type ExpressionNode, type NodeIndex, type Phase } from "./expression.ts";

/** Integers that an expression is congruent to; without a bound known, all. */
export interface Range {
  readonly low: number;
  readonly high: number;
}

export const UNBOUNDED: Range = { low: -Infinity, high: Infinity };

const ofAirs = new WeakMap<Air, RangeArithmetic>();

/** The arithmetic of an AIR's ranges, made once. */
export function rangesOf(air: Air): RangeArithmetic {
  const ranges = ofAirs.get(air) ?? new RangeArithmetic(air);
  ofAirs.set(air, ranges);
  return ranges;
}

/** Arithmetic of ranges, for `evaluateGraph`: ranges of an AIR's expressions on any row. */
export class RangeArithmetic {
  readonly #bits: readonly number[];
  readonly #columns: ReadonlyMap<string, Range>;

  constructor(air: Air) {
    this.#bits = air.bits ?? [];
    this.#columns = columnRanges(air);
  }

  /** Smaller of a constant's integers by absolute value. */
  readonly constant = (value: number): Range => this.integer(value > P / 2 ? value - P : value);

  readonly integer = (value: number): Range => ({ low: value, high: value });

  /** Range on this row and on the next one, because the constraint holds on every row. */
  readonly column = (phase: Phase, column: number): Range => this.#columns.get(`${phase}${column}`) ?? UNBOUNDED;

  readonly public = (index: number): Range => (this.#bits.includes(index) ? { low: 0, high: 1 } : UNBOUNDED);

  readonly add = (a: Range, b: Range): Range => bounded(a.low + b.low, a.high + b.high);

  readonly sub = (a: Range, b: Range): Range => bounded(a.low - b.high, a.high - b.low);

  readonly mul = (a: Range, b: Range): Range => {
    if (a === UNBOUNDED || b === UNBOUNDED) return UNBOUNDED;
    const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
    return bounded(Math.min(...products), Math.max(...products));
  };
}

/** Beyond the field's size a range says nothing; stopping there also keeps the numbers exact. */
function bounded(low: number, high: number): Range {
  return low <= -P || high >= P ? UNBOUNDED : { low, high };
}

/** Largest value that is tried as a root. */
const LARGEST_ROOT = 255;

/**
 * Columns that constraints hold within small integers: on every row and without a selector, a polynomial in one column is zero,
 * and all its roots are small.
 */
function columnRanges(air: Air): Map<string, Range> {
  const depends = singleColumns(air.nodes);
  const own = air.constraints.filter(
    ({ scope, selector, body }) => scope === "everyRow" && selector === undefined && typeof depends[body] === "string",
  );
  // Each body has one column, so that one unknown can represent all.
  const polynomials = evaluateGraph<readonly number[]>(
    air.nodes,
    own.map(({ body }) => body),
    {
      constant: (value) => trimmed([value]),
      column: () => [0, 1],
      public: () => [],
      add: (a, b) => trimmed(longer(a, b).map((_, i) => add(a[i] ?? 0, b[i] ?? 0))),
      sub: (a, b) => trimmed(longer(a, b).map((_, i) => sub(a[i] ?? 0, b[i] ?? 0))),
      mul: (a, b) => {
        const product = new Array<number>(Math.max(0, a.length + b.length - 1)).fill(0);
        a.forEach((x, i) => b.forEach((y, j) => (product[i + j] = add(product[i + j] ?? 0, mul(x, y)))));
        return trimmed(product);
      },
    },
  );
  const ranges = new Map<string, Range>();
  own.forEach(({ body }, i) => {
    const range = rootRange(polynomials[i] ?? []);
    const column = depends[body];
    if (range !== undefined && typeof column === "string" && range.high < (ranges.get(column)?.high ?? P))
      ranges.set(column, range);
  });
  return ranges;
}

/** The range of a polynomial's roots; undefined unless all are distinct and small. */
function rootRange(coefficients: readonly number[]): Range | undefined {
  if (coefficients.length < 2) return undefined;
  const degree = coefficients.length - 1;
  const roots: number[] = [];
  for (let x = 0; x <= LARGEST_ROOT && roots.length < degree; x++) {
    if (coefficients.reduceRight((sum, coefficient) => add(mul(sum, x), coefficient), 0) === 0) roots.push(x);
  }
  const [low] = roots;
  const high = roots.at(-1);
  return low === undefined || high === undefined || roots.length < degree ? undefined : { low, high };
}

/**
 * For each node the one column of this row that it depends on; undefined for none, null for several, the next row's or
 * public values.
 */
function singleColumns(nodes: readonly ExpressionNode[]): (string | null | undefined)[] {
  const columns: (string | null | undefined)[] = [];
  const joined = (one: string | null | undefined, other: NodeIndex): string | null | undefined => {
    const column = columns[other];
    if (one === undefined || one === column) return column;
    return column === undefined ? one : null;
  };
  for (const node of nodes) {
    switch (node.kind) {
      case "column":
        columns.push(node.next ? null : `${node.phase}${node.column}`);
        break;
      case "add":
      case "sub":
      case "mul":
        columns.push(joined(columns[node.a], node.b));
        break;
      case "call":
        columns.push(node.inputs.reduce(joined, undefined));
        break;
      case "result":
        columns.push(columns[node.call]);
        break;
      case "constant":
        columns.push(undefined);
        break;
      case "public":
      case "parameter":
        columns.push(null);
    }
  }
  return columns;
}

function trimmed(coefficients: readonly number[]): readonly number[] {
  return coefficients.slice(0, coefficients.findLastIndex((coefficient) => coefficient !== 0) + 1);
}

function longer(a: readonly number[], b: readonly number[]): readonly number[] {
  return a.length > b.length ? a : b;
}
