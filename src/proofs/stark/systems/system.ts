import { createExtension, type ExtensionField } from "../../field/extension.ts";
import { TWO_ADICITY } from "../../field/koala-bear.ts";
import { quotientCosets } from "../../kernels/quotient-cosets.ts";
import { LOG_PARTS } from "../../kernels/stack-layout.ts";
import { digestLength } from "../../kernels/tree-hash.ts";
import type { Air, ConstraintScope } from "../constraints/air.ts";
import type { Bus } from "../constraints/bus.ts";
import { assertCountersFit } from "../constraints/counters.ts";
import { assertStretchesStandAlone } from "../constraints/lifting-rules.ts";
import { collectBuses, type LookupPlan, planLookups } from "../constraints/lookup.ts";
import { type CountedSide, countedSides } from "../constraints/multiplicities.ts";
import { holds, type InSegments, type SegmentBounds, SEGMENT_FLAGS } from "../constraints/segment-bounds.ts";
import { assertHides, quotientChunkCount } from "./hiding.ts";
import { segmentDefinition } from "./segment-definition.ts";
import { mostQueries, type ProofParameters, validateParameters } from "./parameters.ts";
import { createStackShape, type StackedBlock } from "./stack-shape.ts";
import { verificationKeyDigest } from "./verification-key.ts";

/** Columns that the verification key fixes, by the root of their commitment or by their digest. */
interface PreprocessedColumns {
  readonly logRows: number;
  /**
   * One column of 2^logRows canonical elements per `preprocessedColumn` of the AIR, the same at each call. Called by the prover
   * and, where columns are evaluated, when a system is compiled. Do not write into them.
   */
  columns(): readonly Uint32Array[];
}

/** One table of a system. */
export interface TableDefinition {
  readonly air: Air;
  /** Required exactly when the AIR has preprocessed columns; fixes the table's height. */
  readonly preprocessed?: PreprocessedColumns;
  /** Public values of this table that the prover chooses and the proof carries, after the statement's. Default 0. */
  readonly auxiliaryCount?: number;
  /**
   * Whether a proof may leave the table out: it then has no rows, says nothing on any bus, and what its constraints say of its
   * first or last row says nothing. Default false. A table that reads public values or has preprocessed columns cannot be absent.
   */
  readonly optional?: boolean;
  /** Required of a table that reads the next row, and of no other, in a system whose runs are cut; without meaning elsewhere. */
  readonly inSegments?: InSegments;
}

/** A proof system: what is proven, about which kind of statement, with which parameters. */
export interface SystemDefinition {
  /** Names the statement's encoding and meaning, e.g. "state-transition/1". Enters the verification key digest. */
  readonly name: string;
  readonly parameters: ProofParameters;
  readonly tables: readonly TableDefinition[];
  /** Length of `publicValues`' result. */
  readonly statementValueCount: number;
  /**
   * The public values that a statement means: canonical elements, `statementValueCount` of them, the same for all
   * tables. Undefined when the bytes are not a statement. Must not throw and must depend on nothing but the bytes.
   */
  publicValues(statement: Uint8Array): readonly number[] | undefined;
  /**
   * Set where statements are elements of the field, four big-endian bytes each: how many, and how many of the first ones each
   * segment of a run says; behind those a segment that does not open the run says zeros. A transcript of elements takes no other
   * statements.
   */
  readonly statementElements?: { readonly count: number; readonly shared: number };
  /** Set for a system whose runs are cut into segments, each with a separate proof (`segments/README.md`). */
  readonly segments?: SegmentBounds;
}

/** A table with everything that can be derived before its height is known. */
export interface Table {
  readonly index: number;
  readonly air: Air;
  readonly auxiliaryCount: number;
  /** Whether a proof may leave it out. */
  readonly optional: boolean;
  /** Set when the table is preprocessed: its only height. */
  readonly fixedLogRows: number | undefined;
  readonly preprocessedWidth: number;
  readonly mainWidth: number;
  /** The first `mainNextWidth` main columns are also opened at the next row. */
  readonly mainNextWidth: number;
  readonly lookup: LookupPlan | undefined;
  /** Base columns of the lookup phase: groups · extension degree; the running sums' coordinates come first. */
  readonly lookupWidth: number;
  /** Power of the composition challenge of the table's first constraint; AIR constraints come before lookup constraints. */
  readonly firstConstraint: number;
  readonly constraintCount: number;
}

