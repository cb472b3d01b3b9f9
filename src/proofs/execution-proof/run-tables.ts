import { FIXED_TABLES } from "../circuits/arithmetic/fixed-tables.ts";
import type { LookingTable } from "../circuits/arithmetic/count-lookups.ts";
import { ARITHMETIC_TABLE_NAMES, ARITHMETIC_TABLES, type ArithmeticTableName } from "../circuits/arithmetic/tables.ts";
import type { Air } from "../stark/constraints/air.ts";
import type { CurveColumns } from "../circuits/curve/curve-trace.ts";
import { boundaryAir, boundaryColumns } from "../circuits/boundary/boundary-air.ts";
import type { StatementForm } from "../circuits/boundary/statement-form.ts";
import { byteMemoryAir } from "../circuits/byte-memory/byte-memory-air.ts";
import { byteMemoryColumns } from "../circuits/byte-memory/byte-memory-trace.ts";
import { compressionAir } from "../circuits/compression/compression-air.ts";
import { compressionColumns } from "../circuits/compression/compression-trace.ts";
import { digestWordsAir } from "../circuits/digest-words/digest-words-air.ts";
import { digestWordsColumns } from "../circuits/digest-words/digest-words-trace.ts";
import { COPY_FIELDS, copyAir } from "../circuits/copy/copy-air.ts";
import { copyColumns, noCopy } from "../circuits/copy/copy-trace.ts";
import { curveChoiceAir } from "../circuits/curve-choice/curve-choice-air.ts";
import { curveMultipleAir } from "../circuits/curve-multiple/curve-multiple-air.ts";
import { curveProductAir } from "../circuits/curve-product/curve-product-air.ts";
import { curveStepAir } from "../circuits/curve-step/curve-step-air.ts";
import { curveSumAir } from "../circuits/curve-sum/curve-sum-air.ts";
import { fieldProductAir } from "../circuits/field-product/field-product-air.ts";
import { fieldProductColumns } from "../circuits/field-product/field-product-trace.ts";
import { HASH_INPUT_FIELDS, hashInputAir } from "../circuits/hash-input/hash-input-air.ts";
import { hashInputColumns, noInput } from "../circuits/hash-input/hash-input-trace.ts";
import { keccakAir } from "../circuits/keccak/keccak-air.ts";
import { ROUNDS as KECCAK_ROUNDS } from "../circuits/shapes/keccak-state.ts";
import { keccakColumns } from "../circuits/keccak/keccak-trace.ts";
import { keysAir } from "../circuits/keys/keys-air.ts";
import { keysColumns } from "../circuits/keys/keys-trace.ts";
import { LEAVES_FIELDS, leavesAir } from "../circuits/leaves/leaves-air.ts";
import { leavesColumns, noLeafRow } from "../circuits/leaves/leaves-trace.ts";
import { MEMORY_FIELDS, memoryAir } from "../circuits/memory/memory-air.ts";
import { memoryColumns, type MemoryPlace, unusedPlace } from "../circuits/memory/memory-trace.ts";
import { PROCESSOR_FIELDS, processorAir } from "../circuits/processor/processor-air.ts";
import type { Instruction } from "../circuits/shapes/instruction.ts";
import { recoverAir } from "../circuits/recover/recover-air.ts";
import { recoverColumns } from "../circuits/recover/recover-trace.ts";
import { rootsAir } from "../circuits/roots/roots-air.ts";
import { rootsColumns } from "../circuits/roots/roots-trace.ts";
import { romTable, romUses } from "../circuits/rom/rom-air.ts";
import { sha256Air } from "../circuits/sha256/sha256-air.ts";
import { ROUNDS as SHA256_ROUNDS } from "../circuits/sha256/sha256-function.ts";
import { sha256Columns } from "../circuits/sha256/sha256-trace.ts";
import { SPONGE_FIELDS, spongeAir } from "../circuits/sponge/sponge-air.ts";
import { noBlock, spongeColumns } from "../circuits/sponge/sponge-trace.ts";
import { stackRestAir, stackRestColumns } from "../circuits/stack-rest/stack-rest-air.ts";
import { treeAir } from "../circuits/tree/tree-air.ts";
import { treeColumns } from "../circuits/tree/tree-trace.ts";
import { CODE_FIELDS, codeAir } from "../circuits/code/code-air.ts";
import { codeColumns, noCode } from "../circuits/code/code-trace.ts";
import { codeWordsAir } from "../circuits/code-words/code-words-air.ts";
import { codeWordsColumns } from "../circuits/code-words/code-words-trace.ts";
import { opcodesTable, opcodesUses } from "../circuits/opcodes/opcodes-air.ts";
import { USER_FIELDS, userAir } from "../circuits/user/user-air.ts";
import { memoryCostAir } from "../circuits/memory-cost/memory-cost-air.ts";
import { memoryCostColumns } from "../circuits/memory-cost/memory-cost-trace.ts";
import { userBytesAir } from "../circuits/user-bytes/user-bytes-air.ts";
import { userBytesColumns } from "../circuits/user-bytes/user-bytes-trace.ts";
import { NO_OPCODE, userColumns } from "../circuits/user/user-trace.ts";
import { visitsAir } from "../circuits/visits/visits-air.ts";
import { visitsColumns } from "../circuits/visits/visits-trace.ts";
import { LIMB } from "../circuits/shapes/word.ts";
import { wordRangeAir, wordRangeColumns } from "../circuits/word-range/word-range-air.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import {
  elementCount,
  elementNames,
  fieldElements,
  fieldOffsets,
  type Fields,
  type FieldValues,
  fieldValues,
} from "../stark/constraints/fields.ts";
import type { InSegments } from "../stark/constraints/segment-bounds.ts";
import type { TableDefinition } from "../stark/systems/system.ts";
import { type LeastHeight, leastLogRows, type TableRows } from "../stark/rows/table-rows.ts";
import { decodeAll } from "./decode.ts";
import { BYTE_PLACES, CURRENT_SPACE, KERNEL_MEMORY_SPACE, USER_PLACES, USER_STACK_SPACE } from "./memory-places.ts";
import type { Limbs } from "./recorded-run.ts";
import type { ProvableTrace } from "./run-state.ts";
import { formOf } from "./run-statement.ts";
import { userOpcodes } from "./user-decode.ts";
import { USER_WEIGHTS } from "../../ground/protocol/native-budget.ts";

