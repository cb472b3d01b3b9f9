import { fixedTableColumns } from "../circuits/arithmetic/fixed-columns.ts";
import { arithmeticDefinitions } from "../circuits/arithmetic/tables.ts";
import { boundaryAir, boundaryColumns, boundaryValueCount } from "../circuits/boundary/boundary-air.ts";
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
import { memoryColumns, type Place } from "../circuits/memory/memory-trace.ts";
import { PROCESSOR_FIELDS, processorAir } from "../circuits/processor/processor-air.ts";
import type { Instruction } from "../circuits/rom/instruction.ts";
import { recoverAir } from "../circuits/recover/recover-air.ts";
import { recoverColumns } from "../circuits/recover/recover-trace.ts";
import { rootsAir } from "../circuits/roots/roots-air.ts";
import { rootsColumns } from "../circuits/roots/roots-trace.ts";
import { romTable, romUses } from "../circuits/rom/rom-air.ts";
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
import { wordOf } from "../circuits/words/word.ts";
import type { RomRow } from "../machine/rom/rom-row.ts";
import { elementNames, type Fields } from "../stark/fields.ts";
import type { ProofParameters } from "../stark/parameters.ts";
import type { ProverInput } from "../stark/prover-input.ts";
import type { SystemDefinition, TableDefinition } from "../stark/system.ts";
import type { TableRows } from "../stark/table-rows.ts";
import { decodeAll } from "./decode.ts";
import { BYTE_PLACES, CURRENT_SPACE, KERNEL_MEMORY_SPACE, USER_PLACES, USER_STACK_SPACE } from "./memory-places.ts";
import type { ProvableTrace } from "./run-state.ts";
import type { RunTrace } from "./run-trace.ts";
import { USER_OPCODES } from "./user-decode.ts";
import { encodeStatement, type RootChange, statementValues, type WordChange } from "./run-statement.ts";

/** A program whose runs are proven. */
export interface ProvenProgram {
  readonly name: string;
  readonly rows: readonly RomRow[];
  /** The places of the memory of whose words before and after a run the statement speaks. All others are 0 before. */
  readonly places: readonly Place[];
}

/** The program's rows that the tables prove. */
function instructionsOf({ rows }: ProvenProgram): Instruction[] {
  return decodeAll(rows).filter((instruction) => instruction !== undefined);
}

/**
 * The system that proves runs of a program: "from these words and this state the program came to a stop, and left these". The
 * program is in the verification key, by the commitment of its rows.
 */
export function runDefinition(program: ProvenProgram, parameters: ProofParameters): SystemDefinition {
  const { name, places } = program;
  const tables: TableDefinition[] = [
    { air: processorAir() },
    { air: memoryAir(), optional: true },
    { air: byteMemoryAir(), optional: true },
    { air: copyAir(), optional: true },
    { air: digestWordsAir(), optional: true },
    { air: compressionAir(), optional: true },
    { air: spongeAir(), optional: true },
    { air: hashInputAir(), optional: true },
    { air: keccakAir(), optional: true },
    { air: recoverAir(), optional: true },
    { air: curveMultipleAir(), optional: true },
    { air: curveChoiceAir(), optional: true },
    { air: curveStepAir(), optional: true },
    { air: curveSumAir(), optional: true },
    { air: curveProductAir(), optional: true },
    { air: stackRestAir(), optional: true },
    { air: wordRangeAir(), optional: true },
    { air: keysAir(CURRENT_SPACE), optional: true },
    { air: leavesAir(), optional: true },
    { air: treeAir(), optional: true },
    { air: rootsAir() },
    { air: userAir(USER_STACK_SPACE), optional: true },
    { air: userBytesAir(BYTE_PLACES), optional: true },
    { air: memoryCostAir(), optional: true },
    { air: visitsAir(USER_PLACES), optional: true },
    { air: codeAir(), optional: true },
    { air: codeWordsAir(KERNEL_MEMORY_SPACE), optional: true },
    { air: boundaryAir(places) },
    romTable(instructionsOf(program), parameters.minLogRows),
    opcodesTable(USER_OPCODES),
    ...arithmeticDefinitions(),
  ];
  return {
    name: `run of ${name}/1`,
    parameters,
    tables,
    statementValueCount: boundaryValueCount(places.length),
    publicValues: (statement) => statementValues(statement, places.length),
  };
}

