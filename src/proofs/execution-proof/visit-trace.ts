import type { ArithmeticTrace } from "../circuits/arithmetic/arithmetic-trace.ts";
import { OPERATION, type OperationName } from "../circuits/operations/operation.ts";
import type { CODE_FIELDS } from "../circuits/code/code-air.ts";
import { type CodeName, CodeRequests, codeRows } from "../circuits/code/code-trace.ts";
import type { CodeWordsCells } from "../circuits/code-words/code-words-air.ts";
import {
  BUDGET_SPENT,
  GAS_PER_EXPONENT_BYTE,
  HALT,
  STACK_WORDS,
  USER_FIELDS,
  type UserCells,
} from "../circuits/user/user-air.ts";
import type { UserOpcode } from "../circuits/shapes/user-opcode.ts";
import { FRAME_PLACES } from "../circuits/shapes/instruction.ts";
import type { VisitCells } from "../circuits/visits/visits-air.ts";
import { bigEndianBytes } from "../circuits/words/big-endian.ts";
import { number30, writeNumber30 } from "../circuits/words/earlier.ts";
import { LIMB, limbsOf, WORD_BYTES, wordOf } from "../circuits/shapes/word.ts";
import { USER_WEIGHTS } from "../../ground/protocol/native-budget.ts";
import { smallInverse } from "../field/small-inverse.ts";
import { fieldOffsets } from "../stark/constraints/fields.ts";
import { RowTemplates } from "../stark/rows/row-templates.ts";
import { TableRows } from "../stark/rows/table-rows.ts";
import type { MemoryCostCells } from "../circuits/memory-cost/memory-cost-air.ts";
import type { USER_BYTES_FIELDS } from "../circuits/user-bytes/user-bytes-air.ts";
import { reachOf } from "../circuits/user-bytes/user-bytes-trace.ts";
import { ByteOpcodeTracer, type PendingOpcode } from "./byte-opcodes.ts";
import { KERNEL_MEMORY_SPACE, USER_PLACES, USER_STACK_SPACE } from "./memory-places.ts";
import {
  type Limbs,
  type RecordedCode,
  type RecordedEnd,
  type RecordedOpcode,
  UnprovableOpcodeError,
  ZERO_WORD,
} from "./recorded-run.ts";
import type { TracedBytes } from "./traced-bytes.ts";
import type { PlaceState, TracedPlaces } from "./traced-places.ts";
import { decodeOpcode } from "./user-decode.ts";
import { difference, type RowWords, sameWord, sumOf, writeWords } from "./word-cells.ts";

const JUMPDEST = 0x5b;
const OPERATION_NAMES = new Map(Object.entries(OPERATION).map(([name, code]) => [code as number, name as OperationName]));

/** The rows of the tables of user mode. */
export interface UserTables {
  /** Opcodes, and of them those that touch bytes; and the times in which they ran. */
  readonly user: TableRows<typeof USER_FIELDS>;
  readonly userBytes: TableRows<typeof USER_BYTES_FIELDS>;
  readonly memoryCost: readonly MemoryCostCells[];
  readonly visits: readonly VisitCells[];
  readonly code: TableRows<typeof CODE_FIELDS>;
  readonly codeWords: readonly CodeWordsCells[];
}

/** One visit to user mode, up to now. */
interface Visit {
  readonly start: number;
  readonly frame: number;
  readonly name: CodeName;
  readonly code: Uint8Array;
  /** Budget before, and its rest. */
  readonly budget: number;
  budgetLeft: number;
  /** When its last opcode ran. */
  clock: number;
  /** The opcode that was begun last: what it leaves on the stack is seen when the next one begins. */
  first: RecordedOpcode | undefined;
  last: RecordedOpcode | undefined;
}

/** Makes the rows of user mode. */
export class VisitTracer {
  readonly #places: TracedPlaces;
  readonly #arithmetic: ArithmeticTrace;
  readonly #user = new TableRows("user", USER_FIELDS);
  readonly #templates = new RowTemplates(USER_FIELDS);
  readonly #visits: VisitCells[] = [];
  readonly #codes = new CodeRequests();
  readonly #bytes: ByteOpcodeTracer;
  #visit: Visit | undefined;

  constructor(places: TracedPlaces, arithmetic: ArithmeticTrace, bytes: TracedBytes) {
    this.#places = places;
    this.#arithmetic = arithmetic;
    this.#bytes = new ByteOpcodeTracer(places, arithmetic, bytes);
  }

