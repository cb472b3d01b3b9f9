import { LOG_PARTS } from "../../../src/proofs/kernels/stack-layout.ts";
import { BASE31_GROUP, packedLength } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { positionsPerLeaf, type ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";
import { createShape, type Shape } from "../../../src/proofs/stark/systems/shape.ts";
import { batchedBits } from "../../../src/proofs/stark/stacked/claims.ts";
import {
  layerFolds,
  lowestBitOf,
  type StackRange,
  type StackShape,
  valuePlaces,
} from "../../../src/proofs/stark/systems/stack-shape.ts";
import type { System, Table } from "../../../src/proofs/stark/systems/system.ts";
import type { TreePhase } from "../../../src/proofs/stark/systems/tree-phases.ts";
import { ARGUMENT_WORDS, SHARED_WORDS } from "../core-layout.ts";
import type { QueryLayout, QuerySlot } from "../core-queries.ts";
import { MemoryLayout } from "../memory-layout.ts";
import { EXTENSION_BYTES, FINAL_CHUNK, FINAL_GROUP, FINAL_GROUP_WORDS } from "../yul-fri.ts";
import { GROUP_WORDS } from "../yul-opening.ts";
import { type TableGraph, tableGraph } from "./lookup-graph.ts";

/** Values of a stack column in a leaf. */
const PARTS = 2 ** LOG_PARTS;
/** Groups of eight values in them. */
export const GROUPS_PER_COLUMN = PARTS / BASE31_GROUP;
/** Stack columns of a tree: a sum of as many products is below 2^36. */
const MOST_COLUMNS = 30;

const SLOTS = [
  ...(["logRows", "logDomain", "layers", "logFinal", "cursor", "state"] as const satisfies readonly QuerySlot[]),
  ...(["fold", "offset", "vanishing", "sum", "nextSum", "claim", "weight"] as const),
] as const;
type StackSlot = (typeof SLOTS)[number];

/** One tree of stack columns. */
export interface StackTree {
  readonly phase: TreePhase;
  /** First stack column, and number of stack columns. */
  readonly first: number;
  readonly width: number;
  /** Neighbouring positions that share a leaf: 1 or 2. */
  readonly rowsPerLeaf: number;
  /** Offset of its root in the proof; the key's are constants. */
  readonly root: { readonly offset: number } | { readonly constant: bigint };
}

/** A table with what its evaluator is given. */
export interface StackTable {
  readonly table: Table;
  readonly graph: TableGraph;
  readonly logRows: number;
  /** Index of its first value of each phase among those that are opened. */
  readonly first: { readonly preprocessed: number; readonly main: number; readonly lookup: number };
  /** Index of the running sum among the values at the next row. */
  readonly firstNext: number;
}

/** Offsets of the parts of a proof, equal in all proofs of a shape. */
interface ProofOffsets {
  readonly mainRoot: number;
  readonly lookupRoot: number;
  readonly sums: number;
  readonly quotientRoot: number;
  readonly atPoint: number;
  readonly atNext: number;
  readonly leafRounds: number;
  readonly firstLayer: number;
  readonly finalPolynomial: number;
  readonly finalRounds: number;
  readonly nonce: number;
  readonly openings: number;
}

/** Everything that the verifier of one shape knows when it is written. */
export interface StackLayout extends QueryLayout {
  readonly system: System;
  readonly parameters: ProofParameters;
  readonly shape: Shape;
  readonly stack: StackShape;
  readonly tables: readonly StackTable[];
  readonly trees: readonly StackTree[];
  readonly layerCount: number;
  /** log2 of the places of the stack: as many rounds fold it. */
  readonly logPlaces: number;
  /** Rounds before the first layer: over what a leaf holds. */
  readonly leafRounds: number;
  readonly offsets: ProofOffsets;
  readonly headerBytes: number;
  readonly pointRow: number;
  readonly nextRow: number;
  readonly statementCount: number;
  readonly memory: StackMemory;
}

type StackMemory = ReturnType<typeof memoryOf>;

/** Throws RangeError with the reason for a system that this generator cannot write a contract for. */
export function layoutStack(system: System): StackLayout {
  const { parameters } = system;
  requireTaken(system);
  const heights = system.tables.map(({ air, fixedLogRows }) => {
    if (fixedLogRows === undefined) throw new RangeError(`table ${air.name} has no fixed height`);
    return fixedLogRows;
  });
  const shape = createShape(system, heights);
  if (typeof shape === "number" || shape.stack === undefined)
    throw new RangeError(`${system.name} has no shape with these heights`);
  const { stack } = shape;
  const folds = layerFolds(parameters, stack);
  if (folds.some((fold) => fold !== 3)) throw new RangeError("the contract generator takes layers of arity 8 alone");
  const { hash } = parameters;
  if (hash.kind !== "keccak") throw new RangeError("the contract generator takes keccak trees");
  const offsets = offsetsOf(system, shape, stack, hash.digestBytes);
  const tables = system.tables.map((table, i) => stackTable(system, shape, table, heights[i] ?? 0));
  const memory = memoryOf(system, shape, stack, foldPowerCount({ tables }));
  const roots = {
    preprocessed: preprocessedRoot(system, shape, hash.digestBytes),
    main: { offset: offsets.mainRoot },
    lookup: { offset: offsets.lookupRoot },
    quotient: { offset: offsets.quotientRoot },
  };
  return {
    ...{ system, parameters, shape, stack, tables, offsets, memory },
    trees: stack.phases.map(({ phase, first, width }) => {
      if (width > MOST_COLUMNS) throw new RangeError(`a tree of ${width} stack columns, ${MOST_COLUMNS} are taken`);
      return { phase, first, width, rowsPerLeaf: positionsPerLeaf(parameters.opening, PARTS * width), root: roots[phase] };
    }),
    digestBytes: hash.digestBytes,
    layerCount: folds.length,
    logPlaces: stack.logStack + stack.logWidth,
    leafRounds: LOG_PARTS + stack.logWidth,
    friRootsOffset: offsets.firstLayer,
    friRootStride: hash.digestBytes + 3 * ROUND_BYTES,
    headerBytes: 1 + system.tables.length,
    pointRow: packedLength(shape.openedCount, BASE31_GROUP),
    nextRow: packedLength(shape.nextCount, BASE31_GROUP),
    statementCount: system.definition.statementValueCount,
  };
}

function requireTaken({ parameters, tables, definition }: System): void {
  if (parameters.opening.kind !== "stacked") throw new RangeError("this generator takes systems whose columns are stacked");
  if (parameters.extensionDegree !== 5) throw new RangeError("the contract generator takes the quintic extension");
  if (parameters.logArity !== 3) throw new RangeError("the contract generator takes FRI of arity 8");
  if (parameters.transcript !== "keccak") throw new RangeError("the contract generator takes transcripts of keccak");
  if (parameters.logFinalMax < Math.log2(FINAL_CHUNK))
    throw new RangeError(`final polynomials have at least ${FINAL_CHUNK} coefficients`);
  if (definition.segments !== undefined) throw new RangeError("the contract generator takes no segments");
  if (tables.some(({ auxiliaryCount }) => auxiliaryCount > 0))
    throw new RangeError("the contract generator takes no auxiliary values");
  if (tables.length > 31) throw new RangeError("the header is one word");
}

/** Bytes of a round's message: h(0) and h(2). */
export const ROUND_BYTES = 2 * EXTENSION_BYTES;

function offsetsOf(system: System, shape: Shape, stack: StackShape, digestBytes: number): ProofOffsets {
  const { parameters } = system;
  let next = 1 + system.tables.length;
  const take = (length: number): number => {
    const at = next;
    next += length;
    return at;
  };
  return {
    mainRoot: take(digestBytes),
    lookupRoot: take(digestBytes),
    sums: take(EXTENSION_BYTES * system.tables.length),
    quotientRoot: take(digestBytes),
    atPoint: take(5 * packedLength(shape.openedCount, BASE31_GROUP)),
    atNext: take(5 * packedLength(shape.nextCount, BASE31_GROUP)),
    leafRounds: take(ROUND_BYTES * (LOG_PARTS + stack.logWidth)),
    firstLayer: take(layerFolds(parameters, stack).length * (digestBytes + 3 * ROUND_BYTES)),
    finalPolynomial: take(EXTENSION_BYTES * 2 ** parameters.logFinalMax),
    finalRounds: take(ROUND_BYTES * parameters.logFinalMax),
    nonce: take(8),
    openings: next,
  };
}

function preprocessedRoot(system: System, shape: Shape, digestBytes: number): { readonly constant: bigint } {
  const root = system.preprocessedRoots.get(shape.committedHeight);
  if (root === undefined) throw new RangeError(`no preprocessed root for stack columns of 2^${shape.committedHeight}`);
  return { constant: BigInt(`0x${Buffer.from(root).toString("hex")}`) << BigInt(8 * (32 - digestBytes)) };
}

function stackTable(system: System, shape: Shape, table: Table, logRows: number): StackTable {
  const of = (phase: TreePhase) => shape.blocks.find((block) => block.table === table.index && block.phase === phase);
  const [preprocessed, main, lookup] = [of("preprocessed"), of("main"), of("lookup")];
  if (preprocessed === undefined || main === undefined || lookup === undefined)
    throw new RangeError(`table ${table.air.name} lacks columns of a phase`);
  return {
    ...{ table, logRows, graph: tableGraph(table, system.definition.statementValueCount) },
    first: { preprocessed: preprocessed.firstValue, main: main.firstValue, lookup: lookup.firstValue },
    firstNext: lookup.firstNext,
  };
}

function memoryOf(system: System, shape: Shape, stack: StackShape, powers: number) {
  const { parameters, tables } = system;
  const memory = new MemoryLayout();
  const slots = Object.fromEntries(SLOTS.map((slot) => [slot, memory.words(1)])) as Record<StackSlot, number>;
  const { queryCount: queries } = parameters;
  const rounds = stack.logStack + stack.logWidth;
  const statementCount = system.definition.statementValueCount;
  const widest = Math.max(...tables.map((table) => table.preprocessedWidth + table.mainWidth + table.lookupWidth));
  const places = rounds + 1;
  const finalCount = 2 ** parameters.logFinalMax;
  return {
    slots,
    /** Addresses of the constraint contracts. */
    evaluators: memory.words(2 * tables.length),
    publicValues: memory.words(statementCount),
    foldPowers: memory.words(powers),
    sums: memory.words(tables.length),
    /** Selectors of the first row of a table whose point is z^(2^k), by k, as points. */
    selectors: memory.words(shape.tallest),
    /** Arguments, public values, columns and shared values of an evaluator. */
    evaluator: memory.words(ARGUMENT_WORDS + statementCount + widest + 8 + powers + SHARED_WORDS),
    // From here to the final polynomial all is the input of the contract that checks the claim.
    /** δ. */
    nextChallenge: memory.words(1),
    /** z and g·z to the power 2^k. */
    points: memory.words(shape.tallest + 1),
    nextPoints: memory.words(shape.tallest + 1),
    // Unpacking a last group of values may write up to seven words too many, into what is written later.
    values: memory.words(shape.openedCount),
    nextValues: memory.words(shape.nextCount + BASE31_GROUP),
    /** Challenges by bit of a place. */
    placeChallenges: memory.words(places),
    challenges: memory.words(rounds),
    messages: memory.words(2 * rounds),
    finals: memory.words(finalCount),
    /** A phase's values while they are folded; what is left of each stack column. Three words behind either are overwritten. */
    folded: memory.words(shape.columnCount + 3),
    stackValues: memory.words(2 ** stack.logWidth + 3),
    /** Weights of equality of columns' numbers with the point. */
    equal: memory.words(2 ** Math.max(...joinedRanges(stack).map((range) => columnWindow(range).bits))),
    placeWeights: memory.words(placesOfValues(stack, shape.blocks).length),
    zeroFactors: memory.words(places),
    oneFactors: memory.words(places),
    anyBelow: memory.words(places + 1),
    zeroAny: memory.words(places),
    point: memory.words(rounds),
    finalTable: memory.words((FINAL_CHUNK / FINAL_GROUP) * FINAL_GROUP_WORDS),
    finalTables: memory.words((finalCount / FINAL_GROUP) * FINAL_GROUP_WORDS),
    parts: memory.words(PARTS),
    columns: memory.words(2 ** stack.logWidth),
    /** Weights of parts, packed. */
    partsTable: memory.words(GROUP_WORDS * GROUPS_PER_COLUMN),
    /** Three ratios and a factor of each layer. */
    folds: memory.words(4 * layerFolds(parameters, stack).length),
    // One zero word before the positions ends the search for a place.
    positions: memory.words(queries + 1) + 32,
    leaves: memory.words(queries),
    hashes: memory.words(queries),
    friValues: memory.words(queries),
    friFolds: memory.words(queries),
    friLeaf: memory.words(8),
    stack: memory.words(2 * queries + 2),
    gas: memory.words(16),
    buffer: memory.end,
  };
}

/** Ranges of columns that hold the coordinates of values. */
export function joinedRanges({ ranges }: StackShape): readonly StackRange[] {
  return ranges.filter(({ joined }) => joined > 1);
}

/** Blocks of such columns: the last ones. */
export function joinedBlocks(blocks: Shape["blocks"]): Shape["blocks"] {
  return blocks.filter(({ joined }) => joined > 1);
}

/** Places of values of joined coordinates, in the order of the values, and behind them those that lack some of their lowest bits. */
export function placesOfValues(stack: StackShape, blocks: Shape["blocks"]): number[] {
  const places = blocks.flatMap(({ joined }, b) => (joined > 1 ? valuePlaces(stack, b, joined) : []));
  const all = new Set(places);
  for (const place of places)
    for (let rest = place - 2 ** lowestBitOf(place); rest > 0; rest -= 2 ** lowestBitOf(rest)) all.add(rest);
  return [...all];
}

/** The least aligned columns, 2^bits of them from 2^bits · number on, that have all of a range's among them. */
export function columnWindow({ first, count }: StackRange): { readonly bits: number; readonly number: number } {
  let bits = 0;
  while (Math.floor(first / 2 ** bits) !== Math.floor((first + count - 1) / 2 ** bits)) bits++;
  return { bits, number: Math.floor(first / 2 ** bits) };
}

/** Lowest bit of a place that has a separate challenge: no column is shorter. */
export function lowestBit({ parameters }: StackLayout): number {
  return parameters.minLogRows;
}

/** Challenges that batch opened values, δ left out. */
export function placeChallengeCount({ stack, parameters }: StackLayout): number {
  return batchedBits(stack, parameters.minLogRows);
}

/** Powers of the fold challenge: as many as the longest message has elements. */
export function foldPowerCount({ tables }: Pick<StackLayout, "tables">): number {
  return Math.max(...tables.map(({ graph }) => graph.powerCount));
}
