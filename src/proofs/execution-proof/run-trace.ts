import { ArithmeticTrace } from "../circuits/arithmetic/arithmetic-trace.ts";
import { OPERATION, type OperationName } from "../circuits/operations/operation.ts";
import { CompressionRequests } from "../circuits/compression/compression-trace.ts";
import type { DigestWordsCells } from "../circuits/digest-words/digest-words-air.ts";
import { DigestWordRequests } from "../circuits/digest-words/digest-words-trace.ts";
import { KEY_OPERATION } from "../circuits/keys/keys-air.ts";
import type { AskedLeaf } from "../circuits/keys/keys-trace.ts";
import { CurveTrace } from "../circuits/curve/curve-trace.ts";
import { FIELD_PRODUCT_FIELDS, PRODUCT_TIMES } from "../circuits/field-product/field-product-air.ts";
import { fieldProductRow } from "../circuits/field-product/field-product-trace.ts";
import type { RecoverCells } from "../circuits/recover/recover-air.ts";
import { recoverRow, RECOVERY_PLACES } from "../circuits/recover/recover-trace.ts";
import { INDEX_LIMIT, type MemoryPlace, type PlaceHistory } from "../circuits/memory/memory-trace.ts";
import { PROCESSOR_FIELDS } from "../circuits/processor/processor-air.ts";
import { FRAME_PLACES } from "../circuits/shapes/instruction.ts";
import { SHA256_OPERATION } from "../circuits/sha256/sha256-air.ts";
import type { Sha256Request } from "../circuits/sha256/sha256-trace.ts";
import type { StackedWord } from "../circuits/stack-rest/stack-rest-air.ts";
import { writeNumber30 } from "../circuits/words/earlier.ts";
import { LIMB, LIMBS, limbsOf, WORD_BYTES, wordOf } from "../circuits/shapes/word.ts";
import { smallInverse } from "../field/small-inverse.ts";
import { fieldOffsets } from "../stark/constraints/fields.ts";
import { RowTemplates } from "../stark/rows/row-templates.ts";
import { TableRows } from "../stark/rows/table-rows.ts";
import { CURRENT_SPACE, KERNEL_MEMORY_SPACE } from "./memory-places.ts";
import {
  type Limbs,
  type RecordedCode,
  type RecordedEnd,
  type RecordedOpcode,
  type RecordedStep,
  UnprovableAddressError,
  UnprovableRecoveryError,
  ZERO_WORD,
} from "./recorded-run.ts";
import { type FirstLeaf, TracedLeaves } from "./traced-leaves.ts";
import { type ByteOffset, type ByteTables, TracedBytes } from "./traced-bytes.ts";
import { TracedPlaces } from "./traced-places.ts";
import { type UserTables, VisitTracer } from "./visit-trace.ts";
import { difference, type RowWords, sameWord, sumOf, writeWords } from "./word-cells.ts";

/** A place of which the statement speaks, and what it holds at first. */
interface StatedPlace extends MemoryPlace {
  readonly first: Limbs;
}

/** Contents of the tables of a run. */
export interface RunTrace extends UserTables, ByteTables {
  readonly processor: TableRows<typeof PROCESSOR_FIELDS>;
  readonly places: readonly PlaceHistory[];
  /** Compressions as the processor asks for them, and as tables do, those of the state excepted (run-state.ts). */
  readonly digestWords: readonly DigestWordsCells[];
  readonly compressions: CompressionRequests;
  readonly recoveries: readonly RecoverCells[];
  /** Requests of recoveries. */
  readonly curve: CurveTrace;
  /** Products in Fp2. */
  readonly fieldProducts: TableRows<typeof FIELD_PRODUCT_FIELDS>;
  /** Words left on the stack. */
  readonly rest: readonly StackedWord[];
  /** Words that hints create. */
  readonly hints: readonly Limbs[];
  readonly leaves: readonly AskedLeaf[];
  /** Blocks of SHA-256. */
  readonly sha256: readonly Sha256Request[];
  readonly arithmetic: ArithmeticTrace;
}

type Instruction = RecordedStep["instruction"];

const AT = fieldOffsets(PROCESSOR_FIELDS);
const OPERATION_NAMES = new Map(Object.entries(OPERATION).map(([name, code]) => [code as number, name as OperationName]));

/**
 * Makes the rows of a run's tables, step by step in the run's order. Throws UnprovableAddressError, and Error where what was
 * recorded and what the rows mean differ.
 */
