import { add, mul, P, sub } from "../../field/koala-bear.ts";
import type { Air, Interaction } from "./air.ts";
import { evaluateGraph, type ExpressionNode, type NodeIndex } from "./expression.ts";

/*
 * What a balanced bus proves. For every message v let S(v) and R(v) be the sums of the multiplicities with which v is sent and
 * received, over all rows of all tables. The lookups show S(v) ≡ R(v) modulo p for every v (up to the error of the lookup
 * round), and modulo p alone that means nothing: −1 sends are a receive, and p sends are none.
 *
 * Call a side of a bus *counted* when on every row each of its multiplicities is, by the constraints, an integer from 0 to
 * some maximum, and rows · maximum, added up over the side's interactions in all tables, is below p. The sum of a counted
 * side is then the same number as an integer, so
 *
 *   - if sends are counted: a message that is sent (S(v) > 0) is received by some row, whatever its multiplicity;
 *   - if receives are counted: the same the other way round;
 *   - if both are: every message is sent exactly as often as it is received.
 *
 * A lookup needs the first (the requests are counted, the table's multiplicities are the prover's to choose), a memory or a
 * permutation the third. With no counted side any message can be cancelled by itself, so such a bus is refused.
 */

/** The greatest multiplicities of one side of a bus that may count on them. */
export interface CountedSide {
  readonly direction: Interaction["direction"];
  /** Per table: what one row adds at most. */
  readonly perRow: readonly number[];
}

/** Integers that an expression is congruent to; without a bound known, all. */
interface Range {
  readonly low: number;
  readonly high: number;
}

const UNBOUNDED: Range = { low: -Infinity, high: Infinity };

/**
 * The sides of each bus whose multiplicities the constraints bound. Throws TypeError for a bus without such a side.
 */
export function countedSides(airs: readonly Air[]): Map<string, readonly CountedSide[]> {
  const ranges = airs.map(multiplicityRanges);
  const sides = new Map<string, readonly CountedSide[]>();
  for (const bus of new Set(airs.flatMap((air) => air.interactions.map((interaction) => interaction.bus)))) {
    const free: string[] = [];
    const counted = (["send", "receive"] as const).flatMap((direction): CountedSide[] => {
      const own = airs.map((air, table) =>
        air.interactions.flatMap((each, i) => {
          return each.bus === bus && each.direction === direction ? [ranges[table]?.[i] ?? UNBOUNDED] : [];
        }),
      );
      if (own.every((list) => list.length === 0)) return [];
      const unbounded = own.findIndex((list) => list.some(({ low, high }) => low < 0 || high >= P));
      if (unbounded >= 0) free.push(`a ${direction} of table ${airs[unbounded]?.name ?? unbounded}`);
      return unbounded >= 0 ? [] : [{ direction, perRow: own.map((list) => list.reduce((sum, { high }) => sum + high, 0)) }];
    });
    if (counted.length === 0) {
      throw new TypeError(
        `no side of bus ${bus.name} is counted: ${free.join(" and ")} may have any multiplicity. Bound those of one side by constraints on every row, such as x · (x − 1) = 0`,
      );
    }
    sides.set(bus.name, counted);
  }
  return sides;
}

/** Whether with so many rows in each table some counted side of every bus adds up to less than p. */
export function multiplicitiesFit(sides: ReadonlyMap<string, readonly CountedSide[]>, rows: readonly number[]): boolean {
  return [...sides.values()].every((counted) =>
    counted.some(({ perRow }) => perRow.reduce((sum, maximum, table) => sum + maximum * (rows[table] ?? 0), 0) < P),
  );
}

/** What the multiplicity of each interaction may be on any row. */
function multiplicityRanges(air: Air): Range[] {
  const columns = columnRanges(air);
  return evaluateGraph<Range>(
    air.nodes,
    air.interactions.map(({ multiplicity }) => multiplicity),
    {
      constant: (value) => (value > P / 2 ? { low: value - P, high: value - P } : { low: value, high: value }),
      column: (phase, column) => columns.get(`${phase}${column}`) ?? UNBOUNDED,
      public: (index) => (air.bits?.includes(index) === true ? { low: 0, high: 1 } : UNBOUNDED),
      add: (a, b) => bounded(a.low + b.low, a.high + b.high),
      sub: (a, b) => bounded(a.low - b.high, a.high - b.low),
      mul: (a, b) => {
        if (a === UNBOUNDED || b === UNBOUNDED) return UNBOUNDED;
        const products = [a.low * b.low, a.low * b.high, a.high * b.low, a.high * b.high];
        return bounded(Math.min(...products), Math.max(...products));
      },
    },
  );
}

/** Beyond the field's size a range says nothing; stopping there also keeps the numbers exact. */
function bounded(low: number, high: number): Range {
  return low <= -P || high >= P ? UNBOUNDED : { low, high };
}

/** Largest value that is tried as a root. */
const LARGEST_ROOT = 255;

/**
 * The columns that a constraint of their own holds within small integers: on every row and without a selector, a polynomial in
 * this column alone is zero, all of whose roots are small.
 */
function columnRanges(air: Air): Map<string, Range> {
  const depends = singleColumns(air.nodes);
  const own = air.constraints.filter(
    ({ scope, selector, body }) => scope === "everyRow" && selector === undefined && typeof depends[body] === "string",
  );
  // Each body has one column, so that one unknown can stand for all.
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
  const roots: number[] = [];
  for (let x = 0; x <= LARGEST_ROOT; x++) {
    if (coefficients.reduceRight((sum, coefficient) => add(mul(sum, x), coefficient), 0) === 0) roots.push(x);
  }
  const [low] = roots;
  const high = roots.at(-1);
  return low === undefined || high === undefined || roots.length !== coefficients.length - 1 ? undefined : { low, high };
}

/**
 * For each node the one column of this row that it depends on; undefined for none, null for several, the next row's or
 * public values.
 */
function singleColumns(nodes: readonly ExpressionNode[]): (string | null | undefined)[] {
  const columns: (string | null | undefined)[] = [];
  const joined = (operands: readonly NodeIndex[]): string | null | undefined => {
    const named = new Set(operands.map((operand) => columns[operand]).filter((column) => column !== undefined));
    const [column] = named;
    return named.size > 1 ? null : column;
  };
  for (const node of nodes) {
    switch (node.kind) {
      case "column":
        columns.push(node.next ? null : `${node.phase}${node.column}`);
        break;
      case "add":
      case "sub":
      case "mul":
        columns.push(joined([node.a, node.b]));
        break;
      case "call":
        columns.push(joined(node.inputs));
        break;
      case "result":
        columns.push(joined([node.call]));
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
