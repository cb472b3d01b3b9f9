import type { LookingTable } from "../../circuits/arithmetic/count-lookups.ts";
import { PackedRows } from "../../stark/rows/packed-rows.ts";
import { laterStatement, type ProverInput } from "../../stark/proving/prover-input.ts";
import { chainedColumns } from "../../stark/segments/cut-table.ts";
import type { SegmentFlags } from "../../stark/constraints/segment-bounds.ts";
import { ABSENT, rowCount } from "../../stark/systems/shape.ts";
import type { TableDefinition } from "../../stark/systems/system.ts";
import { type LeastHeight, TableRows } from "../../stark/rows/table-rows.ts";
import type { RunProfile, SizedProfile } from "../run-profiles.ts";
import type { ProvableTrace } from "../run-state.ts";
import { encodeStatement } from "../run-statement.ts";
import { changesOf, MAX_SEGMENTS, type RunSystem } from "../run-system.ts";
import { type FilledRun, filledRun, RUN_TABLES, type RunTable } from "../run-tables.ts";

/** A run whose segments can be filled, in any order and again and again: with the same columns each time. */
export interface CutRun {
  readonly count: number;
  /** Rows of each table in a segment; 0 for a table that the run leaves out. */
  readonly heights: readonly number[];
  fill(segment: number): ProverInput;
}

/** Number of segments of a run: the given one, or the smallest by the first rule that the heights in any number satisfy. */
type Segments = number | readonly ((heights: readonly number[]) => boolean)[];

type Columns = readonly Uint32Array[];

/** A table's rows in the whole run. */
interface CutTable {
  readonly table: RunTable;
  readonly definition: TableDefinition;
  /** Undefined for what is counted segment by segment, or filled for a part of what is asked. */
  readonly rows: PackedRows | undefined;
}

/** A table in a run that is cut into segments. */
interface DealtTable extends CutTable {
  /** Height of the table in a segment. */
  readonly height: number;
  /** To which a table of parts is filled up. */
  readonly minHeight: LeastHeight;
}

/**
 * Cuts a run into segments. Tables with rules from row to row have as many rows in each, each beginning with the last of the one
 * before; rows of others are dealt out, since all that is said between tables is carried. What fixed tables answer is counted in
 * each segment. Undefined where no number of segments follows a rule.
 */
export function cutRun(system: RunSystem, trace: ProvableTrace, segments: number): CutRun;
export function cutRun(system: RunSystem, trace: ProvableTrace, segments: Segments): CutRun | undefined;
export function cutRun(system: RunSystem, trace: ProvableTrace, segments: Segments): CutRun | undefined {
  const { minLogRows } = system.definition.parameters;
  const cut = cutTables(system, trace);
  const heightsIn = (count: number): number[] => cut.map((table) => heightOf(table, trace, minLogRows, count));
  const count = typeof segments === "number" ? segments : fewest(segments, heightsIn);
  if (count === undefined) return undefined;
  const heights = heightsIn(count);
  const dealt = cut.map((table, i): DealtTable => {
    const height = heights[i] ?? 0;
    return { ...table, height, minHeight: minLogRows, rows: table.rows && extended(table.table, table.rows, height, count) };
  });
  return dealtRun(system, trace, dealt, count);
}

/**
 * Cuts a run into segments whose tables have the heights of a profile, those included that the run leaves out: as few cells as
 * these profiles allow, the fewest segments of each. Undefined where none has room in the most that a run may have.
 */
export function cutToProfile(system: RunSystem, trace: ProvableTrace, profiles: readonly SizedProfile[]): CutRun | undefined {
  const needed = neededTables(system, trace);
  const tries = profiles
    .map(({ heights, cells }) => ({ heights, cells, count: Math.max(2, ...needed.map((segmentsOf) => segmentsOf(heights))) }))
    .sort((a, b) => a.count * a.cells - b.count * b.cells);
  for (const { heights, count: least } of tries)
    for (let count = least; count <= MAX_SEGMENTS; count++) {
      const dealt = profiledTables(system, trace, heights, count);
      if (dealt !== undefined) return dealtRun(system, trace, dealt, count);
    }
  return undefined;
}