/** A program whose runs are proven. */
export interface ProvenProgram {
  readonly name: string;
  readonly rows: readonly RomRow[];
  /** Places of the memory whose words before and after a run are stated. All others are 0 before. */
  readonly places: readonly MemoryPlace[];
  /** Form of these in the statement. Default: the root, and their whole words. */
  readonly statement?: StatementForm;
}

/** A table that is cut between any two rows: those that a run needs, and which row may follow a last one. */
interface ChainedRows {
  readonly rows: (trace: ProvableTrace) => Iterable<object> & { readonly length: number };
  /** Elements of both in the columns' order; undefined before the first row. The same list again where nothing changes. */
  readonly after: (last: readonly number[] | undefined) => readonly number[];
}

/**
 * Division of a table into segments: row by row; or each segment has all of it; or the first has it, and its last row is
 * all that the others have; or each has the columns for a part of the requests. Any rows of a table without such rules
 * may be in any segment.
 */
type TableCut =
  | ({ readonly kind: "chained" } & ChainedRows)
  | { readonly kind: "everywhere" | "first" }
  | ({ readonly kind: "parts" } & PartedRows);

/** A table of groups of rows, each of which answers one thing that is asked. */
interface PartedRows {
  /** Rows of a group, and how many groups a run needs. */
  readonly period: number;
  readonly groups: (trace: AskedGroups) => number;
  /** The columns for the groups from one on to before another. */
  readonly part: (trace: AskedGroups, minHeight: LeastHeight, groups: readonly [number, number]) => readonly Uint32Array[];
}

/** Parts of a run's trace that fill these tables. */
type AskedGroups = Pick<ProvableTrace, "permutations" | "sha256">;

