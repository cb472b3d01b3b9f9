import { P } from "../../field/koala-bear.ts";
import type { Air } from "./air.ts";
import { evaluateGraph, type ExpressionNode, type NodeIndex } from "./expression.ts";
import { type RangeArithmetic, rangesOf } from "./ranges.ts";

/*
 * A counter is a column that a rule from row to row changes by a small integer: next(c) = c + e, and constraints hold e within a
 * range. Rows count as integers only if their number times the largest step is below p. More rows
 * could go round the field: a column that only grows would have one value at two rows, and p steps would be none. Counters are
 * found in the graph, so no table can forget to declare one.
 *
 * Steps that other tables bound, by range checks or by preprocessed columns, are not found. `memory-air.ts` has the reason why
 * its index cannot go round, and the processor's steps are ticks of the clock (`SegmentBounds`).
 */

/** Column that counts. */
interface Counter {
  readonly column: number;
  /** Largest difference between two rows in sequence, above 0. */
  readonly perRow: number;
}

/** Node with its factor in a sum. */
type Term = readonly [NodeIndex, number];

/** Counters of an AIR. */
export function countersOf(air: Air): Counter[] {
  const largest = new Map<number, number>();
  for (const { column, step } of air.constraints.flatMap((each) =>
    each.scope === "transition" ? countings(air.nodes, each.body) : [],
  )) {
    if (step.length === 0) continue;
    const ranges = rangesOf(air);
    const perRow = largestOf(air, step, ranges);
    const isFree = ranges.column("main", column).high === Infinity;
    if (isFree && perRow < Infinity) largest.set(column, Math.max(perRow, largest.get(column) ?? 0));
  }
  return [...largest].map(([column, perRow]) => ({ column, perRow })).filter(({ perRow }) => perRow > 0);
}

/** Throws RangeError for a counter that could go round the field within the given number of rows. */
export function assertCountersFit(air: Air, rows: number): void {
  for (const { column, perRow } of countersOf(air)) {
    const inSequence = Math.min(rows, air.longestCounts.get(column) ?? rows);
    if (perRow * inSequence < P) continue;
    throw new RangeError(
      `${air.columnNames[column] ?? column} of table ${air.name} counts by up to ${perRow} on each of ${inSequence} rows, which goes round the field: lower maxLogRows, the number of segments or the step`,
    );
  }
}

/** Columns c of a sum that is zero and has next(c) and −c, or the reverse, with the other terms: the step from c to next(c). */
function countings(nodes: Air["nodes"], body: NodeIndex): { readonly column: number; readonly step: readonly Term[] }[] {
  const node = nodes[body];
  // A factor is zero on each row on which the others are not.
  if (node?.kind === "mul") return [node.a, node.b].flatMap((factor) => countings(nodes, factor));
  const terms = [...termsOf(nodes, body)];
  return terms.flatMap(([index, sign]) => {
    const next = nodes[index];
    if (next?.kind !== "column" || !next.next || next.phase !== "main") return [];
    const isCurrent = ([other, factor]: Term): boolean => {
      const current = nodes[other];
      const isSame = current?.kind === "column" && current.phase === "main" && current.column === next.column;
      return isSame && !current.next && factor === -sign;
    };
    if (Math.abs(sign) !== 1 || !terms.some(isCurrent)) return [];
    return [{ column: next.column, step: terms.filter((term) => term[0] !== index && !isCurrent(term)) }];
  });
}

/** Nodes that a sum adds up, each with an integer. */
function termsOf(nodes: readonly ExpressionNode[], sum: NodeIndex): Map<NodeIndex, number> {
  const terms = new Map([[sum, 1]]);
  // Operands come before their results, so the last node that is open has its whole factor.
  const open = new Set([sum]);
  while (open.size > 0) {
    const index = Math.max(...open) as NodeIndex;
    open.delete(index);
    const node = nodes[index];
    if (node?.kind !== "add" && node?.kind !== "sub") continue;
    const factor = terms.get(index) ?? 0;
    terms.delete(index);
    for (const [operand, sign] of [[node.a, 1] as const, [node.b, node.kind === "add" ? 1 : -1] as const]) {
      terms.set(operand, (terms.get(operand) ?? 0) + sign * factor);
      open.add(operand);
    }
  }
  return terms;
}

/** Largest absolute value of a sum; Infinity if constraints do not bound it. */
function largestOf({ nodes }: Air, terms: readonly Term[], ranges: RangeArithmetic): number {
  const roots = terms.map(([index]) => index);
  const scaled = evaluateGraph(nodes, roots, ranges).map((range, i) => ranges.mul(range, ranges.integer(terms[i]?.[1] ?? 0)));
  const { low, high } = scaled.reduce(ranges.add, ranges.integer(0));
  return Math.max(-low, high);
}
