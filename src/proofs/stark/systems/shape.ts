import type { Columns } from "../../kernels/backend.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { type HeightClass, heightClasses } from "../../kernels/tree-shape.ts";
import { multiplicitiesFit } from "../constraints/multiplicities.ts";
import { DOMAIN_SHIFT, leafEncodings, positionsPerLeaf } from "./parameters.ts";
import { type TreePhase, TREE_PHASES } from "./tree-phases.ts";
import { createStackShape, type StackShape } from "./stack-shape.ts";
import type { System, Table } from "./system.ts";

/*
 * Tables of different heights share one FRI by lifting: with n rows in the tallest table, a column f of a table of n/k rows
 * takes part as f(x^k). The trees force committed *words* to be constant on the cosets of the k-th roots of unity, yet the
 * proof only shows that they are close to polynomials of degree below n. What the constraints then say is this. On the
 * domain of n points, x^k runs through the short table's points k times, and the lifted selectors fire at every multiple of
 * n/k rows: a witness that is not of the form f(x^k) is k stretches of n/k rows, with the same public values, preprocessed
 * columns and claimed lookup sum.
 *
 * Each stretch satisfies every constraint from its own first to its own last row, *provided that nothing reads across its
 * end*: the row after a stretch's last row is the first of the next stretch. `lifting-rules.ts` ensures
 * that:
 * constraints read the next row only where it is in the same stretch, and interactions never do. The one exception is the
 * running sum of the lookups, which does step across; it is forced to 0 at every stretch's start, so each stretch, not only
 * their total, adds up to the claim. Any one stretch per table is therefore a witness, buses included, and no argument
 * about uniqueness is needed.
 */

/** Columns of one table in one phase, or the quotient's: the unit of commitments and openings. */
export interface Block {
  readonly phase: TreePhase;
  /** Undefined for the quotient. */
  readonly table: number | undefined;
  readonly logRows: number;
  readonly width: number;
  /** Number of its leading columns that are also opened at the next row. */
  readonly nextWidth: number;
  /**
   * Number of columns that are the coordinates of one opened value: 1, or the degree of the extension whose
   * values they contain.
   */
  readonly joined: number;
  /** Index of its first column among all. */
  readonly firstColumn: number;
  /** Index of its first value among those at the first point, which are in the columns' order. */
  readonly firstValue: number;
  /** Index of the first value among those at the second point. */
  readonly firstNext: number;
}

/** Columns in a tree: a whole block or, of a stack, the columns into which its stack columns are cut. */
interface TreeBlock extends Columns {
  /** Index of its first column among those of all trees. */
  readonly firstColumn: number;
}

/** One commitment to blocks. */
export interface TraceTree {
  readonly phase: TreePhase;
  readonly blocks: readonly TreeBlock[];
  /** Tallest first. */
  readonly classes: readonly HeightClass<TreeBlock>[];
  readonly logLeaves: number;
  /** Neighbouring positions whose rows are one leaf: more than one only where there is one class. */
  readonly rowsPerLeaf: number;
}

/** log2 of the height of a table that a proof leaves out, and its byte in the header. A table of one row does not exist. */
export const ABSENT = 0;

/** Rows of a table of that height: none of an absent one. */
export function rowCount(logRows: number): number {
  return logRows === ABSENT ? 0 : 2 ** logRows;
}

/** Everything that follows from a system and its tables' heights. */
export interface Shape {
  /** Per table, `ABSENT` for one without rows: it has no block in any tree. */
  readonly logRows: readonly number[];
  /** log2 of the tallest table's height: degree bound of the whole proof. */
  readonly tallest: number;
  /** log2 of the domain that queries are drawn from. */
  readonly logDomain: number;
  /** Opening order: preprocessed blocks (tables in order), main blocks, lookup blocks, quotient. */
  readonly blocks: readonly Block[];
  /**
   * Number of values that a proof has, at z and at the next point: one for each column, or for each group of
   * joined columns.
   */
  readonly openedCount: number;
  readonly nextCount: number;
  /** In proof order: preprocessed (if any), main, lookup (if any), quotient. */
  readonly trees: readonly TraceTree[];
  /** Undefined when columns are opened by rows. */
  readonly stack: StackShape | undefined;
  /** log2 of the height for which preprocessed columns are committed: the tallest table's, or a stack column's. */
  readonly committedHeight: number;
  readonly columnCount: number;
  /** Whether some table that is present has interactions: whether there is a lookup phase. */
  readonly hasLookups: boolean;
}