  /** User mode is entered by the kernel's row of a time, in a frame. */
  begin({ codeFrame, code }: RecordedCode, start: number, frame: number): void {
    const name = { frame: codeFrame, length: code.length };
    const budget = Number(wordOf(this.#places.at(USER_PLACES.budget).word));
    this.#visit = { start, frame, name, code, budget, budgetLeft: budget, clock: start, first: undefined, last: undefined };
  }

  /** Throws UnprovableOpcodeError. */
  opcode(opcode: RecordedOpcode): void {
    const visit = this.#entered();
    if (visit.last !== undefined) this.#place(visit, visit.last, { next: opcode, halts: false, spends: false, ends: false });
    visit.first ??= opcode;
    visit.last = opcode;
  }

  /** Number of steps of the clock that the visit has taken. Throws UnprovableOpcodeError. */
  end(end: RecordedEnd): number {
    const visit = this.#entered();
    const { start, frame, name, budget: before, first, last } = visit;
    if (first === undefined || last === undefined) throw new Error("user mode runs at least one opcode");
    this.#place(visit, last, { next: end, halts: end.opcode === HALT, spends: end.opcode === BUDGET_SPENT, ends: true });
    const { budgetLeft: left, clock } = visit;
    this.#visit = undefined;
    // What is at the visit's places is not touched while it lasts.
    const [position, gas, words] = [USER_PLACES.position, USER_PLACES.gas, USER_PLACES.memoryWords].map((index) =>
      this.#places.at({ space: USER_PLACES.space, index: FRAME_PLACES * frame + index }),
    ) as [PlaceState, PlaceState, PlaceState];
    const budget = this.#places.at(USER_PLACES.budget);
    const budgetAfter = left < 0 ? -left - 1 : left;
    const elapsed = clock - start;
    this.#visits.push({
      real: 1,
      time: start,
      elapsed,
      frame,
      opcode: end.opcode,
      codeFrame: name.frame,
      length: name.length,
      placeBefore: first.place,
      placeAfter: end.place,
      heightBefore: first.height,
      heightAfter: end.height,
      gasBefore: number30(first.gas),
      gasAfter: number30(end.gas),
      wordsBefore: number30(first.words),
      wordsAfter: number30(end.words),
      positionGap: number30(start - 1 - position.time),
      gasGap: number30(start - 1 - gas.time),
      wordsGap: number30(start - 1 - words.time),
      budgetGap: number30(start - 1 - budget.time),
      budgetBefore: number30(before),
      budgetAfter: number30(budgetAfter),
      spent: left < 0 ? 1 : 0,
    });
    position.word = position.word.map((limb, i) => (i === 0 ? end.height : i === 1 ? end.place : limb));
    gas.word = limbsOf(BigInt(end.gas));
    words.word = limbsOf(BigInt(end.words));
    budget.word = limbsOf(BigInt(budgetAfter));
    for (const state of [position, gas, words, budget]) state.time = clock;
    return elapsed;
  }

  #entered(): Visit {
    if (this.#visit === undefined) throw new Error("user mode was entered by no row");
    return this.#visit;
  }

