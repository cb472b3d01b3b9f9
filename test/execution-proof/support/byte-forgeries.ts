import type { ByteMemoryCells } from "../../../src/proofs/circuits/byte-memory/byte-memory-air.ts";
import { noAccess } from "../../../src/proofs/circuits/byte-memory/byte-memory-trace.ts";
import type { MemoryCells } from "../../../src/proofs/circuits/memory/memory-air.ts";
import { LIMBS, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { ARRAY_SPACE, KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { add, inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { bytesLimbs, changed, type Forgery, gap, honest, negative, placeChanged, word } from "./forgeries.ts";
import type { RunCells } from "./judge.ts";
import { get, LOAD, MLOAD, MSTORE, MSTORE8, push, STOP, STORE } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `byteMemory: ${refusedBy}`, cells });
const byProcessor = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `processor: ${refusedBy}`, cells });

/** Runs whose memory of bytes gives something else than was put there. */
export function* byteForgeries(): Generator<Forgery> {
  yield* choiceForgeries();
  yield* shiftForgeries();
  yield* windowForgeries();
  yield* byteRangeForgeries();
  yield* blockForgeries();
  yield* orderForgeries();
}

/** Two words of the memory, 32 bytes each, then what the code does, and a stop. Its steps are behind the four of the two words. */
function withMemory(bytes: readonly number[], code: readonly (number | readonly number[])[]): RunCells {
  const value = (from: number): bigint => bytes.slice(from, from + 32).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  return honest([push(value(0)), push(0), MSTORE, push(value(32)), push(32), MSTORE, ...code, STOP]);
}

const at = (bytes: Readonly<Record<number, number>>): number[] => Array.from({ length: 64 }, (_, i) => bytes[i] ?? 0);

/** Bytes of a row by the table's rules, for any elements of the field. */
function bytesOf({ shift, old, window }: ByteMemoryCells): { readonly read: number[]; readonly after: number[] } {
  const read = Array.from({ length: WORD_BYTES }, (_, i) =>
    canonical(shift.reduce((sum, flag, s) => sum + flag * (old[s + i] ?? 0), 0)),
  );
  const after = old.map((byte, j) => {
    return canonical(
      shift.reduce((sum, flag, s) => (j >= s && j < s + 32 ? sum + flag * ((window[j - s] ?? 0) - byte) : sum), byte),
    );
  });
  return { read, after };
}

/** The run with its only access across words changed, what it reads, and what the memory holds behind it. */
function forged(cells: RunCells, change: Partial<ByteMemoryCells>): RunCells {
  const [access, ...others] = cells.byteMemory;
  const row = { ...access!, ...change };
  const reads = row.writes + row.writesByte === 0;
  const filled = reads ? { ...row, word: change.word ?? bytesOf(row).read } : row;
  const window = change.window ?? (row.writesByte === 1 ? row.window : filled.word);
  const whole = { ...filled, window };
  const { after } = bytesOf(whole);
  const offset = 32 * (row.low + 2 ** 16 * row.high) + row.shift.reduce((sum, flag, s) => sum + flag * s, 0);
  const step = cells.processor.findIndex(({ split }) => split === 1);
  const given = reads ? { d: bytesLimbs(whole.word) } : {};
  const changedRows = changed(cells, {
    [step]: given,
    ...(reads ? { [step + 1]: { a: bytesLimbs(whole.word) } } : {}),
  });
  if (Math.round(offset) !== cells.processor[step]!.address) throw new Error(`the forged access is at ${offset}`);
  let result: RunCells = { ...changedRows, byteMemory: [whole, ...others] };
  for (const [i, from] of [0, 32].entries()) {
    result = placeChanged(result, [KERNEL_MEMORY_SPACE, 32 * i], { last: bytesLimbs(after.slice(from, from + 32)) });
  }
  return result;
}

