import { keccakP } from "@noble/hashes/sha3.js";
import { boundaryAir, BOUNDARY_FIELDS } from "../../../src/proofs/circuits/boundary/boundary-air.ts";
import { wholeWords } from "../../../src/proofs/circuits/boundary/statement-form.ts";
import {
  BYTE_MEMORY_FIELDS,
  byteMemoryAir,
  type ByteMemoryCells,
} from "../../../src/proofs/circuits/byte-memory/byte-memory-air.ts";
import { noAccess } from "../../../src/proofs/circuits/byte-memory/byte-memory-trace.ts";
import { CODE_FIELDS, codeAir, type CodeCells } from "../../../src/proofs/circuits/code/code-air.ts";
import { codeRows } from "../../../src/proofs/circuits/code/code-trace.ts";
import { CODE_WORDS_FIELDS, codeWordsAir, type CodeWordsCells } from "../../../src/proofs/circuits/code-words/code-words-air.ts";
import { noWord } from "../../../src/proofs/circuits/code-words/code-words-trace.ts";
import { USER_OPCODE_FIELDS } from "../../../src/proofs/circuits/shapes/user-opcode.ts";
import { USER_FIELDS, userAir, type UserCells } from "../../../src/proofs/circuits/user/user-air.ts";
import { NO_OPCODE } from "../../../src/proofs/circuits/user/user-trace.ts";
import { USER_BYTES_FIELDS, userBytesAir, type UserBytesCells } from "../../../src/proofs/circuits/user-bytes/user-bytes-air.ts";
import { noBytes } from "../../../src/proofs/circuits/user-bytes/user-bytes-trace.ts";
import { visitsAir, type VisitCells, VISITS_FIELDS } from "../../../src/proofs/circuits/visits/visits-air.ts";
import { noVisit } from "../../../src/proofs/circuits/visits/visits-trace.ts";
import { userOpcodes } from "../../../src/proofs/execution-proof/user-decode.ts";
import { COPY_FIELDS, copyAir, type CopyCells } from "../../../src/proofs/circuits/copy/copy-air.ts";
import { noCopy } from "../../../src/proofs/circuits/copy/copy-trace.ts";
import {
  FIELD_PRODUCT_FIELDS,
  fieldProductAir,
  type FieldProductCells,
} from "../../../src/proofs/circuits/field-product/field-product-air.ts";
import { noFieldProduct } from "../../../src/proofs/circuits/field-product/field-product-trace.ts";
import { HASH_INPUT_FIELDS, hashInputAir, type HashInputCells } from "../../../src/proofs/circuits/hash-input/hash-input-air.ts";
import { noInput } from "../../../src/proofs/circuits/hash-input/hash-input-trace.ts";
import { KECCAK_LIMBS } from "../../../src/proofs/circuits/shapes/keccak-state.ts";
import { keysAir, KEY_OPERATION, KEYS_FIELDS, type KeyCells } from "../../../src/proofs/circuits/keys/keys-air.ts";
import { keyRows, noLeaf } from "../../../src/proofs/circuits/keys/keys-trace.ts";
import { memoryAir, MEMORY_FIELDS, type MemoryCells } from "../../../src/proofs/circuits/memory/memory-air.ts";
import { memoryColumns } from "../../../src/proofs/circuits/memory/memory-trace.ts";
import { PROCESSOR_FIELDS, processorAir, type ProcessorCells } from "../../../src/proofs/circuits/processor/processor-air.ts";
import { RECOVER_FIELDS, recoverAir, type RecoverCells } from "../../../src/proofs/circuits/recover/recover-air.ts";
import { noRecovery } from "../../../src/proofs/circuits/recover/recover-trace.ts";
import { INSTRUCTION_FIELDS } from "../../../src/proofs/circuits/shapes/instruction.ts";
import { SPONGE_FIELDS, spongeAir, type SpongeCells } from "../../../src/proofs/circuits/sponge/sponge-air.ts";
import { noBlock } from "../../../src/proofs/circuits/sponge/sponge-trace.ts";
import { STACK_REST_FIELDS, stackRestAir } from "../../../src/proofs/circuits/stack-rest/stack-rest-air.ts";
import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import {
  BYTE_PLACES,
  CURRENT_SPACE,
  KERNEL_MEMORY_SPACE,
  USER_PLACES,
  USER_STACK_SPACE,
} from "../../../src/proofs/execution-proof/memory-places.ts";
import { decode } from "../../../src/proofs/execution-proof/decode.ts";
import { encodeStatement, formOf, type RootChange, statementValues } from "../../../src/proofs/execution-proof/run-statement.ts";
import { changesOf } from "../../../src/proofs/execution-proof/run-system.ts";
import type { ProvenProgram } from "../../../src/proofs/execution-proof/run-tables.ts";
import type { RunTrace } from "../../../src/proofs/execution-proof/run-trace.ts";
import { USER_WEIGHTS } from "../../../src/ground/protocol/native-budget.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { compress } from "../../../src/proofs/kernels/poseidon.ts";
import { MACHINE } from "../../../src/proofs/machine/instructions/privileged.ts";
import type { Air, Interaction } from "../../../src/proofs/stark/constraints/air.ts";
import { evaluateRows, rowRange } from "../../../src/proofs/stark/constraints/column-arithmetic.ts";
import { fieldElements, type Fields, type FieldValues, fieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { noblesBlock } from "../../machine/support/primitives.ts";
import { answersOf, refusedByState, type StateAnswers } from "./state-answers.ts";
import { truthOf } from "../../circuits/arithmetic/support/true-messages.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

/** Rows of the tables that have a run in them, every cell of which may be forged. Elements may be negative. */
export interface RunCells {
  readonly program: ProvenProgram;
  processor: ProcessorCells[];
  memory: MemoryCells[];
  byteMemory: ByteMemoryCells[];
  /** With at least one row of no copy at last. */
  copy: CopyCells[];
  sponge: SpongeCells[];
  /** With at least one row of no input at last. */
  hashInput: HashInputCells[];
  keys: KeyCells[];
  recover: RecoverCells[];
  fieldProduct: FieldProductCells[];
  user: UserCells[];
  userBytes: UserBytesCells[];
  visits: VisitCells[];
  /** With uses that fit what is asked (`withCodeUses`). */
  code: CodeCells[];
  codeWords: CodeWordsCells[];
  rest: FieldValues<typeof STACK_REST_FIELDS, number>[];
  boundary: FieldValues<typeof BOUNDARY_FIELDS, number>[];
  /** The statement's words before and after, place by place. */
  changes: { before: bigint; after: bigint }[];
  /** The statement's roots, and what the tables of the state answer. */
  roots: RootChange;
  answers: StateAnswers;
  /** Claims of the honest run, of which these are the rows or a forgery (`claimsOf`). */
  readonly truth: string;
}

export const TABLES = [
  "processor",
  "memory",
  "byteMemory",
  "copy",
  "sponge",
  "hashInput",
  "keys",
  "recover",
  "fieldProduct",
  "user",
  "userBytes",
  "visits",
  "code",
  "codeWords",
  "rest",
  "boundary",
] as const;
export type TableName = (typeof TABLES)[number];

const FIELDS: Readonly<Record<TableName, Fields>> = {
  processor: PROCESSOR_FIELDS,
  memory: MEMORY_FIELDS,
  byteMemory: BYTE_MEMORY_FIELDS,
  copy: COPY_FIELDS,
  sponge: SPONGE_FIELDS,
  hashInput: HASH_INPUT_FIELDS,
  keys: KEYS_FIELDS,
  recover: RECOVER_FIELDS,
  fieldProduct: FIELD_PRODUCT_FIELDS,
  user: USER_FIELDS,
  userBytes: USER_BYTES_FIELDS,
  visits: VISITS_FIELDS,
  code: CODE_FIELDS,
  codeWords: CODE_WORDS_FIELDS,
  rest: STACK_REST_FIELDS,
  boundary: BOUNDARY_FIELDS,
};

/** The rows of an honest run; not filled up. */
export function cellsOf(program: ProvenProgram, trace: RunTrace): RunCells {
  const memory = memoryColumns(trace.places, 0);
  const memoryRows = Array.from({ length: trace.places.length }, (_, row) =>
    fieldValues(
      MEMORY_FIELDS,
      memory.map((column) => column[row] ?? 0),
    ),
  );
  const answers = answersOf(trace);
  const cells = {
    program,
    processor: [...trace.processor],
    memory: memoryRows,
    byteMemory: [...trace.byteAccesses],
    copy: trace.copies.length === 0 ? [] : [...trace.copies, noCopy()],
    sponge: [...trace.sponge],
    hashInput: trace.hashInput.length === 0 ? [] : [...trace.hashInput, noInput()],
    keys: keyRows(trace.leaves),
    recover: [...trace.recoveries],
    fieldProduct: [...trace.fieldProducts],
    user: [...trace.user],
    userBytes: [...trace.userBytes],
    visits: [...trace.visits],
    code: [...trace.code],
    codeWords: [...trace.codeWords],
    rest: trace.rest.map((word) => ({ real: 1, ...word })),
    boundary: [{ speaks: 1 }],
    changes: changesOf(program, trace),
    roots: answers.roots,
    answers,
  };
  return { ...cells, truth: claimsOf(cells) };
}

/**
 * Claims of a run: its way, the top of the stack, changed words of the memory, and the roots. A place that is opened and
 * unchanged claims nothing, because true runs differ in these places.
 */
export function claimsOf({ processor, memory, changes, roots }: Omit<RunCells, "truth">): string {
  const stop = processor.findIndex(({ stops }) => stops === 1);
  const steps = processor.slice(0, stop < 0 ? undefined : stop + 1);
  const tops = steps.map(({ pc, height, hasImmediate, a, b }) => [pc, height, hasImmediate === 1 ? b : a]);
  const written = memory.filter(({ first, last }) => first.some((limb, i) => limb !== last[i]));
  const words = written.map(({ space, index, first, last }) => [space, index, first, last]);
  return JSON.stringify([tops, words, changes.map(({ before, after }) => [`${before}`, `${after}`]), roots]);
}

const AIRS = new Map<string, Air>();

/** A program's table; the statement's places are the only thing that differs between programs. */
export function airOf(table: TableName, { places }: ProvenProgram): Air {
  const key = `${table} ${JSON.stringify(places)}`;
  const known = AIRS.get(key);
  if (known !== undefined) return known;
  const airs = {
    processor: processorAir,
    memory: memoryAir,
    byteMemory: byteMemoryAir,
    copy: copyAir,
    sponge: spongeAir,
    hashInput: hashInputAir,
    keys: () => keysAir(CURRENT_SPACE),
    recover: recoverAir,
    fieldProduct: () => fieldProductAir(KERNEL_MEMORY_SPACE),
    user: () => userAir(USER_STACK_SPACE, USER_WEIGHTS),
    userBytes: () => userBytesAir(BYTE_PLACES, USER_WEIGHTS),
    visits: () => visitsAir(USER_PLACES),
    code: codeAir,
    codeWords: () => codeWordsAir(KERNEL_MEMORY_SPACE),
    rest: stackRestAir,
    boundary: () => boundaryAir(wholeWords(places)),
  };
  const air = airs[table]();
  AIRS.set(key, air);
  return air;
}

/** Columns of a table as a prover fills it up: to a power of two, and the processor to at least its stop. */
export function columnsOf(table: TableName, cells: RunCells): Uint32Array[] {
  const fields = FIELDS[table];
  const rows: FieldValues<Fields, number>[] = [...cells[table]];
  const height = 2 ** Math.ceil(Math.log2(Math.max(2, rows.length)));
  while (rows.length < height) rows.push(fillingRow(table, cells, rows.length));
  const lists = rows.map((row) => fieldElements<Fields, number>(table, fields, row));
  return (lists[0] ?? []).map((_, c) => Uint32Array.from(lists, (list) => canonical(list[c] ?? NaN)));
}

function fillingRow(table: TableName, cells: RunCells, row: number): FieldValues<Fields, number> {
  const zero = new Array<number>(LIMBS).fill(0);
  const last = cells.processor.at(-1)!;
  switch (table) {
    case "processor":
      return { ...last, clock: last.clock + row - cells.processor.length + 1 };
    case "memory": {
      // In separate spaces, after the last.
      const space = (cells.memory.at(-1)?.space ?? 0) + 1 + row - cells.memory.length;
      return { space, index: [0, 0], sameSpace: 0, gap: [0, 0], stated: 0, first: zero, last: zero, time: 0, uses: 0 };
    }
    case "byteMemory":
      return noAccess();
    case "copy":
      return noCopy();
    case "sponge":
      return noBlock();
    case "hashInput":
      return noInput();
    case "keys":
      return noLeaf();
    case "recover":
      return noRecovery();
    case "fieldProduct":
      return noFieldProduct();
    case "user":
      return NO_OPCODE;
    case "userBytes":
      return noBytes();
    case "visits":
      return noVisit();
    case "code":
      return codeRows({ frame: 0, length: 0, bytes: new Uint8Array(0) }, 0)[0]!;
    case "codeWords":
      return noWord();
    case "rest":
      return { real: 0, place: 0, time: 0, word: zero };
    case "boundary":
      return { speaks: 0 };
  }
}

/** Buses on which the tables of the state answer. */
const STATE_BUSES: readonly string[] = ["leaf", "roots"];

/** Buses on which tables speak with each other; on all others only the truth is answered. */
const USER_BUSES = ["userBytes", "userMode", "userBegins", "userEnds", "code", "codeOperand", "codeByte", "finalWord"];
const BALANCED: readonly string[] = [
  "stack",
  "memory",
  "byteMemory",
  "copy",
  "hash",
  "hashInput",
  "lane",
  "memoryTask",
  "firstWord",
  "lastWord",
  ...STATE_BUSES,
  ...USER_BUSES,
];

const KEY_OPERATIONS: readonly number[] = Object.values(KEY_OPERATION);

/** Whether the messages of a bus have to cancel between the tables of a run; on other buses fixed tables and the like answer. */
export function isBalanced({ name }: { readonly name: string }, [operation = 0]: readonly number[]): boolean {
  return BALANCED.includes(name) || (name === "alu" && KEY_OPERATIONS.includes(operation));
}

/**
 * Refusals of a run: constraints and messages to fixed tables that are not true as `table: name`, and buses that do not
 * balance. Tables that answer are assumed to give exactly the true answers.
 */
export function refusalsOf(cells: RunCells): string[] {
  const refusals = new Set<string>();
  const balances = new Map<string, number>();
  const { program } = cells;
  const isInstruction = instructionSet(program);
  const publics = publicsOf(cells);
  const sent: Record<string, Map<string, number>> = { leaf: new Map(), roots: new Map() };
  for (const table of TABLES) {
    if (cells[table].length === 0) continue;
    const air = airOf(table, program);
    const columns = { preprocessed: [], main: columnsOf(table, cells) };
    for (const { constraint } of checkConstraints(air, columns, publics, { limit: 500 })) refusals.add(`${table}: ${constraint}`);
    for (const { name, interaction, multiplicity, message } of messagesOf(air, columns.main, publics)) {
      if (multiplicity === 0) continue;
      const { bus, direction } = interaction;
      const asked = sent[bus.name];
      if (asked !== undefined) asked.set(message.join(), (asked.get(message.join()) ?? 0) + multiplicity);
      else if (isBalanced(bus, message)) {
        const key = `${bus.name} ${message.join()}`;
        balances.set(key, (balances.get(key) ?? 0) + (direction === "send" ? multiplicity : P - multiplicity));
      } else if (!isTrue(bus.name, message, isInstruction)) refusals.add(`${table}: ${name}`);
    }
  }
  for (const [key, balance] of balances) if (balance % P !== 0) refusals.add(key.slice(0, key.indexOf(" ")));
  for (const bus of refusedByState(cells.answers, sent.leaf!, sent.roots!)) refusals.add(bus);
  return [...refusals].sort();
}

/** The public values of the statement. */
export function publicsOf({ changes, roots, program }: RunCells): number[] {
  return statementValues(formOf(program), encodeStatement(program, changes, roots)) ?? [];
}

/** A message of a row, or no message where the multiplicity is 0. */
interface RowMessage {
  readonly name: string;
  readonly interaction: Interaction;
  readonly multiplicity: number;
  readonly message: readonly number[];
}

/** Messages of a table on the buses in all or some rows; interactions are named `bus[0]`, `bus[1]`, … in order. */
export function messagesOf(
  air: Air,
  main: readonly Uint32Array[],
  publics: readonly number[],
  rows = rowRange(0, main[0]?.length ?? 0),
): RowMessage[] {
  const roots = air.interactions.flatMap(({ multiplicity, message }) => [multiplicity, ...message]);
  const values = evaluateRows(air, roots, { preprocessed: [], main }, publics, rows);
  const seen = new Map<string, number>();
  let cursor = 0;
  return air.interactions.flatMap((interaction) => {
    const index = seen.get(interaction.bus.name) ?? 0;
    seen.set(interaction.bus.name, index + 1);
    const name = `${interaction.bus.name}[${index}]`;
    const multiplicities = values[cursor++]!;
    const elements = values.slice(cursor, (cursor += interaction.message.length));
    return Array.from(rows, (_, i) => ({
      name,
      interaction,
      multiplicity: multiplicities[i]!,
      message: elements.map((element) => element[i]!),
    }));
  });
}

/** All that can refuse a table's rows: its constraints, what it asks of answering tables, and the buses that have to balance. */
export function reasonsOf(table: TableName, program: ProvenProgram): string[] {
  const air = airOf(table, program);
  const seen = new Map<string, number>();
  const said = air.interactions.map(({ bus }) => {
    const index = seen.get(bus.name) ?? 0;
    seen.set(bus.name, index + 1);
    // What keys answers on the bus alu has to balance.
    return isBalanced(bus, []) || (table === "keys" && bus.name === "alu") ? bus.name : `${table}: ${bus.name}[${index}]`;
  });
  return [...new Set([...air.constraints.map(({ name }) => `${table}: ${name}`), ...said])].sort();
}

/** The program's rows as messages of the bus rom. */
export function instructionSet({ rows }: ProvenProgram): ReadonlySet<string> {
  const instructions = rows.map(decode).filter((instruction) => instruction !== undefined);
  return new Set(instructions.map((instruction) => fieldElements("rom", INSTRUCTION_FIELDS, instruction).map(canonical).join()));
}

/** Whether what a bus with answering tables is asked is true, or what its sender must not ask: of that no table promises anything. */
export function isTrue(bus: string, message: readonly number[], isInstruction: ReadonlySet<string>): boolean {
  if (bus === "rom") return isInstruction.has(message.join());
  if (bus === "opcode") return OPCODE_MESSAGES.has(message.join());
  if (bus === "opcodeShape") return isShape(message);
  if (bus === "memoryCost") return isMemoryCost(message);
  if (bus === "wordRange") return message.every((limb) => limb < 2 ** 16);
  if (bus === "keccak") return isPermutation(message);
  if (bus === "compression") return compressed(message).every((lane, i) => lane === message[17 + i]);
  if (bus === "digestWords") return isCompressionOfWords(message);
  if (bus === "alu" && message[0] === MACHINE.sha256Block.code) return isSha256Block(message.slice(1));
  return truthOf(bus, message) !== "false";
}

/** Whether words cost so much (the yellow paper's C_mem), by integers without a bound. */
function isMemoryCost([words = 0, cost = 0]: readonly number[]): boolean {
  const count = BigInt(words);
  return words < 2 ** 19 && BigInt(cost) === 3n * count + (count * count) / 512n;
}

/** Compression of a message of the bus compression, by the reference instead of the table. */
function compressed([tag = 0, ...lanes]: readonly number[]): number[] {
  return compress(tag, lanes.slice(0, 8), lanes.slice(8, 16));
}

const OPCODE_MESSAGES = new Set(
  userOpcodes().map((opcode) =>
    fieldElements<typeof USER_OPCODE_FIELDS, number>("opcode", USER_OPCODE_FIELDS, opcode).map(canonical).join(),
  ),
);

function isShape([byte = 0, size, isTarget]: readonly number[]): boolean {
  return byte < 256 && size === (byte > 0x5f && byte < 0x80 ? byte - 0x5f : 0) && isTarget === Number(byte === 0x5b);
}

/** Whether a message of the bus digestWords is true, likewise. */
function isCompressionOfWords(message: readonly number[]): boolean {
  const [tag = 0, packed, ...limbs] = message;
  const elementsFrom = (at: number): number[] =>
    Array.from({ length: 8 }, (_, i) => (limbs[at + 14 - 2 * i]! + 2 ** 16 * limbs[at + 15 - 2 * i]!) % P);
  const bytes = limbs.slice(LIMBS, 2 * LIMBS).flatMap((limb) => [limb % 256, limb >> 8]);
  const parts = Array.from({ length: 8 }, (_, i) =>
    bytes.slice(29 - 3 * i, 32 - 3 * i).reduceRight((sum, byte) => 256 * sum + byte),
  );
  if (packed !== 0 && packed !== 1) return false;
  const output = compress(tag, elementsFrom(0), packed === 1 ? parts : elementsFrom(LIMBS));
  return output.every((value, i) => {
    const [low, high] = [limbs[2 * LIMBS + 14 - 2 * i], limbs[2 * LIMBS + 15 - 2 * i]];
    return low === value % 2 ** 16 && high === Math.floor(value / 2 ** 16);
  });
}

/** Whether a message says what SHA-256's compression function gives, by another implementation than the table's. */
function isSha256Block(limbs: readonly number[]): boolean {
  const wordsAt = (at: number): number[] =>
    Array.from({ length: 8 }, (_, i) => limbs[at + 14 - 2 * i]! + 2 ** 16 * limbs[at + 15 - 2 * i]!);
  const [state, first, second, result] = [0, 1, 2, 3].map((i) => wordsAt(LIMBS * i));
  const after = noblesBlock(state!, [...first!, ...second!]);
  return limbs.every((limb) => limb < 2 ** 16) && after.every((word, i) => word === result![i]);
}

/** Whether a message of the bus keccak is true, by another implementation than the table's. */
function isPermutation(message: readonly number[]): boolean {
  const [input, output] = [message.slice(0, KECCAK_LIMBS), message.slice(KECCAK_LIMBS)];
  return input.every((limb) => limb < 2 ** 16) && permuted(input).every((limb, k) => limb === output[k]);
}

/** Keccak-f[1600] of a state's limbs, by another implementation. */
export function permuted(input: readonly number[]): number[] {
  const words = Uint32Array.from({ length: KECCAK_LIMBS / 2 }, (_, i) => input[2 * i]! + 2 ** 16 * input[2 * i + 1]!);
  keccakP(words);
  return [...words].flatMap((word) => [word % 2 ** 16, Math.floor(word / 2 ** 16)]);
}