  #place(visit: Visit, opcode: RecordedOpcode, end: RowEnd): void {
    visit.clock++;
    visit.budgetLeft -= this.#row(visit, opcode, end);
    // What comes behind some opcodes comes a step later.
    if (!end.ends) visit.clock += decodeOpcode(opcode.byte)?.ticks ?? 0;
  }

  /** The rows of all tables. Notes which words of the memory codes are made of. */
  tables(): UserTables {
    const codeWords = this.#codes.words((frame, block) => {
      const state = this.#places.at({ space: KERNEL_MEMORY_SPACE + frame, index: WORD_BYTES * block });
      state.uses++;
      return bigEndianBytes(state.word);
    });
    return { user: this.#user, ...this.#bytes.tables(), visits: this.#visits, code: this.#codes.rows(), codeWords };
  }

  /** Writes an opcode's row. What it takes of the budget, be it left or not. */
  #row(visit: Visit, recorded: RecordedOpcode, { next, halts, spends, ends }: RowEnd): number {
    const { frame, name, code, clock } = visit;
    const { byte, place, height, gas, words: paid } = recorded;
    const opcode = decodeOpcode(byte);
    if (opcode === undefined) throw new UnprovableOpcodeError(byte);
    this.#codes.ask(name, code, place);
    const exponent = this.#exponent(opcode, frame, height);
    const pending = this.#pendingOpcode(opcode, visit, recorded);
    const reach = pending === undefined ? { after: paid, extra: 0, units: 0, refused: 0 } : reachOf(pending.opcode, USER_WEIGHTS);
    const cost = opcode.cost + GAS_PER_EXPONENT_BYTE * exponent.exponentBytes + reach.extra;
    const fault = spends ? SPENT : faultOf({ ...opcode, cost }, recorded, reach.refused);
    const runs = fault.fails === 0;
    const looks = runs || opcode.isPower * (fault.lacksGas + fault.spent) === 1 || pending !== undefined;
    const states = looks ? this.#accessed(opcode, frame, height) : [];
    const rest = runs || spends ? gas - cost : fault.lacksGas === 1 ? cost - gas - 1 : 0;
    const [writes1C, writes2C] = runs ? [opcode.puts1C, opcode.puts2C] : [0, 0];
    const words = wordsOf({ opcode, runs, states, place, rest, length: name.length }, next.top);
    const stray = runs && halts ? this.#stray(visit, words.a) : NO_STRAY;
    this.#request(opcode, words, visit, { place, runs, looks });
    if (pending !== undefined) this.#bytes.trace(pending, runs ? words.c : undefined);
    const gaps = states.map((state) => (state === undefined ? 0 : clock - 1 - state.time));
    write({ ...opcode, puts1C: writes1C, puts2C: writes2C }, states, words, clock);
    const at = this.#templates.begin(this.#user, opcode);
    const { cells } = this.#user;
    writeVisit(cells, at, visit, ends);
    writeStand(cells, at, recorded);
    writeWords(cells, at, AT, { ...words, d: stray.d ?? words.d });
    writeFlags(cells, at, fault, stray.flags);
    cells[at + AT.asked] = pending === undefined ? 0 : 1;
    writeCost(cells, at, rest, exponent, reach);
    writeAccesses(cells, at, states, gaps, { writes1C, writes2C });
    writeTest(cells, at, opcode, words);
    const isWeighed = fault.fails === fault.spent;
    return isWeighed ? opcode.weight + reach.units + USER_WEIGHTS.exponentByte * exponent.exponentBytes : 0;
  }

  /** Requests the work of an opcode from the tables of codes and operations. */
  #request(
    { isPush, isPower, size, computes, byte }: UserOpcode,
    words: RowWords,
    { name, code }: Visit,
    { place, runs, looks }: { readonly place: number; readonly runs: boolean; readonly looks: boolean },
  ): void {
    if (runs && isPush === 1) this.#codes.askOperand(name, code, place + size);
    if (runs && computes === 1) this.#compute(byte, words);
    if (looks && isPower === 1) this.#arithmetic.ask("clz", wordOf(words.b));
  }

  /** Request of an opcode that touches bytes; undefined for others, and if words or room for it are missing. */
  #pendingOpcode(opcode: UserOpcode, { frame, name, clock: time }: Visit, recorded: RecordedOpcode): PendingOpcode | undefined {
    const { height, words } = recorded;
    if (opcode.asks === 0 || faultOf({ ...opcode, cost: 0 }, recorded, 0).fails === 1) return undefined;
    const operands = this.#accessed(opcode, frame, height).map((state) => state?.word ?? ZERO_WORD) as [Limbs, Limbs, Limbs];
    return this.#bytes.find({ byte: opcode.byte, time, frame, codeFrame: name.frame, codeLength: name.length, words, operands });
  }

  /** The three places that an opcode accesses. */
  #accessed(opcode: UserOpcode, frame: number, height: number): readonly (PlaceState | undefined)[] {
    const { takes1, takes2, takes3, depth1, depth2, reads, space, index, isOfFrame } = opcode;
    const stack = (depth: number): PlaceState =>
      this.#places.at({ space: USER_STACK_SPACE, index: STACK_WORDS * frame + height - depth });
    return [
      takes1 === 1 ? stack(depth1) : undefined,
      takes2 === 1 ? stack(depth2) : undefined,
      takes3 === 1
        ? stack(3)
        : reads === 1
          ? this.#places.at({ space, index: index + isOfFrame * FRAME_PLACES * frame })
          : undefined,
    ];
  }

  /** Cells for EXP's exponent; without one they are free. */
  #exponent({ isPower }: UserOpcode, frame: number, height: number): Pick<UserCells, "leadingZeros" | "exponentBytes"> {
    if (isPower === 0 || height < 2) return { leadingZeros: 0, exponentBytes: 0 };
    const { word } = this.#places.at({ space: USER_STACK_SPACE, index: STACK_WORDS * frame + height - 2 });
    const bits = wordOf(word) === 0n ? 0 : wordOf(word).toString(2).length;
    return { leadingZeros: 8 * WORD_BYTES - bits, exponentBytes: Math.ceil(bits / 8) };
  }

  /** Why a jump is to where it may not be, and what shows it. */
  #stray({ name, code }: Visit, target: Limbs): { readonly flags: StrayFlags; readonly d?: Limbs } {
    const [place = 0, ...upper] = target;
    const far = sumOf(upper);
    if (far > 0) return { flags: { ...NO_STRAY.flags, jumpsFar: 1 }, d: limbs(smallInverse(far)) };
    if (place >= name.length) return { flags: { ...NO_STRAY.flags, jumpsBehind: 1 } };
    this.#codes.ask(name, code, place);
    const row = codeRows({ ...name, bytes: code }, place)[place];
    const kind = row === undefined ? 0 : row.isInstruction * (1 + row.isTarget);
    return { flags: { ...NO_STRAY.flags, jumpsWrong: 1 }, d: limbs(code[place] ?? 0, kind) };
  }

  #compute(byte: number, { a, b, c }: RowWords): void {
    const name = OPERATION_NAMES.get(byte);
    if (name === undefined) throw new Error(`no table computes opcode ${byte}`);
    const isTernary = name === "addmod" || name === "mulmod";
    this.#arithmetic.askWords(name, a, b, isTernary ? c : ZERO_WORD);
  }
}