export class RunTracer {
  readonly #processor = new TableRows("processor", PROCESSOR_FIELDS);
  readonly #templates = new RowTemplates(PROCESSOR_FIELDS);
  readonly #compressions = new CompressionRequests();
  readonly #digestWords = new DigestWordRequests(this.#compressions.compress);
  readonly #recoveries: RecoverCells[] = [];
  readonly #curve = new CurveTrace();
  readonly #fieldProducts = new TableRows("fieldProduct", FIELD_PRODUCT_FIELDS);
  readonly #hints: Limbs[] = [];
  readonly #leaves = new TracedLeaves();
  readonly #sha256: Sha256Request[] = [];
  readonly #arithmetic = new ArithmeticTrace();
  readonly #places = new TracedPlaces();
  readonly #bytes = new TracedBytes(this.#places);
  readonly #visits: VisitTracer;
  /** Words of the stack by place, the foot's word at 0: the words below the top, and their times. */
  readonly #stackWords: Limbs[] = [];
  readonly #stackTimes: number[] = [];
  #height = 1;
  #clock = 0;
  #frame = 0;

  /** `stated` are the places of which the statement speaks. */
  constructor(stated: readonly StatedPlace[]) {
    this.#visits = new VisitTracer(this.#places, this.#arithmetic, this.#bytes);
    for (const place of stated) this.#places.at(place, place.first);
  }

  /** The run asks for its next leaf, whose value is this. */
  leaf(before: bigint): void {
    this.#places.at({ space: CURRENT_SPACE, index: this.#leaves.add() }, limbsOf(before));
  }

  /** The step that comes next enters user mode. */
  enterUser(code: RecordedCode): void {
    this.#visits.begin(code, this.#clock + 1, this.#frame);
  }

  /** An opcode that user mode runs. Throws UnprovableOpcodeError. */
  opcode(opcode: RecordedOpcode): void {
    this.#visits.opcode(opcode);
  }

  /** Number of steps of the clock that user mode has taken. */
  leaveUser(end: RecordedEnd): number {
    return this.#visits.end(end);
  }

