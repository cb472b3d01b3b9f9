import { AirBuilder } from "../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../src/proofs/stark/constraints/bus.ts";
import type { ProofParameters } from "../src/proofs/stark/systems/parameters.ts";
import type { ProverInput } from "../src/proofs/stark/proving/prover-input.ts";
import type { SystemDefinition, TableDefinition } from "../src/proofs/stark/systems/system.ts";

/*
 * A system with the shape of the planned execution proof: its tables, their widths, heights per transfer, messages and
 * constraints of degree 3, and nothing of its meaning. It measures the engine on many wide tables of different heights.
 */

interface SyntheticTable {
  readonly name: string;
  readonly columns: number;
  /** Length of each message; every one is sent and received once a row. */
  readonly messages: readonly number[];
  /** Rows of one ERC-20 transfer, and of a block without any. */
  readonly rows: { readonly perTransfer: number; readonly base: number } | { readonly logFixed: number };
  readonly preprocessed?: number;
  /** Columns that a constraint reads at the next row. */
  readonly next: number;
  readonly constraintsPerColumn: number;
}

const repeated = (length: number, count: number): number[] => Array.from({ length: count }, () => length);
const growing = (perTransfer: number, base = 0) => ({ perTransfer, base });

export const SYNTHETIC_TABLES: readonly SyntheticTable[] = [
  {
    name: "cpu",
    columns: 120,
    messages: [5, 40, 21, 19, 19, 19, 65, 1, 1, 1, 1],
    rows: growing(1716, 1000),
    next: 70,
    constraintsPerColumn: 1.5,
  },
  { name: "rom", columns: 2, messages: [5], rows: { logFixed: 13 }, preprocessed: 5, next: 0, constraintsPerColumn: 1 },
  { name: "code", columns: 10, messages: [21, 4, 1], rows: growing(0, 3000), next: 6, constraintsPerColumn: 1.5 },
  { name: "longPush", columns: 40, messages: repeated(4, 18), rows: growing(0, 60), next: 0, constraintsPerColumn: 1 },
  { name: "codeHash", columns: 250, messages: repeated(16, 12), rows: growing(0, 70), next: 24, constraintsPerColumn: 1.2 },
  { name: "memoryFinal", columns: 22, messages: [19, 1, 1], rows: growing(150, 200), next: 3, constraintsPerColumn: 1.5 },
  { name: "sink", columns: 19, messages: [19], rows: growing(10), next: 0, constraintsPerColumn: 1 },
  {
    name: "memoryWord",
    columns: 145,
    messages: [37, 19, 19, ...repeated(4, 24)],
    rows: growing(7, 20),
    next: 0,
    constraintsPerColumn: 1.5,
  },
  {
    name: "copy",
    columns: 160,
    messages: [19, 19, 19, 4, ...repeated(4, 24)],
    rows: growing(6, 20),
    next: 20,
    constraintsPerColumn: 1.5,
  },
  { name: "add", columns: 72, messages: [65, ...repeated(1, 8)], rows: growing(120, 100), next: 0, constraintsPerColumn: 1 },
  {
    name: "multiply",
    columns: 145,
    messages: [65, ...repeated(1, 39)],
    rows: growing(40, 50),
    next: 0,
    constraintsPerColumn: 1.2,
  },
  { name: "logic", columns: 100, messages: [65, ...repeated(4, 16)], rows: growing(50, 50), next: 0, constraintsPerColumn: 0.5 },
  { name: "nonZeroBytes", columns: 70, messages: [19, ...repeated(1, 17)], rows: growing(3), next: 5, constraintsPerColumn: 1 },
  { name: "keys", columns: 80, messages: [28, 32, ...repeated(1, 5)], rows: growing(3, 20), next: 30, constraintsPerColumn: 1.5 },
  { name: "tree", columns: 60, messages: [32, 32, 18, 18, 1, 1], rows: growing(40, 40), next: 10, constraintsPerColumn: 1.5 },
  { name: "permutation", columns: 164, messages: [32, 16, 16], rows: growing(150, 150), next: 0, constraintsPerColumn: 1 },
  { name: "keccak", columns: 2633, messages: [100, 100], rows: growing(96, 48), next: 100, constraintsPerColumn: 1.2 },
  {
    name: "sponge",
    columns: 200,
    messages: [100, 19, ...repeated(4, 10)],
    rows: growing(8, 4),
    next: 60,
    constraintsPerColumn: 1.5,
  },
  {
    name: "curve",
    columns: 535,
    messages: [30, 30, ...repeated(1, 153)],
    rows: growing(265),
    next: 0,
    constraintsPerColumn: 0.7,
  },
  {
    name: "curveDriver",
    columns: 200,
    messages: [30, 30, ...repeated(1, 18)],
    rows: growing(134),
    next: 100,
    constraintsPerColumn: 1.5,
  },
  { name: "range16", columns: 2, messages: [2], rows: { logFixed: 16 }, preprocessed: 1, next: 0, constraintsPerColumn: 1 },
  { name: "bytePairs", columns: 4, messages: [5, 5], rows: { logFixed: 16 }, preprocessed: 4, next: 0, constraintsPerColumn: 1 },
];