/** A definition that `runDefinition` made of a program. */
export interface RunSystem {
  readonly program: ProvenProgram;
  readonly definition: SystemDefinition;
}

/**
 * What proves a run of a program. The statement is what the trace comes to, unless other changes of its places or other roots are
 * given: then there is no proof that verifies.
 */
export function runInput(
  { program, definition }: RunSystem,
  trace: ProvableTrace,
  changes = changesOf(program, trace),
  roots: RootChange = trace.state.roots,
): ProverInput {
  const { state } = trace;
  const instructions = instructionsOf(program);
  const { minLogRows } = definition.parameters;
  const processor = processorColumns(trace.processor, minLogRows);
  const rowOf = new Map(instructions.map(({ pc }, row) => [pc, row]));
  const used = Array.from(processor[0] ?? [], (pc) => rowOf.get(pc) ?? -1);
  const [user, code] = [userColumns(trace.user, minLogRows), codeColumns(trace.code, minLogRows)];
  const own = [
    processor,
    memoryColumns(trace.places, minLogRows),
    byteMemoryColumns(trace.byteAccesses, minLogRows),
    copyColumns(trace.copies, minLogRows),
    digestWordsColumns(trace.digestWords, minLogRows),
    compressionColumns(trace.compressions.list(), minLogRows),
    spongeColumns(trace.sponge, minLogRows),
    hashInputColumns(trace.hashInput, minLogRows),
    keccakColumns(trace.permutations, minLogRows),
    recoverColumns(trace.recoveries, minLogRows),
    ...trace.curve.columns(minLogRows),
    stackRestColumns(trace.rest, minLogRows),
    wordRangeColumns(trace.hints, minLogRows),
    keysColumns(trace.leaves, minLogRows),
    leavesColumns(state.leaves, minLogRows),
    treeColumns(state.tree, minLogRows),
    rootsColumns(state.roots, minLogRows),
    user,
    userBytesColumns(trace.userBytes, minLogRows),
    memoryCostColumns(trace.memoryCost, minLogRows),
    visitsColumns(trace.visits, minLogRows),
    code,
    codeWordsColumns(trace.codeWords, minLogRows),
    boundaryColumns(minLogRows),
    romUses(instructions, used, minLogRows),
    opcodesUses(columnOf(USER_FIELDS, user, "byte"), columnOf(CODE_FIELDS, code, "byte")),
    ...trace.arithmetic.columns(minLogRows),
  ];
  const looking = own.flatMap((main, i) => {
    const table = definition.tables[i];
    // The program's table and the boundary look nothing up.
    const looksUp = table !== undefined && table.preprocessed === undefined && table.air.publicCount === 0;
    return looksUp ? [{ air: table.air, columns: { preprocessed: [], main } }] : [];
  });
  const traces = [...own, ...fixedTableColumns(looking)];
  return { statement: encodeStatement(changes, roots), auxiliary: traces.map(() => []), traces };
}

/** A column of a table by the name of its field, which has one element. */
function columnOf(fields: Fields, columns: readonly Uint32Array[], name: string): Uint32Array {
  return columns[elementNames(fields).indexOf(name)] ?? new Uint32Array(0);
}

/** What the program's places held before and after a traced run. */
export function changesOf({ places }: ProvenProgram, trace: RunTrace): WordChange[] {
  return places.map(({ space, index }) => {
    const history = trace.places.find((place) => place.space === space && place.index === index);
    if (history === undefined) throw new Error(`place ${index} of space ${space} was not given to the trace`);
    return { before: wordOf(history.first), after: wordOf(history.last) };
  });
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
