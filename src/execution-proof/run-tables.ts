import { FIXED_TABLES } from "../circuits/arithmetic/fixed-tables.ts";
import type { LookingTable } from "../circuits/arithmetic/count-lookups.ts";
import { ARITHMETIC_TABLE_NAMES, ARITHMETIC_TABLES, type ArithmeticTableName } from "../circuits/arithmetic/tables.ts";
import type { Air } from "../stark/air.ts";
import type { CurveColumns } from "../circuits/curve/curve-trace.ts";
import { boundaryAir, boundaryColumns } from "../circuits/boundary/boundary-air.ts";
import { byteMemoryAir } from "../circuits/byte-memory/byte-memory-air.ts";
import { byteMemoryColumns } from "../circuits/byte-memory/byte-memory-trace.ts";
import { compressionAir } from "../circuits/compression/compression-air.ts";
import { compressionColumns } from "../circuits/compression/compression-trace.ts";
import { digestWordsAir } from "../circuits/digest-words/digest-words-air.ts";
import { digestWordsColumns } from "../circuits/digest-words/digest-words-trace.ts";
import { copyAir } from "../circuits/copy/copy-air.ts";
import { copyColumns } from "../circuits/copy/copy-trace.ts";
import { curveChoiceAir } from "../circuits/curve-choice/curve-choice-air.ts";
import { curveMultipleAir } from "../circuits/curve-multiple/curve-multiple-air.ts";
import { curveProductAir } from "../circuits/curve-product/curve-product-air.ts";
import { curveStepAir } from "../circuits/curve-step/curve-step-air.ts";
import { curveSumAir } from "../circuits/curve-sum/curve-sum-air.ts";
import { hashInputAir } from "../circuits/hash-input/hash-input-air.ts";
import { hashInputColumns } from "../circuits/hash-input/hash-input-trace.ts";
import { keccakAir } from "../circuits/keccak/keccak-air.ts";
import { keccakColumns } from "../circuits/keccak/keccak-trace.ts";
import { keysAir } from "../circuits/keys/keys-air.ts";
import { keysColumns } from "../circuits/keys/keys-trace.ts";
import { leavesAir } from "../circuits/leaves/leaves-air.ts";
import { leavesColumns } from "../circuits/leaves/leaves-trace.ts";
import { memoryAir } from "../circuits/memory/memory-air.ts";
import { memoryColumns, type MemoryPlace } from "../circuits/memory/memory-trace.ts";
import { PROCESSOR_FIELDS, processorAir } from "../circuits/processor/processor-air.ts";
import type { Instruction } from "../circuits/rom/instruction.ts";
import { recoverAir } from "../circuits/recover/recover-air.ts";
import { recoverColumns } from "../circuits/recover/recover-trace.ts";
import { rootsAir } from "../circuits/roots/roots-air.ts";
import { rootsColumns } from "../circuits/roots/roots-trace.ts";
import { romTable, romUses } from "../circuits/rom/rom-air.ts";
import { sha256Air } from "../circuits/sha256/sha256-air.ts";
import { sha256Columns } from "../circuits/sha256/sha256-trace.ts";
import { spongeAir } from "../circuits/sponge/sponge-air.ts";
import { spongeColumns } from "../circuits/sponge/sponge-trace.ts";
import { stackRestAir, stackRestColumns } from "../circuits/stack-rest/stack-rest-air.ts";
import { treeAir } from "../circuits/tree/tree-air.ts";
import { treeColumns } from "../circuits/tree/tree-trace.ts";
import { CODE_FIELDS, codeAir } from "../circuits/code/code-air.ts";
import { codeColumns } from "../circuits/code/code-trace.ts";
import { codeWordsAir } from "../circuits/code-words/code-words-air.ts";
import { codeWordsColumns } from "../circuits/code-words/code-words-trace.ts";
import { opcodesTable, opcodesUses } from "../circuits/opcodes/opcodes-air.ts";
import { USER_FIELDS, userAir } from "../circuits/user/user-air.ts";
import { memoryCostAir } from "../circuits/memory-cost/memory-cost-air.ts";
import { memoryCostColumns } from "../circuits/memory-cost/memory-cost-trace.ts";
import { userBytesAir } from "../circuits/user-bytes/user-bytes-air.ts";
import { userBytesColumns } from "../circuits/user-bytes/user-bytes-trace.ts";
import { userColumns } from "../circuits/user/user-trace.ts";
import { visitsAir } from "../circuits/visits/visits-air.ts";
import { visitsColumns } from "../circuits/visits/visits-trace.ts";
import { wordRangeAir, wordRangeColumns } from "../circuits/word-range/word-range-air.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import { elementNames, type Fields } from "../stark/fields.ts";
import type { TableDefinition } from "../stark/system.ts";
import type { TableRows } from "../stark/table-rows.ts";
import { decodeAll } from "./decode.ts";
import { BYTE_PLACES, CURRENT_SPACE, KERNEL_MEMORY_SPACE, USER_PLACES, USER_STACK_SPACE } from "./memory-places.ts";
import type { Limbs } from "./recorded-run.ts";
import type { ProvableTrace } from "./run-state.ts";
import { USER_OPCODES } from "./user-decode.ts";