  /** Contents of the tables; `leaves` are those whose ids the run has requested, in the order of the ids. */
  trace(leaves: readonly FirstLeaf[]): RunTrace {
    const user = this.#visits.tables();
    const rest = this.#stackWords.slice(0, this.#height - 1);
    const after = (index: number): Limbs => this.#places.at({ space: CURRENT_SPACE, index }).word;
    return {
      processor: this.#processor,
      ...user,
      ...this.#bytes.tables(),
      places: this.#places.list(),
      digestWords: this.#digestWords.list(),
      compressions: this.#compressions,
      recoveries: this.#recoveries,
      curve: this.#curve,
      fieldProducts: this.#fieldProducts,
      rest: rest.map((word, place) => ({ place, time: this.#stackTimes[place] ?? 0, word })),
      hints: this.#hints,
      leaves: this.#leaves.list(leaves, after, this.#compressions.compress),
      sha256: this.#sha256,
      arithmetic: this.#arithmetic,
    };
  }

  /** A row, the top behind it, and how many steps of the clock user mode took in it. */
  step({ instruction, top, takenB, takenC }: RecordedStep, newTop: Limbs, elapsed: number): void {
    this.#clock++;
    const hasImmediate = instruction.hasImmediate === 1;
    const a = hasImmediate ? instruction.immediate : top;
    const b = hasImmediate ? top : takenB;
    const placeB = this.#height - instruction.depthB;
    const gapB = instruction.takesB === 1 ? this.#gap(this.#stackTimes[placeB]) : 0;
    const gapC = instruction.takesC === 1 ? this.#gap(this.#stackTimes[this.#height - (hasImmediate ? 2 : 3)]) : 0;
    const c = instruction.takesC === 1 || instruction.topC === 0 ? takenC : newTop;
    const index = addressOf(instruction, a, this.#frame);
    const place = { space: instruction.space + (instruction.isPointer === 1 ? (a[2] ?? 0) : 0), index };
    const access = isSplit(instruction, index) ? undefined : this.#access(instruction, place, a, b);
    this.#request(instruction, place, { a, b, c: takenC, d: newTop });
    if (instruction.putsA === 1) this.#put(this.#height - instruction.depthA, a);
    if (instruction.putsB === 1) this.#put(placeB, b);
    const d =
      elapsed > 0 ? ZERO_WORD.map((_, i) => (i === 0 ? elapsed : 0)) : (access?.before ?? resultOf(instruction, a, b, newTop));
    if (instruction.isHint === 1) this.#hints.push(d);
    this.#writeRow(instruction, { a, b, c, d }, { place, gapB, gapC, gapM: access?.gap });
    this.#height += instruction.growth;
    this.#clock += elapsed + (PRODUCT_TIMES - 1) * instruction.multiplies;
    if (instruction.entersFrame === 1) this.#frame = Number(wordOf(a));
  }

  /** Requests the instruction's work from the tables that do it. `d` is the result. */
  #request(instruction: Instruction, { space, index }: MemoryPlace, { a, b, c, d: newTop }: RowWords): void {
    if (isSplit(instruction, index)) {
      const kind = instruction.reads === 1 ? "read" : instruction.writesByte === 1 ? "writeByte" : "write";
      this.#bytes.access(kind, { space, offset: index }, this.#clock, kind === "read" ? newTop : b);
    }
    if (instruction.hashes === 1) this.#hash({ space, offset: index }, wordOf(b));
    if (instruction.copies === 1) this.#copy(instruction.space, { space, index }, b, c);
    if (instruction.recovers === 1) this.#recover({ space, index }, newTop);
    if (instruction.compresses === 1) this.#digestWords.ask(a[0] ?? 0, a[1] ?? 0, b, c);
    if (instruction.multiplies === 1) this.#multiply(a);
    if (instruction.computes === 1) this.#compute(instruction.operation, a, b, instruction.takesC === 1 ? c : ZERO_WORD, newTop);
  }

  /** Writes the instruction's row. `gapM` is undefined if no whole word of memory is accessed. */
  #writeRow(
    instruction: Instruction,
    words: RowWords,
    {
      place: { space, index },
      gapB,
      gapC,
      gapM,
    }: { readonly place: MemoryPlace; readonly gapB: number; readonly gapC: number; readonly gapM: number | undefined },
  ): void {
    const { a, b } = words;
    // Of the word that is tested.
    const sum = instruction.isEqual === 1 ? 0 : sumOf(instruction.isZero === 1 ? a : b);
    const zero = Number(instruction.isEqual === 1 ? sameWord(a, b) : sum === 0);
    const { jumps, jumpsIf, jumpsUnless } = instruction;
    const at = this.#templates.begin(this.#processor, instruction);
    const { cells } = this.#processor;
    cells[at + AT.height] = this.#height;
    cells[at + AT.clock] = this.#clock;
    cells[at + AT.frame] = this.#frame;
    writeWords(cells, at, AT, words);
    cells[at + AT.accessed] = space;
    cells[at + AT.address] = index;
    cells[at + AT.whole] = gapM === undefined ? 0 : 1;
    cells[at + AT.split] = isSplit(instruction, index) ? 1 : 0;
    cells[at + AT.zero] = zero;
    cells[at + AT.inverse] = smallInverse(sum);
    cells[at + AT.taken] = jumps + jumpsIf * (1 - zero) + jumpsUnless * zero;
    writeNumber30(cells, at + AT.gapB, gapB);
    writeNumber30(cells, at + AT.gapC, gapC);
    writeNumber30(cells, at + AT.gapM, gapM ?? 0);
  }

  /** Counts the request. Its result is the interpreter's, which a false one of the table would contradict. */
  #compute(operation: number, a: Limbs, b: Limbs, c: Limbs, result: Limbs): void {
    if (operation === KEY_OPERATION.key) return this.#leaves.askId(result);
    if (operation === KEY_OPERATION.accountOfKey) return this.#leaves.askAccount(a);
    if (operation === SHA256_OPERATION) {
      this.#sha256.push({ state: a, first: b, second: c, result });
      return;
    }
    const name = OPERATION_NAMES.get(operation);
    if (name === undefined) throw new Error(`no table computes opcode ${operation}`);
    this.#arithmetic.askWords(name, a, b, c);
  }

  #access(
    { reads, writesA, writesB }: RecordedStep["instruction"],
    place: MemoryPlace,
    a: Limbs,
    b: Limbs,
  ): { readonly before: Limbs; readonly gap: number } | undefined {
    if (reads + writesA + writesB === 0) return undefined;
    const state = this.#places.at(place);
    const [before, gap] = [state.word, this.#gap(state.time)];
    state.word = writesA === 1 ? a : writesB === 1 ? b : before;
    state.time = this.#clock;
    return { before, gap };
  }

  /** Hashes bytes. */
  #hash(at: ByteOffset, length: bigint): void {
    if (length >= INDEX_LIMIT) throw new UnprovableAddressError(length, INDEX_LIMIT);
    this.#bytes.hash(at, Number(length), this.#clock);
  }