/** Accesses that are made in another way than their row's. */
function* choiceForgeries(): Generator<Forgery> {
  const invented = word({ 0: 99 });
  // A variable is read without an access.
  const read = honest([push(7), get("price"), STOP]);
  const price = read.memory.find(({ time }) => time === 2)!;
  const unread = changed(read, { 1: { whole: 0, d: invented }, 2: { a: invented } });
  yield byProcessor("access", placeChanged(unread, [price.space, price.index[0]!], { time: 0 }));

  // An array's second word is taken for bytes of its first and second.
  const array = honest([push(7), push(0), STORE, push(1), LOAD, STOP]);
  const step = array.processor.findIndex(({ reads }) => reads === 1);
  const { clock } = array.processor[step]!;
  const shift = Array.from({ length: 32 }, (_, s) => (s === 1 ? 1 : 0));
  const old = [...new Array<number>(31).fill(0), 7, ...new Array<number>(32).fill(0)];
  const bytes = old.slice(1, 33);
  const stored = array.memory.find(({ space, last }) => space === ARRAY_SPACE && last[0] === 7)!;
  const access: ByteMemoryCells = {
    ...noAccess(),
    ...{ real: 1, space: ARRAY_SPACE, time: clock, shift, old, word: bytes, window: bytes },
    ...{ gapLow: gap(clock, stored.time), gapHigh: gap(clock, 0) },
  };
  const split = changed(array, {
    [step]: { whole: 0, split: 1, d: bytesLimbs(bytes), gapM: [0, 0] },
    [step + 1]: { a: bytesLimbs(bytes) },
  });
  const inArray = placeChanged(
    placeChanged({ ...split, byteMemory: [access] }, [ARRAY_SPACE, 0], { time: clock }),
    [ARRAY_SPACE, 1],
    { index: [32, 0], gap: [31, 0], time: clock },
  );
  yield byProcessor("only bytes are split", inArray);

  // A byte that is written alone clears the word around it.
  const cleared = withMemory(at({ 3: 5 }), [push(9), push(0), MSTORE8]);
  const writing = cleared.processor.findIndex(({ writesByte }) => writesByte === 1);
  const first = cleared.memory.find(({ space, index }) => space === KERNEL_MEMORY_SPACE && index[0] === 0)!;
  const second = cleared.memory.find(({ space, index }) => space === KERNEL_MEMORY_SPACE && index[0] === 32)!;
  const [now, since] = [cleared.processor[writing]!.clock, 2];
  const before = bytesLimbs(at({ 3: 5 }).slice(0, 32));
  const whole = changed(cleared, { [writing]: { whole: 1, split: 0, d: before, gapM: gap(now, since) } });
  const lost = placeChanged({ ...whole, byteMemory: [] }, [first.space, 0], { last: word({}) });
  yield byProcessor("a byte is split", placeChanged(lost, [second.space, 32], { time: 4 }));
}

/** One byte that is not 0, which two shifts show twice. */
function* shiftForgeries(): Generator<Forgery> {
  const flags = (shifts: Readonly<Record<number, number>>): number[] =>
    Array.from({ length: WORD_BYTES }, (_, s) => shifts[s] ?? 0);
  yield by("one shift", forged(withMemory(at({ 10: 5 }), [push(3), MLOAD]), { shift: flags({ 1: 1, 2: 1 }) }));
  for (let s = 0; s < WORD_BYTES; s++) {
    // Shifts of two others and −1 of this one, which does not reach the byte.
    const [a, b, byte] = s < 16 ? [s + 1, s + 2, s + 32] : [s - 1, s - 2, s - 1];
    const read = withMemory(at({ [byte]: 5 }), [push(a + b - s), MLOAD]);
    yield by(`shift[${s}] is boolean`, forged(read, { shift: flags({ [s]: -1, [a]: 1, [b]: 1 }) }));
  }
}

/** Forgeries that change the bytes that are read, or those around the written ones. */
function* windowForgeries(): Generator<Forgery> {
  const memory = at({ 5: 1, 40: 2 });
  const read = withMemory(memory, [push(5), MLOAD]);
  const written = withMemory(memory, [push(77n << 100n), push(5), MSTORE]);
  const byte = withMemory(memory, [push(9), push(5), MSTORE8]);
  const changedAt = (bytes: readonly number[], i: number): number[] => bytes.map((each, k) => (k === i ? each ^ 3 : each));
  for (let i = 0; i < WORD_BYTES; i++) {
    yield by(`read: byte ${i}`, forged(read, { word: changedAt(read.byteMemory[0]!.word, i) }));
    yield by(`word: byte ${i}`, forged(written, { window: changedAt(written.byteMemory[0]!.window, i) }));
    const name = i === 0 ? "is written" : "stays";
    yield by(`byte: byte ${i} ${name}`, forged(byte, { window: changedAt(byte.byteMemory[0]!.window, i) }));
  }
  // The memory's bytes before, and what the table is asked for.
  const invented = at({ 5: 1, 40: 2, 41: 3 });
  yield { refusedBy: "memory", cells: forged(read, { old: invented }) };
  const other = word({ 0: 99 });
  const step = read.processor.findIndex(({ split }) => split === 1);
  yield { refusedBy: "byteMemory", cells: changed(read, { [step]: { d: other }, [step + 1]: { a: other } }) };
}

