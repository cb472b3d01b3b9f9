import type { LookingTable } from "../../circuits/arithmetic/count-lookups.ts";
import { laterStatement, type ProverInput } from "../../stark/prover-input.ts";
import { chainedColumns } from "../../stark/segments/cut-table.ts";
import type { SegmentFlags } from "../../stark/segments/segment-bounds.ts";
import type { TableDefinition } from "../../stark/system.ts";
import type { ProvableTrace } from "../run-state.ts";
import { encodeStatement } from "../run-statement.ts";
import { changesOf, type RunSystem } from "../run-system.ts";
import { type ChainedRows, type FilledRun, filledRun, RUN_TABLES, type RunTable } from "../run-tables.ts";

/** A run whose segments can be filled, in any order and again and again: with the same columns each time. */
export interface CutRun {
  readonly count: number;
  fill(segment: number): ProverInput;
}

type Columns = readonly Uint32Array[];

/** A table's columns in the whole run, and which rows of them a segment has. */
interface CutTable {
  readonly table: RunTable;
  readonly definition: TableDefinition;
  /** Undefined for what is counted segment by segment. */
  readonly columns: Columns | undefined;
  /** log2 of the rows of the table in a segment. */
  readonly logRows: number;
}

/**
 * Cuts a run into segments. Tables with rules from row to row have as many rows in each, each beginning with the last of the one
 * before; rows of others are dealt out, since all that is said between tables is carried. What fixed tables answer is counted in
 * each segment.
 */
export function cutRun(system: RunSystem, trace: ProvableTrace, count: number): CutRun {
  const { program, definition, tables = RUN_TABLES } = system;
  const { minLogRows } = definition.parameters;
  const run = filledRun(program, trace, minLogRows);
  const cut = tables.map((table, i): CutTable => {
    const own = definition.tables[i];
    if (own === undefined)
      throw new RangeError(`${definition.name} has ${definition.tables.length} tables, not ${tables.length}`);
    return { table, definition: own, ...wholeTable(table, own, run, count) };
  });
  const statement = encodeStatement(program, changesOf(program, trace), trace.state.roots);
  return {
    count,
    fill(segment) {
      const flags = { index: segment + 1, opens: segment === 0 ? 1 : 0, closes: segment === count - 1 ? 1 : 0 };
      return {
        statement: segment === 0 ? statement : laterStatement(definition, statement),
        segment: flags,
        auxiliary: cut.map(() => []),
        traces: segmentTraces(cut, run, flags, count),
      };
    },
  };
}

function wholeTable(
  table: RunTable,
  { preprocessed }: TableDefinition,
  run: FilledRun,
  count: number,
): Pick<CutTable, "columns" | "logRows"> {
  const { minLogRows } = run;
  const { cut } = table;
  if (table.isCounted === true || preprocessed !== undefined || cut?.kind === "parts") return { columns: undefined, logRows: 0 };
  const columns = table.columns(run, []);
  const rows = columns[0]?.length ?? 0;
  if (cut?.kind === "chained") {
    const used = Math.max(1, cut.rows(run.trace));
    let logRows = minLogRows;
    while (count * (2 ** logRows - 1) + 1 < used) logRows++;
    return { columns: extended(columns, cut, Math.min(used, rows), count * (2 ** logRows - 1) + 1), logRows };
  }
  if (cut !== undefined || rows === 0) return { columns, logRows: minLogRows };
  return { columns, logRows: Math.max(minLogRows, Math.log2(rows) - Math.floor(Math.log2(count))) };
}

/** The first rows of columns, filled up to so many. */
function extended(columns: Columns, { after }: ChainedRows, used: number, rows: number): Uint32Array[] {
  const whole = columns.map((column) => {
    const longer = new Uint32Array(rows);
    longer.set(column.subarray(0, Math.min(used, rows)));
    return longer;
  });
  let last: readonly number[] | undefined = used === 0 ? undefined : columns.map((column) => column[used - 1] ?? 0);
  for (let row = used; row < rows; row++) {
    const next = after(last);
    if (next === last) {
      whole.forEach((column, i) => column.fill(next[i] ?? 0, row));
      break;
    }
    whole.forEach((column, i) => (column[row] = next[i] ?? 0));
    last = next;
  }
  return whole;
}

function segmentTraces(cut: readonly CutTable[], run: FilledRun, flags: SegmentFlags, count: number): Columns[] {
  const made = cut.map((table) => segmentTable(table, run, flags, count));
  const looking = cut.flatMap(({ definition, table }, i): LookingTable[] => {
    const own = made[i];
    // The program's table and the boundary look nothing up.
    if (own === undefined || table.isCounted === true || definition.air.publicCount > 0) return [];
    return [{ air: definition.air, columns: { preprocessed: [], main: own.speaking } }];
  });
  const speaking = (name: string): Columns =>
    made[cut.findIndex(({ definition }) => definition.air.name === name)]?.speaking ?? [];
  const own = { ...run, processor: speaking("processor"), user: speaking("user"), code: speaking("code") };
  return cut.map(({ table }, i) => made[i]?.columns ?? table.columns(own, looking));
}

/** A table's columns in a segment; those that say something on buses, which a ghost does not. Undefined for what is counted. */
function segmentTable(
  { table, columns, logRows }: CutTable,
  run: FilledRun,
  flags: SegmentFlags,
  count: number,
): { readonly columns: Columns; readonly speaking: Columns } | undefined {
  const place = flags.index - 1;
  const rows = 2 ** logRows;
  const same = (own: Columns) => ({ columns: own, speaking: own });
  // A segment's columns are its owner's, who may move them to another thread.
  const copied = (own: Columns) => own.map((column) => column.slice());
  const { cut } = table;
  if (cut?.kind === "parts") return same(cut.part(run, place, count));
  if (columns === undefined) return undefined;
  switch (cut?.kind) {
    case "everywhere":
      return same(copied(columns));
    case "first":
      return same(place === 0 ? copied(columns) : columns.map((column) => column.slice().fill(column.at(-1) ?? 0)));
    case "chained": {
      const first = place * (rows - 1);
      const silent = 1 - flags.opens;
      return {
        columns: chainedColumns(columns, { first, rows }, flags),
        speaking: columns.map((column) => column.subarray(first + silent, first + rows)),
      };
    }
    case undefined:
      return same(columns.map((column) => column.slice(place * rows, (place + 1) * rows)));
  }
}