/** A compiled system: what prover, verifiers and generators work from. */
export interface System {
  readonly name: string;
  readonly parameters: ProofParameters;
  readonly field: ExtensionField;
  readonly tables: readonly Table[];
  readonly definition: SystemDefinition;
  /** Buses by tag, ascending. */
  readonly buses: readonly Bus[];
  /** For each bus, by name, the sides whose multiplicities are bounded, at least one. */
  readonly countedSides: ReadonlyMap<string, readonly CountedSide[]>;
  readonly hasLookups: boolean;
  readonly longestMessage: number;
  /** Constraints of all tables: the number of powers of the composition challenge. */
  readonly constraintCount: number;
  /** Highest degree of a constraint with its row selector. */
  readonly constraintDegree: number;
  /** Chunks of the quotient in a proof, each `extensionDegree` base columns of the tallest height. */
  readonly chunkCount: number;
  /** Chunks of n coefficients that kernels return; a proof that hides cuts the quotient otherwise. */
  readonly computedChunkCount: number;
  /** Root of the preprocessed commitment for each of `committedHeights`; empty without such columns. */
  readonly preprocessedRoots: ReadonlyMap<number, Uint8Array>;
  /** Computed when it is first read, which takes some hundredths of a second. */
  readonly verificationKeyDigest: Uint8Array;
}

/** Degree that a scope's selector adds to a constraint: those of single rows are polynomials of degree n − 1. */
function selectorDegree(scope: ConstraintScope): number {
  return scope === "firstRow" || scope === "lastRow" ? 1 : 0;
}

/**
 * Checks a definition and derives everything that does not depend on table heights. A system with preprocessed columns that
 * are committed needs their roots (see `commitPreprocessed`). Throws RangeError or TypeError that says what is wrong.
 */
export function compileSystem(source: SystemDefinition, preprocessedRoots: ReadonlyMap<number, Uint8Array> = new Map()): System {
  const { parameters } = source;
  validateParameters(parameters);
  if (source.tables.length === 0) throw new RangeError(`system ${source.name} has no tables`);
  if (parameters.transcript === "poseidon" && source.statementElements === undefined)
    throw new TypeError(`the transcript of system ${source.name} takes elements: say how many a statement has`);
  const definition = segmentDefinition(source);
  const buses = collectBuses(definition.tables.map((table) => table.air));
  let constraintCount = 0;
  const tables = definition.tables.map((table, index): Table => {
    const compiled = compileTable(table, index, definition, constraintCount);
    constraintCount += compiled.constraintCount;
    return compiled;
  });
  const constraintDegree = Math.max(...tables.map(tableDegree));
  // Of degree below constraintDegree · n − n: constraints are divided by x^n − 1.
  const computedChunkCount = Math.max(1, constraintDegree - 1);
  if (Math.log2(quotientCosets(computedChunkCount)) + parameters.maxLogRows > TWO_ADICITY) {
    throw new RangeError(
      `${computedChunkCount} quotient chunks of 2^${parameters.maxLogRows} rows exceed the field's 2^${TWO_ADICITY}: lower maxLogRows or the constraint degree`,
    );
  }
  assertHides(definition);
  // Of the source tables, because segments add columns.
  if (holds(source, "counters")) for (const table of source.tables) assertCountersFit(table.air, longestTable(table, source));
  checkPreprocessedRoots(definition, tables, preprocessedRoots);
  checkQueryCount(definition);
  const system = {
    name: definition.name,
    parameters,
    field: createExtension(parameters.extensionDegree),
    tables,
    definition,
    buses,
    countedSides: countedSides(definition.tables.map((table) => table.air)),
    hasLookups: buses.length > 0,
    longestMessage: Math.max(0, ...buses.map((bus) => bus.messageLength)),
    constraintCount,
    constraintDegree,
    chunkCount: quotientChunkCount(definition, constraintDegree),
    computedChunkCount,
    preprocessedRoots,
  };
  let digest: Uint8Array | undefined;
  return {
    ...system,
    get verificationKeyDigest() {
      return (digest ??= verificationKeyDigest(system));
    },
  };
}

