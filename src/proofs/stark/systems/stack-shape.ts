import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { TREE_PHASES, type TreePhase } from "./tree-phases.ts";

/*
 * The stack: all coefficients of all columns in a few long columns of 2^m. A column of 2^h coefficients stands, constant term
 * first, at a place that 2^h divides. Phases are contiguous, and each begins with a new stack column. Within
 * a phase
 * taller columns come first; of one height first those opened at the next row, tables in order, then the others likewise. So
 * the columns of one phase and height are one range, and those of them that are opened at the next row are its beginning.
 *
 * Stack column c is committed as 16 short ones of 2^(m−4): number 16c + j has the coefficients 2^m·c + j + 16k.
 */

/** Stack columns are lengthened while they are more than this: then longer paths cost less than larger leaves. */
const CHOSEN_STACK_COLUMNS = 16;
/** Maximum number of the longest columns. The work of a prover and a verifier for a query grows with them. */
export const MAX_STACK_COLUMNS = 128;

/** Bounds on log2 of a stack column. */
interface StackBounds {
  readonly logStackMin: number;
  readonly logStackMax: number;
}

/** Columns of one table in one phase, for the layout. */
export interface StackedBlock {
  readonly phase: TreePhase;
  readonly logRows: number;
  readonly width: number;
  /** Number of its leading columns that are also opened at the next row. */
  readonly nextWidth: number;
  /**
   * Number of contiguous columns that are the coordinates of one opened value; 1 if each is opened
   * separately.
   */
  readonly joined: number;
}

/** The columns of one height in one phase; everything in units of 2^logRows coefficients. */
export interface StackRange {
  readonly phase: TreePhase;
  readonly logRows: number;
  readonly first: number;
  readonly count: number;
  /** Number of leading columns that are also opened at the next row. */
  readonly nextCount: number;
  /** Number of columns per opened value, that of its blocks. */
  readonly joined: number;
}

/** The stack columns of one phase. */
interface StackPhase {
  readonly phase: TreePhase;
  readonly first: number;
  readonly width: number;
}

/** Positions of all columns. */
export interface StackShape {
  /** m: log2 of the coefficients of a stack column. */
  readonly logStack: number;
  /** s: log2 of the number of stack columns, rounded up. */
  readonly logWidth: number;
  /** Stack columns of all phases. */
  readonly width: number;
  /** In proof order, without phases that have no columns. */
  readonly phases: readonly StackPhase[];
  readonly ranges: readonly StackRange[];
  /** Place of each block's columns, in the order of the blocks. */
  readonly places: readonly (readonly number[])[];
}

/**
 * The layout of blocks in opening order, with the shortest stack columns that hold the tallest column and are no more than 16, or
 * else with the longest allowed; undefined if these are more than 128. Time and memory grow with the number of columns, not of
 * coefficients.
 */
export function createStackShape(blocks: readonly StackedBlock[], bounds: StackBounds): StackShape | undefined {
  const tallest = Math.max(...blocks.map((block) => block.logRows));
  const cells = TREE_PHASES.map((phase) =>
    sum(blocks.map((block) => (block.phase === phase ? block.width * 2 ** block.logRows : 0))),
  );
  const widthAt = (logStack: number): number => sum(cells.map((count) => Math.ceil(count / 2 ** logStack)));
  let logStack = Math.max(bounds.logStackMin, tallest);
  while (logStack < bounds.logStackMax && widthAt(logStack) > CHOSEN_STACK_COLUMNS) logStack++;
  if (logStack > bounds.logStackMax || widthAt(logStack) > MAX_STACK_COLUMNS) return undefined;

  const phases: StackPhase[] = [];
  const ranges: StackRange[] = [];
  const places = new Map<StackedBlock, number[]>(blocks.map((block) => [block, []]));
  let first = 0;
  for (const [p, phase] of TREE_PHASES.entries()) {
    const own = blocks.filter((block) => block.phase === phase);
    if (own.length === 0) continue;
    layOutPhase(own, first * 2 ** logStack, ranges, places);
    const width = Math.ceil((cells[p] ?? 0) / 2 ** logStack);
    phases.push({ phase, first, width });
    first += width;
  }
  return {
    logStack,
    logWidth: Math.ceil(Math.log2(first)),
    width: first,
    phases,
    ranges,
    places: blocks.map((block) => places.get(block) ?? []),
  };
}

/** Places of a block's values: of coordinates that are joined, the first one's. */
export function valuePlaces({ places }: StackShape, block: number, joined: number): readonly number[] {
  return (places[block] ?? []).filter((_, column) => column % joined === 0);
}

/** The lowest bit of a place that is not 0. */
export function lowestBitOf(place: number): number {
  let bit = 0;
  while (Math.floor(place / 2 ** bit) % 2 === 0) bit++;
  return bit;
}

/** Places the columns of a phase from `start` on. */
function layOutPhase(
  blocks: readonly StackedBlock[],
  start: number,
  ranges: StackRange[],
  places: ReadonlyMap<StackedBlock, number[]>,
): void {
  const heights = [...new Set(blocks.map((block) => block.logRows))].sort((a, b) => b - a);
  let place = start;
  for (const logRows of heights) {
    const own = blocks.filter((block) => block.logRows === logRows);
    const put = (block: StackedBlock, count: number): void => {
      for (let i = 0; i < count; i++, place += 2 ** logRows) places.get(block)?.push(place);
    };
    const first = place / 2 ** logRows;
    // Two columns would share a weight otherwise, and their values could be moved against each other.
    if (!Number.isInteger(first)) throw new Error(`a column of 2^${logRows} coefficients cannot begin at place ${place}`);
    for (const block of own) put(block, block.nextWidth);
    for (const block of own) put(block, block.width - block.nextWidth);
    const { phase, joined } = own[0] ?? {};
    if (phase === undefined || joined === undefined) throw new Error("a height of a phase has columns");
    const count = sum(own.map((block) => block.width));
    const nextCount = sum(own.map((block) => block.nextWidth));
    // Coordinates of a value are contiguous only if no block's columns are cut within one.
    for (const { width, nextWidth, joined: other } of own)
      if (other !== joined || width % joined > 0 || nextWidth % joined > 0)
        throw new Error(`${phase} columns of 2^${logRows} coefficients are not joined ${joined} by ${joined}`);
    ranges.push({ phase, logRows, first, count, nextCount, joined });
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** log2 of what each FRI layer folds by: whole arities, and at the end what is left above the final polynomial. */
export function layerFolds(
  { logArity, logFinalMax }: { readonly logArity: number; readonly logFinalMax: number },
  { logStack }: Pick<StackShape, "logStack">,
): number[] {
  const above = logStack - LOG_PARTS - logFinalMax;
  return Array.from({ length: Math.ceil(above / logArity) }, (_, i) => Math.min(logArity, above - i * logArity));
}

/** The columns of one phase alone: places from the phase's first stack column. */
export interface PhaseLayout {
  readonly places: readonly (readonly number[])[];
  readonly logStack: number;
  readonly width: number;
}

/** `blocks` are those that the stack was made of. */
export function phaseLayout(stack: StackShape, blocks: readonly StackedBlock[], phase: TreePhase): PhaseLayout {
  const own = stack.phases.find((candidate) => candidate.phase === phase);
  if (own === undefined) throw new Error(`a stack without ${phase} columns`);
  const first = own.first * 2 ** stack.logStack;
  const places = stack.places.filter((_, b) => blocks[b]?.phase === phase).map((block) => block.map((place) => place - first));
  return { places, logStack: stack.logStack, width: own.width };
}