/** A program whose runs are proven. */
export interface ProvenProgram {
  readonly name: string;
  readonly rows: readonly RomRow[];
  /** The places of the memory of whose words before and after a run the statement speaks. All others are 0 before. */
  readonly places: readonly MemoryPlace[];
}

/** One table of a run: what its rows must be, with its height where the key fixes that, and what they are. */
export interface RunTable {
  readonly definition: (program: ProvenProgram, minLogRows: number) => TableDefinition;
  /** The main columns; of a table that others look up, counted over all that look something up. */
  readonly columns: (run: FilledRun, looking: readonly LookingTable[]) => readonly Uint32Array[];
  /** Whether its columns count what others look up. */
  readonly isCounted?: true;
}

/** What the columns of a run's tables are made from. */
interface FilledRun {
  readonly trace: ProvableTrace;
  readonly minLogRows: number;
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

/** Ends the collections of the trace. */
export function filledRun(program: ProvenProgram, trace: ProvableTrace, minLogRows: number): FilledRun {
  return {
    trace,
    minLogRows,
    instructions: instructionsOf(program),
    processor: processorColumns(trace.processor, minLogRows),
    user: userColumns(trace.user, minLogRows),
    code: codeColumns(trace.code, minLogRows),
    curve: trace.curve.columns(minLogRows),
    arithmetic: trace.arithmetic.columns(minLogRows),
  };
}

/** A table that a run may leave out. */
function optional(air: () => Air, columns: RunTable["columns"]): RunTable {
  return { definition: () => ({ air: air(), optional: true }), columns };
}

/** Every table of a run. */
export const RUN_TABLES: readonly RunTable[] = [
  { definition: () => ({ air: processorAir() }), columns: ({ processor }) => processor },
  optional(memoryAir, ({ trace, minLogRows }) => memoryColumns(trace.places, minLogRows)),
  optional(byteMemoryAir, ({ trace, minLogRows }) => byteMemoryColumns(trace.byteAccesses, minLogRows)),
  optional(copyAir, ({ trace, minLogRows }) => copyColumns(trace.copies, minLogRows)),
  optional(digestWordsAir, ({ trace, minLogRows }) => digestWordsColumns(trace.digestWords, minLogRows)),
  optional(compressionAir, ({ trace, minLogRows }) => compressionColumns(trace.compressions.list(), minLogRows)),
  optional(spongeAir, ({ trace, minLogRows }) => spongeColumns(trace.sponge, minLogRows)),
  optional(hashInputAir, ({ trace, minLogRows }) => hashInputColumns(trace.hashInput, minLogRows)),
  optional(keccakAir, ({ trace, minLogRows }) => keccakColumns(trace.permutations, minLogRows)),
  optional(sha256Air, ({ trace, minLogRows }) => sha256Columns(trace.sha256, minLogRows)),
  optional(recoverAir, ({ trace, minLogRows }) => recoverColumns(trace.recoveries, minLogRows)),
  optional(curveMultipleAir, ({ curve }) => curve.curveMultiple),
  optional(curveChoiceAir, ({ curve }) => curve.curveChoice),
  optional(curveStepAir, ({ curve }) => curve.curveStep),
  optional(curveSumAir, ({ curve }) => curve.curveSum),
  optional(curveProductAir, ({ curve }) => curve.curveProduct),
  optional(stackRestAir, ({ trace, minLogRows }) => stackRestColumns(trace.rest, minLogRows)),
  optional(wordRangeAir, ({ trace, minLogRows }) => wordRangeColumns(rangedWords(trace), minLogRows)),
  optional(
    () => keysAir(CURRENT_SPACE),
    ({ trace, minLogRows }) => keysColumns(trace.leaves, minLogRows),
  ),
  optional(leavesAir, ({ trace, minLogRows }) => leavesColumns(trace.state.leaves, minLogRows)),
  optional(treeAir, ({ trace, minLogRows }) => treeColumns(trace.state.tree, minLogRows)),
  {
    definition: () => ({ air: rootsAir() }),
    columns: ({ trace, minLogRows }) => rootsColumns(trace.state.roots, minLogRows),
  },
  optional(
    () => userAir(USER_STACK_SPACE),
    ({ user }) => user,
  ),
  optional(
    () => userBytesAir(BYTE_PLACES),
    ({ trace, minLogRows }) => userBytesColumns(trace.userBytes, minLogRows),
  ),
  optional(memoryCostAir, ({ trace, minLogRows }) => memoryCostColumns(trace.memoryCost, minLogRows)),
  optional(
    () => visitsAir(USER_PLACES),
    ({ trace, minLogRows }) => visitsColumns(trace.visits, minLogRows),
  ),
  optional(codeAir, ({ code }) => code),
  optional(
    () => codeWordsAir(KERNEL_MEMORY_SPACE),
    ({ trace, minLogRows }) => codeWordsColumns(trace.codeWords, minLogRows),
  ),
  { definition: ({ places }) => ({ air: boundaryAir(places) }), columns: ({ minLogRows }) => boundaryColumns(minLogRows) },
  {
    definition: (program, minLogRows) => romTable(instructionsOf(program), minLogRows),
    columns: ({ instructions, processor, minLogRows }) => romUses(instructions, usedRows(instructions, processor), minLogRows),
  },
  {
    definition: () => opcodesTable(USER_OPCODES),
    columns: ({ user, code }) => opcodesUses(columnOf(USER_FIELDS, user, "byte"), columnOf(CODE_FIELDS, code, "byte")),
  },
  ...ARITHMETIC_TABLE_NAMES.map((name) => optional(ARITHMETIC_TABLES[name].air, ({ arithmetic }) => arithmetic[name])),
  ...FIXED_TABLES.map(({ definition, columns }): RunTable => ({
    definition,
    columns: (_run, looking) => columns(looking),
    isCounted: true,
  })),
];

/** Words whose limbs a table of words looks up: hints, and states of SHA-256. */
function rangedWords({ hints, sha256 }: ProvableTrace): readonly Limbs[] {
  return sha256.length === 0 ? hints : [...hints, ...sha256.map(({ result }) => result)];
}

/** By the processor's rows, those of the program. */
function usedRows(instructions: readonly Instruction[], [pcs]: readonly Uint32Array[]): number[] {
  const rowOf = new Map(instructions.map(({ pc }, row) => [pc, row]));
  return Array.from(pcs ?? [], (pc) => rowOf.get(pc) ?? -1);
}

/** A column of a table by the name of its field, which has one element. */
function columnOf(fields: Fields, columns: readonly Uint32Array[], name: string): Uint32Array {
  return columns[elementNames(fields).indexOf(name)] ?? new Uint32Array(0);
}

/** Filled up with the last row, which stops: only its clock goes on. */
function processorColumns(rows: TableRows<typeof PROCESSOR_FIELDS>, minLogRows: number): Uint32Array[] {
  const { length, last } = rows;
  if (last === undefined) throw new RangeError("a run has at least one step");
  const columns = rows.columns({ padding: () => last, minLogRows });
  const clock = columnOf(PROCESSOR_FIELDS, columns, "clock");
  for (let row = length; row < clock.length; row++) clock[row] = last.clock + row - length + 1;
  return columns;
}