/** One table of a run: what its rows must be, with its height where the key fixes that, and what they are. */
export interface RunTable {
  readonly definition: (program: ProvenProgram, minLogRows: number) => TableDefinition;
  /** The main columns, of a least height; of a table that others look up, counted over all that look something up. */
  readonly columns: (run: FilledRun, minHeight: LeastHeight, looking: readonly LookingTable[]) => readonly Uint32Array[];
  /** Whether its columns count what others look up. */
  readonly isCounted?: true;
  readonly cut?: TableCut;
}

/** Source of the columns of a run's tables. */
export interface FilledRun {
  readonly trace: ProvableTrace;
  /** Minimum height of each table, by its name. */
  readonly leastOf: (table: string) => LeastHeight;
  readonly instructions: readonly Instruction[];
  readonly processor: readonly Uint32Array[];
  readonly user: readonly Uint32Array[];
  readonly code: readonly Uint32Array[];
  readonly curve: CurveColumns;
  readonly arithmetic: Readonly<Record<ArithmeticTableName, readonly Uint32Array[]>>;
}

/** The program's rows that the tables prove. */
function instructionsOf({ rows }: ProvenProgram): Instruction[] {
  return decodeAll(rows).filter((instruction) => instruction !== undefined);
}

/** Each is made when a table first asks for it; `partColumns` are columns of a part of the run, for what is counted there. */
export function filledRun(
  program: ProvenProgram,
  trace: ProvableTrace,
  leastOf: FilledRun["leastOf"],
  partColumns: Partial<Pick<FilledRun, "processor" | "user" | "code">> = {},
): FilledRun {
  const made: { -readonly [Name in keyof FilledRun]?: FilledRun[Name] } = { ...partColumns };
  return {
    trace,
    leastOf,
    instructions: instructionsOf(program),
    get processor() {
      return (made.processor ??= processorColumns(trace.processor, leastOf("processor")));
    },
    get user() {
      return (made.user ??= userColumns(trace.user, leastOf("user")));
    },
    get code() {
      return (made.code ??= codeColumns(trace.code, leastOf("code")));
    },
    get curve() {
      return (made.curve ??= trace.curve.columns(leastOf));
    },
    get arithmetic() {
      return (made.arithmetic ??= trace.arithmetic.columns(leastOf));
    },
  };
}

/** A table that a run may leave out. */
function optional(air: (program: ProvenProgram) => Air, columns: RunTable["columns"]): RunTable {
  return { definition: (program) => ({ air: air(program), optional: true }), columns };
}

/** A table with rules from row to row, which hold across cuts; its rows may be filled up with one that says nothing. */
function chained(table: RunTable, { rows, after }: ChainedRows): RunTable {
  return { ...marked(table, "chained"), cut: { kind: "chained", rows, after } };
}

/** The row that follows any last row. */
function filledWith<F extends Fields>(name: string, fields: F, row: FieldValues<F, number>): ChainedRows["after"] {
  const elements = fieldElements(name, fields, row);
  return () => elements;
}

/** A table with rules from row to row of which every segment has whole groups. */
function standsAlone(table: RunTable, cut?: TableCut): RunTable {
  return { ...marked(table, "standsAlone"), ...(cut && { cut }) };
}

function marked(table: RunTable, inSegments: InSegments): RunTable {
  return { ...table, definition: (program, minLogRows) => ({ ...table.definition(program, minLogRows), inSegments }) };
}