function dealtRun(system: RunSystem, trace: ProvableTrace, dealt: readonly DealtTable[], count: number): CutRun {
  const { program, definition } = system;
  const statement = encodeStatement(program, changesOf(program, trace), trace.state.roots);
  return {
    count,
    heights: dealt.map(({ height }) => height),
    fill(segment) {
      const flags = { index: segment + 1, opens: segment === 0 ? 1 : 0, closes: segment === count - 1 ? 1 : 0 };
      return {
        statement: segment === 0 ? statement : laterStatement(definition, statement),
        segment: flags,
        auxiliary: dealt.map(() => []),
        traces: segmentTraces(system, dealt, trace, flags, count),
      };
    },
  };
}

/** Number of segments of a profile that each table needs for a run without padding. */
function neededTables(system: RunSystem, trace: ProvableTrace): ((heights: RunProfile) => number)[] {
  const run = filledRun(system.program, trace, () => "none");
  return defined(system).flatMap(({ table, definition: { air, preprocessed } }) => {
    const { cut } = table;
    if (table.isCounted === true || preprocessed !== undefined || cut?.kind === "everywhere" || cut?.kind === "first") return [];
    const heightOf = (heights: RunProfile): number => rowCount(heights[air.name] ?? system.definition.parameters.minLogRows);
    if (cut?.kind === "parts") {
      const groups = cut.groups(trace);
      return groups === 0 ? [] : [(heights) => Math.ceil(groups / Math.floor(heightOf(heights) / cut.period))];
    }
    if (cut?.kind === "chained") {
      const { length } = cut.rows(trace);
      return [(heights) => Math.ceil((length - 1) / (heightOf(heights) - 1))];
    }
    const length = table.columns(run, "none", [])[0]?.length ?? 0;
    return length === 0 ? [] : [(heights) => Math.ceil(length / heightOf(heights))];
  });
}

/**
 * The tables in the given number of segments of a profile. Undefined if one has no room: padding of others may request
 * more of it.
 */
function profiledTables(
  system: RunSystem,
  trace: ProvableTrace,
  heights: RunProfile,
  count: number,
): readonly DealtTable[] | undefined {
  const { minLogRows } = system.definition.parameters;
  const logRowsOf = (name: string): number => heights[name] ?? minLogRows;
  const run = filledRun(system.program, trace, (name) => ({ inAnyCase: logRowsOf(name), times: count }));
  const dealt: DealtTable[] = [];
  for (const own of defined(system)) {
    const { table, definition } = own;
    const inAnyCase = logRowsOf(definition.air.name);
    const [height, minHeight] = [rowCount(inAnyCase), inAnyCase === ABSENT ? minLogRows : { inAnyCase }] as const;
    const { cut } = table;
    if (definition.preprocessed !== undefined)
      dealt.push({ ...own, rows: undefined, height: 2 ** definition.preprocessed.logRows, minHeight });
    else if (cut?.kind === "parts" || table.isCounted === true) dealt.push({ ...own, rows: undefined, height, minHeight });
    else if (cut !== undefined) {
      const rows = extended(table, wholeTable(table, run, minLogRows), height, count);
      dealt.push({ ...own, rows, height, minHeight });
    } else {
      const columns = table.columns(run, inAnyCase === ABSENT ? minLogRows : { inAnyCase, times: count }, []);
      if (columns[0]?.length !== count * height) return undefined;
      dealt.push({ ...own, rows: PackedRows.of(columns, count * height), height, minHeight });
    }
  }
  return dealt;
}

/** Two segments at least. */
function fewest(rules: Exclude<Segments, number>, heightsIn: (count: number) => readonly number[]): number | undefined {
  for (const holds of rules) for (let count = 2; count <= MAX_SEGMENTS; count++) if (holds(heightsIn(count))) return count;
  return undefined;
}

/** Each table with its definition. */
function defined({ definition, tables = RUN_TABLES }: RunSystem): Pick<CutTable, "table" | "definition">[] {
  return tables.map((table, i) => {
    const own = definition.tables[i];
    if (own === undefined)
      throw new RangeError(`${definition.name} has ${definition.tables.length} tables, not ${tables.length}`);
    return { table, definition: own };
  });
}

/** The columns that a table has in the whole run are packed before the next table's are made. */
function cutTables(system: RunSystem, trace: ProvableTrace): CutTable[] {
  const { minLogRows } = system.definition.parameters;
  const run = filledRun(system.program, trace, () => minLogRows);
  return defined(system).map(({ table, definition }): CutTable => {
    const isLater = table.isCounted === true || definition.preprocessed !== undefined || table.cut?.kind === "parts";
    return { table, definition, rows: isLater ? undefined : wholeTable(table, run, minLogRows) };
  });
}