/** Maximum number of rows in sequence: a chained table has those of all segments. */
function longestTable({ preprocessed, inSegments }: TableDefinition, { parameters, segments }: SystemDefinition): number {
  const rows = 2 ** (preprocessed?.logRows ?? parameters.maxLogRows);
  return inSegments === "chained" ? rows * (segments?.most ?? 1) : rows;
}

/** Heights that the tallest table of a proof may have. */
export function tallestHeights(definition: SystemDefinition): number[] {
  const { minLogRows, maxLogRows } = definition.parameters;
  const fixed = definition.tables.map((table) => table.preprocessed?.logRows ?? minLogRows);
  const lowest = Math.max(...fixed);
  if (definition.tables.every((table) => table.preprocessed !== undefined)) return [lowest];
  return Array.from({ length: maxLogRows - lowest + 1 }, (_, i) => lowest + i);
}

/** Heights for which preprocessed columns are committed: those of the tallest table, or of stack columns that hold them. */
export function committedHeights(definition: SystemDefinition): number[] {
  const { opening } = definition.parameters;
  const tallest = tallestHeights(definition);
  if (opening.kind === "rows") return tallest;
  const blocks = preprocessedBlocks(definition);
  const lowest = Math.max(opening.logStackMin, Math.min(...tallest));
  return Array.from({ length: opening.logStackMax - lowest + 1 }, (_, i) => lowest + i).filter(
    (logStack) => createStackShape(blocks, { logStackMin: logStack, logStackMax: logStack }) !== undefined,
  );
}

/** The preprocessed columns of a definition as a stack has them: the first phase, so its places depend on no other table. */
export function preprocessedBlocks({ tables }: SystemDefinition): StackedBlock[] {
  return tables.flatMap(({ air, preprocessed }): StackedBlock[] => {
    if (preprocessed === undefined) return [];
    const { logRows } = preprocessed;
    return [{ phase: "preprocessed", logRows, width: air.preprocessedNames.length, nextWidth: 0, joined: 1 }];
  });
}

function tableDegree(table: Table): number {
  const constraints = table.air.constraints.map((constraint) => constraint.degree + selectorDegree(constraint.scope));
  return Math.max(1, table.lookup?.degree ?? 1, ...constraints);
}