/** Every table of a run. */
export const RUN_TABLES: readonly RunTable[] = [
  chained(
    { definition: () => ({ air: processorAir() }), columns: ({ processor }) => processor },
    { rows: ({ processor }) => processor, after: nextStep },
  ),
  chained(
    optional(memoryAir, ({ trace }, minHeight) => memoryColumns(trace.places, minHeight)),
    { rows: ({ places }) => places, after: nextPlace },
  ),
  optional(byteMemoryAir, ({ trace }, minHeight) => byteMemoryColumns(trace.byteAccesses, minHeight)),
  chained(
    optional(copyAir, ({ trace }, minHeight) => copyColumns(trace.copies, minHeight)),
    { rows: ({ copies }) => copies, after: filledWith("copy", COPY_FIELDS, noCopy()) },
  ),
  optional(digestWordsAir, ({ trace }, minHeight) => digestWordsColumns(trace.digestWords, minHeight)),
  optional(compressionAir, ({ trace }, minHeight) => compressionColumns(trace.compressions.list(), minHeight)),
  chained(
    optional(spongeAir, ({ trace }, minHeight) => spongeColumns(trace.sponge, minHeight)),
    { rows: ({ sponge }) => sponge, after: filledWith("sponge", SPONGE_FIELDS, noBlock()) },
  ),
  chained(
    optional(hashInputAir, ({ trace }, minHeight) => hashInputColumns(trace.hashInput, minHeight)),
    { rows: ({ hashInput }) => hashInput, after: filledWith("hashInput", HASH_INPUT_FIELDS, noInput()) },
  ),
  standsAlone(
    optional(keccakAir, ({ trace }, minHeight) => keccakColumns(trace.permutations, minHeight)),
    {
      kind: "parts",
      period: KECCAK_ROUNDS,
      groups: ({ permutations }) => permutations.length,
      part: ({ permutations }, minHeight, groups) => keccakColumns(permutations.slice(...groups), minHeight),
    },
  ),
  standsAlone(
    optional(sha256Air, ({ trace }, minHeight) => sha256Columns(trace.sha256, minHeight)),
    {
      kind: "parts",
      period: SHA256_ROUNDS,
      groups: ({ sha256 }) => sha256.length,
      part: ({ sha256 }, minHeight, groups) => sha256Columns(sha256.slice(...groups), minHeight),
    },
  ),
  optional(recoverAir, ({ trace }, minHeight) => recoverColumns(trace.recoveries, minHeight)),
  optional(curveMultipleAir, ({ curve }) => curve.curveMultiple),
  optional(curveChoiceAir, ({ curve }) => curve.curveChoice),
  optional(curveStepAir, ({ curve }) => curve.curveStep),
  optional(curveSumAir, ({ curve }) => curve.curveSum),
  optional(curveProductAir, ({ curve }) => curve.curveProduct),
  optional(
    () => fieldProductAir(KERNEL_MEMORY_SPACE),
    ({ trace }, minHeight) => fieldProductColumns(trace.fieldProducts, minHeight),
  ),
  optional(stackRestAir, ({ trace }, minHeight) => stackRestColumns(trace.rest, minHeight)),
  optional(wordRangeAir, ({ trace }, minHeight) => wordRangeColumns(rangedWords(trace), minHeight)),
  optional(
    () => keysAir(CURRENT_SPACE),
    ({ trace }, minHeight) => keysColumns(trace.leaves, minHeight),
  ),
  chained(
    optional(leavesAir, ({ trace }, minHeight) => leavesColumns(trace.state.leaves, minHeight)),
    { rows: ({ state }) => state.leaves, after: nextLeaf },
  ),
  optional(treeAir, ({ trace }, minHeight) => treeColumns(trace.state.tree, minHeight)),
  {
    definition: () => ({ air: rootsAir() }),
    columns: ({ trace }, minHeight) => rootsColumns(trace.state.roots, minHeight),
    cut: { kind: "first" },
  },
  chained(
    optional(
      () => userAir(USER_STACK_SPACE, USER_WEIGHTS),
      ({ user }) => user,
    ),
    { rows: ({ user }) => user, after: filledWith("user", USER_FIELDS, NO_OPCODE) },
  ),
  optional(
    () => userBytesAir(BYTE_PLACES, USER_WEIGHTS),
    ({ trace }, minHeight) => userBytesColumns(trace.userBytes, minHeight),
  ),
  optional(memoryCostAir, ({ trace }, minHeight) => memoryCostColumns(trace.memoryCost, minHeight)),
  optional(
    () => visitsAir(USER_PLACES),
    ({ trace }, minHeight) => visitsColumns(trace.visits, minHeight),
  ),
  chained(
    optional(codeAir, ({ code }) => code),
    { rows: ({ code }) => code, after: filledWith("code", CODE_FIELDS, noCode()) },
  ),
  optional(
    () => codeWordsAir(KERNEL_MEMORY_SPACE),
    ({ trace }, minHeight) => codeWordsColumns(trace.codeWords, minHeight),
  ),
  standsAlone(
    {
      definition: (program) => ({ air: boundaryAir(formOf(program)) }),
      columns: (_run, minHeight) => boundaryColumns(leastLogRows(minHeight)),
    },
    { kind: "everywhere" },
  ),
  {
    definition: (program, minLogRows) => romTable(instructionsOf(program), minLogRows),
    columns: ({ instructions, processor }, minHeight) =>
      romUses(instructions, usedRows(instructions, processor), leastLogRows(minHeight)),
  },
  {
    definition: () => opcodesTable(userOpcodes()),
    columns: ({ user, code }) => opcodesUses(columnOf(USER_FIELDS, user, "byte"), columnOf(CODE_FIELDS, code, "byte")),
  },
  ...ARITHMETIC_TABLE_NAMES.map((name) => optional(ARITHMETIC_TABLES[name].air, ({ arithmetic }) => arithmetic[name])),
  ...FIXED_TABLES.map(({ definition, columns }): RunTable => ({
    definition,
    columns: (_run, _least, looking) => columns(looking),
    isCounted: true,
  })),
];