  /** Copies bytes of one frame's memory to another's. */
  #copy(base: number, { space, index: offset }: MemoryPlace, source: Limbs, length: Limbs): void {
    const [fromOffset, bytes] = [wordOf(source.slice(0, 2)), wordOf(length)];
    const beyond = [fromOffset, bytes].find((number) => number >= INDEX_LIMIT);
    if (beyond !== undefined) throw new UnprovableAddressError(beyond, INDEX_LIMIT);
    const from = { fromSpace: base + (source[2] ?? 0), fromOffset: Number(fromOffset) };
    this.#bytes.copy({ space, offset, ...from, length: Number(bytes) }, this.#clock);
  }

  /** Recovers a signature's key, or shows that no key signed so: what the interpreter says, too. */
  #recover({ space, index: offset }: MemoryPlace, newTop: Limbs): void {
    if (offset % WORD_BYTES !== 0) throw new UnprovableRecoveryError(offset);
    const states = this.#bytes.placesAt(space, offset, RECOVERY_PLACES);
    const places = states.map((state) => ({ word: state.word, gap: this.#gap(state.time) }));
    const tables = { arithmetic: this.#arithmetic, curve: this.#curve };
    const { cells, key } = recoverRow({ space, offset, time: this.#clock, places }, tables);
    if (newTop[0] !== (key === undefined ? 0 : 1)) throw new Error(`the interpreter recovers another key at step ${this.#clock}`);
    const [x, y] = states.slice(-2);
    if (key !== undefined && x !== undefined && y !== undefined) [x.word, y.word] = [limbsOf(key.x), limbsOf(key.y)];
    for (const state of key === undefined ? states.slice(0, -2) : states) state.time = this.#clock;
    this.#recoveries.push(cells);
  }

  /** Multiplies elements in the kernel's memory, at the indexes that limbs are. */
  #multiply([r = 0, c = 0, b = 0, a = 0]: Limbs): void {
    const wordAt = (index: number) => this.#places.at({ space: KERNEL_MEMORY_SPACE, index: WORD_BYTES * index });
    this.#fieldProducts.push(fieldProductRow({ time: this.#clock, a, b, c, r }, wordAt));
  }

  #put(place: number, word: Limbs): void {
    this.#stackWords[place] = word;
    this.#stackTimes[place] = this.#clock;
  }

  #gap(time: number | undefined): number {
    if (time === undefined) throw new Error("a row takes a word that no row has put there");
    return this.#clock - 1 - time;
  }
}

/** The word d of a row that accesses no whole word of the memory. */
function resultOf({ isEqual, multiplies, topD }: RecordedStep["instruction"], a: Limbs, b: Limbs, newTop: Limbs): Limbs {
  if (isEqual === 1) return difference(a, b);
  if (multiplies === 1) return a;
  return topD === 1 ? newTop : ZERO_WORD;
}

/** Whether an access is not of one whole place. */
function isSplit({ isBytes, writesByte }: RecordedStep["instruction"], address: number): boolean {
  return writesByte === 1 || (isBytes === 1 && address % WORD_BYTES !== 0);
}

function addressOf(
  { index, isAddressed, isPointer, isOfFrame }: RecordedStep["instruction"],
  operand: Limbs,
  frame: number,
): number {
  const own = index + isOfFrame * FRAME_PLACES * frame;
  if (isAddressed !== 1) return withinLimit(own);
  // A pointer's third limb is the frame's.
  let isLow = isPointer === 1 || operand[2] === 0;
  for (let i = 3; isLow && i < LIMBS; i++) isLow = operand[i] === 0;
  if (isLow) return withinLimit(own + (operand[0] ?? 0) + LIMB * (operand[1] ?? 0));
  const offset = isPointer === 1 ? operand.map((limb, i) => (i === 2 ? 0 : limb)) : operand;
  throw new UnprovableAddressError(BigInt(own) + wordOf(offset), INDEX_LIMIT);
}

function withinLimit(address: number): number {
  if (address >= INDEX_LIMIT) throw new UnprovableAddressError(BigInt(address), INDEX_LIMIT);
  return address;
}