const AT = fieldOffsets(USER_FIELDS);
const ACCESS = [AT.access1, AT.access2, AT.access3];
const GAPS = [AT.gap1, AT.gap2, AT.gap3];

/** Writes the position of a row in its visit to user mode. */
function writeVisit(
  cells: Uint32Array,
  at: number,
  { start, frame, name, clock, budgetLeft: left }: Visit,
  isLast: boolean,
): void {
  const begins = clock === start + 1 ? 1 : 0;
  cells[at + AT.follows] = 1 - begins;
  cells[at + AT.start] = start;
  cells[at + AT.frame] = frame;
  cells[at + AT.codeFrame] = name.frame;
  cells[at + AT.length] = name.length;
  cells[at + AT.clock] = clock;
  cells[at + AT.begins] = begins;
  cells[at + AT.ends] = isLast ? 1 : 0;
  cells[at + AT.budget] = left;
}

/** Writes the state of its frame before the opcode. */
function writeStand(cells: Uint32Array, at: number, { byte, place, height, gas, words }: RecordedOpcode): void {
  cells[at + AT.isTarget] = byte === JUMPDEST ? 1 : 0;
  cells[at + AT.place] = place;
  cells[at + AT.height] = height;
  cells[at + AT.gas] = gas;
  cells[at + AT.words] = words;
}

/** Writes the cost of the opcode in addition to its price. */
function writeCost(
  cells: Uint32Array,
  at: number,
  rest: number,
  { leadingZeros, exponentBytes }: Pick<UserCells, "leadingZeros" | "exponentBytes">,
  { extra, units, after }: Pick<ReturnType<typeof reachOf>, "extra" | "units" | "after">,
): void {
  writeNumber30(cells, at + AT.rest, rest);
  cells[at + AT.leadingZeros] = leadingZeros;
  cells[at + AT.exponentBytes] = exponentBytes;
  cells[at + AT.extra] = extra;
  cells[at + AT.units] = units;
  cells[at + AT.wordsAfter] = after;
}

function writeTest(cells: Uint32Array, at: number, opcode: UserOpcode, words: RowWords): void {
  const { zero, inverse } = testOf(opcode, words);
  cells[at + AT.zero] = zero;
  cells[at + AT.inverse] = inverse;
  cells[at + AT.taken] = opcode.jumps + opcode.jumpsIf * (1 - zero);
}

function writeAccesses(
  cells: Uint32Array,
  at: number,
  states: readonly (PlaceState | undefined)[],
  gaps: readonly number[],
  { writes1C, writes2C }: Pick<UserCells, "writes1C" | "writes2C">,
): void {
  for (let i = 0; i < GAPS.length; i++) {
    cells[at + (ACCESS[i] as number)] = flag(states[i]);
    writeNumber30(cells, at + (GAPS[i] as number), gaps[i] ?? 0);
  }
  cells[at + AT.writes1C] = writes1C;
  cells[at + AT.writes2C] = writes2C;
}

function writeFlags(cells: Uint32Array, at: number, fault: Faults, { jumpsFar, jumpsBehind, jumpsWrong }: StrayFlags): void {
  cells[at + AT.fails] = fault.fails;
  cells[at + AT.underflows] = fault.underflows;
  cells[at + AT.overflows] = fault.overflows;
  cells[at + AT.lacksGas] = fault.lacksGas;
  cells[at + AT.refused] = fault.refused;
  cells[at + AT.spent] = fault.spent;
  cells[at + AT.jumpsFar] = jumpsFar;
  cells[at + AT.jumpsBehind] = jumpsBehind;
  cells[at + AT.jumpsWrong] = jumpsWrong;
}