/** Words whose limbs a table of words looks up: hints, and states of SHA-256. */
function rangedWords({ hints, sha256 }: ProvableTrace): readonly Limbs[] {
  return sha256.length === 0 ? hints : [...hints, ...sha256.map(({ result }) => result)];
}

/** Row after the one that stops, whose clock continues. */
function nextStep(last: readonly number[] | undefined): readonly number[] {
  if (last === undefined) throw new RangeError("a run has at least one step");
  return last.map((value, i) => (i === AT_CLOCK ? value + 1 : value));
}

/** Places that are never accessed, in a space behind the last. */
function nextPlace(last: readonly number[] | undefined): readonly number[] {
  const { space, index, time, stated } = fieldValues(
    MEMORY_FIELDS,
    last ?? new Array<number>(elementCount(MEMORY_FIELDS)).fill(0),
  );
  const place = { space, index: (index[0] ?? 0) + LIMB * (index[1] ?? 0) };
  return fieldElements("memory", MEMORY_FIELDS, unusedPlace(place, time > 0 || stated === 1));
}

/** Behind the last leaf, their count stays. */
function nextLeaf(last: readonly number[] | undefined): readonly number[] {
  const count = last === undefined ? 0 : fieldValues(LEAVES_FIELDS, last).finalCount;
  const next = fieldElements("leaves", LEAVES_FIELDS, noLeafRow(count));
  return last?.every((element, i) => element === next[i]) === true ? last : next;
}

const AT_CLOCK = fieldOffsets(PROCESSOR_FIELDS).clock;

/** Numbers of uses of the program's rows, from the processor's rows. */
function usedRows(instructions: readonly Instruction[], [pcs = new Uint32Array(0)]: readonly Uint32Array[]): Int32Array {
  const rowOf = new Int32Array(1 + instructions.reduce((max, { pc }) => Math.max(max, pc), 0)).fill(-1);
  instructions.forEach(({ pc }, row) => (rowOf[pc] = row));
  const used = new Int32Array(pcs.length);
  for (let i = 0; i < pcs.length; i++) used[i] = rowOf[pcs[i] as number] ?? -1;
  return used;
}

/** A column of a table by the name of its field, which has one element. */
function columnOf(fields: Fields, columns: readonly Uint32Array[], name: string): Uint32Array {
  return columns[elementNames(fields).indexOf(name)] ?? new Uint32Array(0);
}

/** Columns padded with the last row, which stops: only its clock continues. */
function processorColumns(rows: TableRows<typeof PROCESSOR_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const { length, last } = rows;
  if (last === undefined) throw new RangeError("a run has at least one step");
  const columns = rows.columns({ padding: () => last, minLogRows });
  const clock = columnOf(PROCESSOR_FIELDS, columns, "clock");
  for (let row = length; row < clock.length; row++) clock[row] = last.clock + row - length + 1;
  return columns;
}