/** Two values in place of a limb's bytes that are not bytes, of which only one is used. */
function* byteRangeForgeries(): Generator<Forgery> {
  const memory = Array.from({ length: 64 }, (_, i) => 3 + i);
  const replaced = (bytes: readonly number[], i: number, pair: readonly [number, number]): number[] => [
    ...bytes.slice(0, i),
    ...pair,
    ...bytes.slice(i + 2),
  ];
  for (let k = 0; k < WORD_BYTES; k++) {
    const i = 2 * k;
    const [high, low] = [memory[i]!, memory[i + 1]!];
    // The limb is the same: its other byte makes up for the one that is read.
    const pair = k < 16 ? ([add(high, inv(256)), low - 1] as const) : ([high - 1, low + 256] as const);
    const read = withMemory(memory, [push(k < 16 ? i + 1 : i - 31), MLOAD]);
    yield by(`bytes[${k + 1}]`, forged(read, { old: replaced(memory, i, pair) }));
  }
  const value = memory.slice(0, 32);
  const pushed = push(value.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n));
  for (let k = 0; k < LIMBS; k++) {
    const written = withMemory(memory, [pushed, push(1), MSTORE]);
    const bytes = replaced(value, 2 * k, [value[2 * k]! - 1, value[2 * k + 1]! + 256]);
    yield by(`bytes[${k + 33}]`, forged(written, { word: bytes, window: bytes }));
  }
}

/** The word at 0 is read at 17, from words at 16 and 48. */
function* blockForgeries(): Generator<Forgery> {
  const read = withMemory(at({ 20: 5 }), [push(17), MLOAD]);
  const step = read.processor.findIndex(({ split }) => split === 1);
  const zeros = new Array<number>(32).fill(0);
  const { clock } = read.processor[step]!;
  const shift = Array.from({ length: 32 }, (_, s) => (s === 1 ? 1 : 0));
  const moved = (low: number, high: number): RunCells => {
    const access = { ...noAccess(), real: 1, space: KERNEL_MEMORY_SPACE, time: clock, low, high, shift };
    const untouched = { stated: 0, first: word({}), last: word({}), time: clock, sameSpace: 1, gap: [15, 0] as const };
    const memory = read.memory.flatMap((row): MemoryCells[] => {
      if (row.space !== KERNEL_MEMORY_SPACE) return [row];
      const [index = 0] = row.index;
      const own = { ...row, time: index === 0 ? 2 : 4, gap: index === 0 ? row.gap : ([15, 0] as const) };
      return [own, { ...untouched, space: row.space, index: [index + 16, 0], uses: 0 }];
    });
    const rows = changed(read, { [step]: { d: bytesLimbs(zeros) }, [step + 1]: { a: bytesLimbs(zeros) } });
    const gaps = { gapLow: gap(clock, 0), gapHigh: gap(clock, 0) };
    return { ...rows, memory, byteMemory: [{ ...access, ...gaps }] };
  };
  yield by("range16[0]", moved(inv(2), 0));
  yield by("bytes[0]", moved(0, mul(inv(2), inv(2 ** 16))));
}

/** A word is read across two places before one of them is written, and shows what is written. */
function* orderForgeries(): Generator<Forgery> {
  for (const place of [0, 32]) {
    // Byte 16 or 32 is 1: both are of the word at 1.
    const honestRun = honest([push(1), MLOAD, push(place === 0 ? 1n << 120n : 1n << 248n), push(place), MSTORE, STOP]);
    const step = honestRun.processor.findIndex(({ split }) => split === 1);
    const [read, write] = [honestRun.processor[step]!.clock, honestRun.processor[step + 2]!.clock];
    const shown = Array.from({ length: 64 }, (_, i) => (i === (place === 0 ? 16 : 32) ? 1 : 0));
    const early = (change: Partial<ByteMemoryCells>): RunCells => {
      const [access] = honestRun.byteMemory;
      const bytes = shown.slice(1, 33);
      const rows = changed(honestRun, {
        [step]: { d: bytesLimbs(bytes) },
        [step + 1]: { b: bytesLimbs(bytes) },
        [step + 2]: { d: word({}), gapM: gap(write, 0), c: bytesLimbs(bytes) },
        [step + 3]: { a: bytesLimbs(bytes) },
      });
      const cells = { ...rows, byteMemory: [{ ...access!, old: shown, word: bytes, window: bytes, ...change }] };
      return placeChanged(cells, [KERNEL_MEMORY_SPACE, place], { time: read });
    };
    const [gapName, at16, at14] = place === 0 ? (["gapLow", 1, 0] as const) : (["gapHigh", 2, 1] as const);
    yield by(`range16[${at16}]`, early({ [gapName]: gap(read, write) }));
    yield by(`range14[${at14}]`, early({ [gapName]: [0, negative(read - write - 1)] }));
  }
}