function compileTable(
  { air, preprocessed, auxiliaryCount = 0, optional = false }: TableDefinition,
  index: number,
  definition: SystemDefinition,
  firstConstraint: number,
): Table {
  const { parameters } = definition;
  const { minLogRows, maxLogRows, maxConstraintDegree, extensionDegree } = parameters;
  if (air.columnNames.length === 0) throw new RangeError(`table ${air.name} has no main columns`);
  if ((preprocessed !== undefined) !== air.preprocessedNames.length > 0) {
    throw new TypeError(`table ${air.name} must come with preprocessed columns exactly when its AIR declares some`);
  }
  if (preprocessed !== undefined && (preprocessed.logRows < minLogRows || preprocessed.logRows > maxLogRows)) {
    throw new RangeError(
      `table ${air.name} is fixed at 2^${preprocessed.logRows} rows, outside 2^${minLogRows} to 2^${maxLogRows}`,
    );
  }
  const given = definition.statementValueCount + (definition.segments === undefined ? 0 : SEGMENT_FLAGS);
  if (air.publicCount > given + auxiliaryCount || (auxiliaryCount > 0 && air.publicCount === 0)) {
    throw new RangeError(
      `table ${air.name} reads ${air.publicCount} public values, the statement gives ${given} and the prover ${auxiliaryCount}`,
    );
  }
  if (optional && (preprocessed !== undefined || air.publicCount > 0)) {
    throw new TypeError(
      `table ${air.name} cannot be optional: it ${preprocessed === undefined ? "reads public values" : "has preprocessed columns"}`,
    );
  }
  air.nextColumns.forEach((column, i) => {
    if (column !== i) {
      throw new TypeError(
        `table ${air.name} reads ${air.columnNames[column] ?? column} at the next row: declare it before the columns that are not`,
      );
    }
  });
  for (const node of air.nodes) {
    if (node.kind !== "column") continue;
    if (node.phase === "lookup") throw new TypeError(`table ${air.name} refers to a lookup column; those are the engine's`);
    if (node.phase === "preprocessed" && node.next) {
      throw new TypeError(`table ${air.name} reads a preprocessed column at the next row; declare a shifted column instead`);
    }
  }
  assertStretchesStandAlone(air);
  for (const constraint of air.constraints) {
    const degree = constraint.degree + selectorDegree(constraint.scope);
    if (degree > maxConstraintDegree) {
      throw new RangeError(
        `constraint ${constraint.name} of table ${air.name} has degree ${degree} with its selector, the system allows ${maxConstraintDegree}`,
      );
    }
  }
  const lookup = planLookups(air, maxConstraintDegree, definition.segments !== undefined);
  return {
    index,
    air,
    auxiliaryCount,
    optional,
    fixedLogRows: preprocessed?.logRows,
    preprocessedWidth: air.preprocessedNames.length,
    mainWidth: air.columnNames.length,
    mainNextWidth: air.nextColumns.length,
    lookup,
    lookupWidth: (lookup?.groups.length ?? 0) * extensionDegree,
    firstConstraint,
    constraintCount: air.constraints.length + (lookup === undefined ? 0 : lookup.kinds.length + lookup.groups.length),
  };
}

function checkPreprocessedRoots(
  definition: SystemDefinition,
  tables: readonly Table[],
  roots: ReadonlyMap<number, Uint8Array>,
): void {
  if (tables.every((table) => table.fixedLogRows === undefined)) {
    if (roots.size > 0) throw new TypeError(`system ${definition.name} has no preprocessed columns but was given roots`);
    return;
  }
  const heights = committedHeights(definition);
  const what = definition.parameters.opening.kind === "rows" ? "a tallest table of" : "stack columns of";
  for (const height of heights) {
    if (roots.get(height)?.length !== digestLength(definition.parameters.hash)) {
      throw new TypeError(`system ${definition.name} lacks the preprocessed root for ${what} 2^${height} rows`);
    }
  }
  if (roots.size !== heights.length) throw new TypeError(`system ${definition.name} was given roots for impossible heights`);
}

/** Positions are drawn on the domain of the committed columns, which the table of the greatest fixed height bounds from below. */
function checkQueryCount(definition: SystemDefinition): void {
  const { parameters } = definition;
  const { opening } = parameters;
  const lowest = Math.min(...tallestHeights(definition));
  const ofStack = opening.kind === "stacked";
  const committed = ofStack ? Math.max(opening.logStackMin, lowest) - LOG_PARTS : lowest;
  const most = mostQueries(parameters, committed);
  if (parameters.queryCount > most) {
    const remedy = ofStack ? "logStackMin" : "minLogRows";
    throw new RangeError(
      `${parameters.queryCount} queries are too many for a tallest table of 2^${lowest} rows: at most ${most}, or raise ${remedy}`,
    );
  }
}

/**
 * Statement values followed by the table's own and, in a system with segments, by the segment's flags, which is what
 * `public(index)` of its AIR refers to.
 */
export function tablePublicValues(
  statementValues: readonly number[],
  auxiliary: readonly number[],
  flags: readonly number[] = [],
): number[] {
  return [...statementValues, ...auxiliary, ...flags];
}