/**
 * The shape for the given table heights, or the index of the first table whose height is not allowed; `tables.length`
 * when the heights are allowed one by one but together let multiplicities add up to more than the field can count, or are more
 * than a stack holds.
 */
export function createShape(system: System, logRows: readonly number[]): Shape | number {
  const { minLogRows, maxLogRows, extensionDegree, opening, logBlowup } = system.parameters;
  const wrong = system.tables.findIndex((table, i) => {
    const height = logRows[i] ?? -1;
    if (height === ABSENT) return !table.optional;
    return height < minLogRows || height > maxLogRows || (table.fixedLogRows ?? height) !== height;
  });
  if (wrong >= 0) return wrong;
  if (logRows.every((height) => height === ABSENT)) return 0;
  if (!multiplicitiesFit(system.countedSides, logRows.map(rowCount))) return system.tables.length;

  const tallest = Math.max(...logRows);
  const blocks: Block[] = [];
  let [firstColumn, firstValue, firstNext] = [0, 0, 0];
  const push = (phase: TreePhase, table: number | undefined, height: number, width: number, nextWidth: number) => {
    if (width === 0 || height === ABSENT) return;
    const joined = opening.kind === "stacked" && (phase === "lookup" || phase === "quotient") ? extensionDegree : 1;
    blocks.push({ phase, table, logRows: height, width, nextWidth, joined, firstColumn, firstValue, firstNext });
    firstColumn += width;
    firstValue += width / joined;
    firstNext += nextWidth / joined;
  };
  const pushTables = (phase: TreePhase, width: (table: Table) => number, nextWidth: (table: Table) => number) =>
    system.tables.forEach((table, i) => push(phase, i, logRows[i] ?? ABSENT, width(table), nextWidth(table)));
  pushTables(
    "preprocessed",
    (table) => table.preprocessedWidth,
    () => 0,
  );
  pushTables(
    "main",
    (table) => table.mainWidth,
    (table) => table.mainNextWidth,
  );
  pushTables(
    "lookup",
    (table) => table.lookupWidth,
    (table) => (table.lookup?.kinds.length ?? 0) * extensionDegree,
  );
  push("quotient", undefined, tallest, system.chunkCount * extensionDegree, 0);

  const stack = opening.kind === "stacked" ? createStackShape(blocks, opening) : undefined;
  if (opening.kind === "stacked" && stack === undefined) return system.tables.length;
  const committedHeight = stack?.logStack ?? tallest;
  return {
    logRows,
    tallest,
    logDomain: logBlowup + (stack === undefined ? tallest : stack.logStack - LOG_PARTS),
    blocks,
    openedCount: firstValue,
    nextCount: firstNext,
    trees: treesOf(system, stack === undefined ? blocks : stackBlocks(stack)),
    stack,
    committedHeight,
    columnCount: firstColumn,
    hasLookups: blocks.some(({ phase }) => phase === "lookup"),
  };
}

/** Blocks that a stack's trees commit to: one for each phase. */
function stackBlocks({ phases, logStack }: StackShape): (TreeBlock & { readonly phase: TreePhase })[] {
  return phases.map(({ phase, first, width }) => {
    return { phase, logRows: logStack - LOG_PARTS, width: width * 2 ** LOG_PARTS, firstColumn: first * 2 ** LOG_PARTS };
  });
}

/** Columns of blocks together. */
export function columnCountOf(blocks: readonly Columns[]): number {
  return blocks.reduce((sum, { width }) => sum + width, 0);
}

/** A tree for each phase that has blocks. */
function treesOf({ parameters }: System, blocks: readonly (TreeBlock & { readonly phase: TreePhase })[]): TraceTree[] {
  const { logBlowup, hash, opening } = parameters;
  return TREE_PHASES.flatMap((phase): TraceTree[] => {
    const own = blocks.filter((block) => block.phase === phase);
    if (own.length === 0) return [];
    const rowsPerLeaf = positionsPerLeaf(opening, columnCountOf(own));
    const request = { blocks: own, logBlowup, shift: DOMAIN_SHIFT, hash, rowsPerLeaf, encoding: leafEncodings(hash).trace };
    const classes = heightClasses(request);
    return [{ phase, blocks: own, classes, logLeaves: classes[0]?.logLeaves ?? 0, rowsPerLeaf }];
  });
}