const MIN_LOG_ROWS = 6;

/** Rows that a table needs, not padded, and log2 of its height. */
export function syntheticRows({ rows }: SyntheticTable, transfers: number): { readonly used: number; readonly logRows: number } {
  if ("logFixed" in rows) return { used: 2 ** rows.logFixed, logRows: rows.logFixed };
  const used = rows.perTransfer * transfers + rows.base;
  return { used, logRows: Math.max(MIN_LOG_ROWS, Math.ceil(Math.log2(used))) };
}

export function syntheticDefinition(
  transfers: number,
  parameters: Omit<ProofParameters, "minLogRows" | "maxLogRows" | "maxConstraintDegree">,
): SystemDefinition {
  const maxLogRows = Math.max(...SYNTHETIC_TABLES.map((table) => syntheticRows(table, transfers).logRows));
  return {
    name: "synthetic/1",
    parameters: { ...parameters, maxConstraintDegree: 3, minLogRows: MIN_LOG_ROWS, maxLogRows },
    tables: SYNTHETIC_TABLES.map((table, i) => tableDefinition(table, 1000 * i)),
    statementValueCount: 0,
    statementElements: { count: 0, shared: 0 },
    publicValues: () => [],
  };
}

/**
 * A table whose right half repeats its left half. Constraints are multiplied by the difference of the halves, and what the left
 * half sends the right half receives, so that any left half is a valid trace. Column 0 of each half is a flag.
 */
function tableDefinition(
  { name, columns: width, messages, rows, preprocessed = 0, next, constraintsPerColumn }: SyntheticTable,
  firstTag: number,
): TableDefinition {
  const b = new AirBuilder(name, 0);
  const columns = b.columns("c", width);
  const fixed = Array.from({ length: preprocessed }, (_, i) => b.preprocessedColumn(`p${i}`));
  const half = width >> 1;
  const at = (i: number) => columns[i] ?? b.constant(0);
  const one = b.constant(1);
  for (const flag of [at(0), at(half)]) b.assertZero("flag is boolean", "everyRow", b.mul(flag, b.sub(flag, one)));
  for (let i = 2; i < Math.round(constraintsPerColumn * width); i++) {
    const difference = b.sub(at(half + (i % half)), at(i % half));
    const readsNext = i - 2 < next;
    const other = readsNext ? b.next(at(i - 2)) : at((i * 7 + 3) % width);
    const body = b.mul(b.add(other, at((i * 5 + 1) % width)), b.sub(at((i * 11 + 5) % width), b.constant(i)));
    b.assertZero(`constraint ${i}`, readsNext ? "transition" : "everyRow", body, difference);
  }
  const buses = new Map(
    messages.map((length) => [length, defineBus(`${name} ${length}`, firstTag + length, { elements: length })]),
  );
  let cursor = 0;
  messages.forEach((length, i) => {
    const message = (first: number) => Array.from({ length }, (_, k) => fixed[k] ?? at(first + ((cursor + k) % half)));
    const isFlagged = i % 3 === 0;
    const bus = buses.get(length);
    if (bus === undefined) throw new Error(`table ${name} has no bus of ${length} elements`);
    b.send(bus, isFlagged ? at(0) : one, { elements: message(0) });
    b.receive(bus, isFlagged ? at(half) : one, { elements: message(half) });
    cursor += length;
  });
  if (!("logFixed" in rows)) return { air: b.build() };
  const { logFixed } = rows;
  const fixedColumns = () => fixed.map((_, k) => Uint32Array.from({ length: 2 ** logFixed }, (__, i) => (i * (k + 1)) % 65536));
  return { air: b.build(), preprocessed: { logRows: logFixed, columns: fixedColumns } };
}

/** A valid input: random left halves (xorshift32, always the same), padded rows included. */
export function syntheticInput(transfers: number): ProverInput {
  let state = 88172645;
  const random = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 0x3fffffff;
  };
  const traces = SYNTHETIC_TABLES.map((table) => {
    const rows = 2 ** syntheticRows(table, transfers).logRows;
    const half = table.columns >> 1;
    const left = Array.from({ length: half }, (_, c) =>
      Uint32Array.from({ length: rows }, () => (c === 0 ? random() & 1 : random())),
    );
    const right = left.map((column) => column.slice());
    const rest = Array.from({ length: table.columns - 2 * half }, () => Uint32Array.from({ length: rows }, random));
    return [...left, ...right, ...rest];
  });
  return { statement: new Uint8Array(0), auxiliary: traces.map(() => []), traces };
}