function wholeTable(table: RunTable, run: FilledRun, minLogRows: number): PackedRows {
  const rows = table.cut?.kind === "chained" ? table.cut.rows(run.trace) : undefined;
  if (rows instanceof TableRows) return rows.packed();
  const columns = table.columns(run, minLogRows, []);
  return PackedRows.of(columns, rows?.length ?? columns[0]?.length ?? 0);
}

/** Rows of a table in each of the given number of segments. */
function heightOf({ table, definition, rows }: CutTable, trace: ProvableTrace, minLogRows: number, count: number): number {
  const { cut } = table;
  const least = 2 ** minLogRows;
  if (definition.preprocessed !== undefined) return 2 ** definition.preprocessed.logRows;
  if (cut?.kind === "parts") {
    const groups = Math.ceil(cut.groups(trace) / count);
    return groups === 0 ? 0 : powerOfTwo(Math.max(least, cut.period * groups));
  }
  const length = rows?.length ?? 0;
  if (cut?.kind === "chained") {
    let height = least;
    while (count * (height - 1) + 1 < length) height *= 2;
    return height;
  }
  if (cut !== undefined || length === 0) return length;
  return Math.max(least, length / 2 ** Math.floor(Math.log2(count)));
}

function powerOfTwo(rows: number): number {
  return 2 ** Math.ceil(Math.log2(rows));
}

/** The rows of a chained table in all segments together. */
function extended({ cut }: RunTable, used: PackedRows, height: number, count: number): PackedRows {
  if (cut?.kind !== "chained") return used;
  const rows = used.copy();
  const { length } = rows;
  let last: readonly number[] | undefined;
  if (length > 0) last = rows.columns(length - 1, 1).map(([element = 0]) => element);
  const end = count * (height - 1) + 1;
  while (rows.length < end) {
    last = cut.after(last);
    const at = rows.begin();
    rows.cells.set(last, at);
  }
  return rows;
}

function segmentTraces(
  { program, definition }: RunSystem,
  cut: readonly DealtTable[],
  trace: ProvableTrace,
  flags: SegmentFlags,
  count: number,
): Columns[] {
  const { minLogRows } = definition.parameters;
  const made = cut.map((table) => segmentTable(table, trace, flags, count));
  const looking = cut.flatMap(({ definition: { air }, table }, i): LookingTable[] => {
    const own = made[i];
    // The program's table and the boundary look nothing up.
    if (own === undefined || table.isCounted === true || air.publicCount > 0) return [];
    return [{ air, columns: { preprocessed: [], main: own.speaking } }];
  });
  const speaking = (name: string): Columns => made[cut.findIndex(({ definition: { air } }) => air.name === name)]?.speaking ?? [];
  const given = { processor: speaking("processor"), user: speaking("user"), code: speaking("code") };
  const own = filledRun(program, trace, () => minLogRows, given);
  return cut.map(({ table }, i) => made[i]?.columns ?? table.columns(own, minLogRows, looking));
}

/** A table's columns in a segment; those that say something on buses, which a ghost does not. Undefined for what is counted. */
function segmentTable(
  { table: { cut }, rows, height, minHeight }: DealtTable,
  trace: ProvableTrace,
  flags: SegmentFlags,
  count: number,
): { readonly columns: Columns; readonly speaking: Columns } | undefined {
  const place = flags.index - 1;
  const same = (columns: Columns) => ({ columns, speaking: columns });
  if (cut?.kind === "parts") {
    const groups = cut.groups(trace);
    return same(cut.part(trace, minHeight, [Math.floor((groups * place) / count), Math.floor((groups * (place + 1)) / count)]));
  }
  if (rows === undefined) return undefined;
  if (cut?.kind === "everywhere" || (cut?.kind === "first" && place === 0)) return same(rows.columns(0, rows.length));
  if (cut?.kind === "first") {
    const last = rows.columns(rows.length - 1, 1);
    return same(last.map(([element = 0]) => new Uint32Array(height).fill(element)));
  }
  if (cut?.kind === "chained") {
    const columns = chainedColumns(rows.columns(place * (height - 1), height), { first: 0, rows: height }, flags);
    return { columns, speaking: columns.slice(1, -1).map((column) => column.subarray(1 - flags.opens)) };
  }
  return same(rows.columns(place * height, Math.max(0, Math.min(height, rows.length - place * height))));
}