interface RowEnd {
  readonly next: Pick<RecordedOpcode, "top">;
  readonly halts: boolean;
  readonly spends: boolean;
  readonly ends: boolean;
}

type StrayFlags = Pick<UserCells, "jumpsFar" | "jumpsBehind" | "jumpsWrong">;
const NO_STRAY: { readonly flags: StrayFlags; readonly d?: Limbs } = {
  flags: { jumpsFar: 0, jumpsBehind: 0, jumpsWrong: 0 },
};

const flag = (state: PlaceState | undefined): number => (state === undefined ? 0 : 1);
const limbs = (...values: readonly number[]): Limbs => ZERO_WORD.map((_, i) => values[i] ?? 0);

type Faults = Pick<UserCells, "fails" | "underflows" | "overflows" | "lacksGas" | "refused" | "spent">;
/** The budget is spent. */
const SPENT: Faults = { fails: 1, underflows: 0, overflows: 0, lacksGas: 0, refused: 0, spent: 1 };

/** The first reason why an opcode does not run. */
function faultOf({ isInvalid, pops, growth, cost }: UserOpcode, { height, gas }: RecordedOpcode, isRefused: number): Faults {
  const underflows = isInvalid === 0 && height < pops ? 1 : 0;
  const overflows = isInvalid + underflows === 0 && height + growth > STACK_WORDS ? 1 : 0;
  const refused = isInvalid + underflows + overflows === 0 ? isRefused : 0;
  const lacksGas = isInvalid + underflows + overflows + refused === 0 && gas < cost ? 1 : 0;
  return { fails: isInvalid + underflows + overflows + refused + lacksGas, underflows, overflows, lacksGas, refused, spent: 0 };
}

interface RunningOpcode {
  readonly opcode: UserOpcode;
  readonly runs: boolean;
  readonly states: readonly (PlaceState | undefined)[];
  readonly place: number;
  readonly rest: number;
  readonly length: number;
}

/** The row's words: those that the places hold, and the result, which is on top afterwards. */
function wordsOf({ opcode, runs, states, place, rest, length }: RunningOpcode, newTop: Limbs): RowWords {
  const [a, b, third] = [0, 1, 2].map((i) => states[i]?.word ?? ZERO_WORD) as [Limbs, Limbs, Limbs];
  if (opcode.takes3 === 1) return { a, b, c: third, d: runs && opcode.asks === 0 ? newTop : ZERO_WORD };
  const d = opcode.isEqual === 1 ? difference(a, b) : third;
  if (opcode.isNumber === 1) {
    const number = opcode.literal + opcode.isPlace * place + opcode.isGas * rest + opcode.isCodeLength * length;
    const slice = opcode.isSliceLength === 1 ? d.slice(0, 2) : [number % LIMB, Math.floor(number / LIMB)];
    return { a, b, c: limbs(...slice), d };
  }
  if (opcode.isZero + opcode.isEqual === 1) {
    const holds = opcode.isZero === 1 ? sumOf(a) === 0 : sameWord(a, b);
    return { a, b, c: limbs(Number(holds)), d };
  }
  if (opcode.isNot === 1) return { a, b, c: a.map((limb) => LIMB - 1 - limb), d };
  const hasResult = opcode.puts1C + opcode.puts2C > 0 && runs;
  return { a, b, c: hasResult ? newTop : ZERO_WORD, d };
}

/** Result of a row's test. */
function testOf({ isZero, isEqual, jumpsIf }: UserOpcode, { a, b }: RowWords): Pick<UserCells, "zero" | "inverse"> {
  if (isEqual === 1) return { zero: Number(sameWord(a, b)), inverse: 0 };
  const total = isZero === 1 ? sumOf(a) : jumpsIf === 1 ? sumOf(b) : 0;
  return { zero: total === 0 ? 1 : 0, inverse: smallInverse(total) };
}

/** Words of the places after the row. */
function write(
  { puts1B, puts1C, puts1D, puts2A, puts2C, takes3, asks }: UserOpcode,
  states: readonly (PlaceState | undefined)[],
  { a, b, c, d }: RowWords,
  clock: number,
): void {
  const after = [
    puts1B === 1 ? b : puts1C === 1 ? c : puts1D === 1 ? d : a,
    puts2A === 1 ? a : puts2C === 1 ? c : b,
    asks === 1 ? c : d,
  ];
  states.forEach((state, i) => {
    if (state === undefined) return;
    if (i < 2 || takes3 === 1) state.word = after[i] ?? state.word;
    state.time = clock;
  });
}
