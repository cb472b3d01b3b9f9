import { noInput } from "../../../src/proofs/circuits/hash-input/hash-input-trace.ts";
import type { HashInputCells } from "../../../src/proofs/circuits/hash-input/hash-input-air.ts";
import type { PlaceHistory } from "../../../src/proofs/circuits/memory/memory-trace.ts";
import { WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { ARRAY_SPACE, KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { add, inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { bytesLimbs, changed, type Forgery, gap, honest, negative, word } from "./forgeries.ts";
import { content, hashRun, replaced, settled, stepAt, stored, type Tampering, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { KECCAK256, MSTORE, POP, push, STOP, STORE } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `hashInput: ${refusedBy}`, cells });

const ZEROS = new Array<number>(WORD_BYTES).fill(0);
const flags = (set: Readonly<Record<number, number>>): number[] => ZEROS.map((_, i) => set[i] ?? 0);

/** The run with rows of hashInput changed by their number, and all that follows from it. */
function forged(
  cells: RunCells,
  change: (row: HashInputCells, i: number) => Partial<HashInputCells>,
  tampering?: Tampering,
): RunCells {
  const isInput = (row: HashInputCells): boolean => row.first + row.follows > 0;
  const rows = cells.hashInput.map((row, i) => (isInput(row) ? { ...row, ...change(row, i) } : row));
  return settled({ ...cells, hashInput: rows }, tampering);
}

/** Runs whose hash is of other bytes than those of the memory. */
export function* hashInputForgeries(): Generator<Forgery> {
  yield* byteForgeries();
  yield* shiftForgeries();
  yield* endForgeries();
  yield* orderForgeries();
  yield* placeForgeries();
  yield* answerForgeries();
}

function* byteForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 64);
  for (let i = 0; i < WORD_BYTES; i++) {
    const inFirst = (change: (byte: number) => number) => (bytes: number[], row: number) =>
      row === 0 ? bytes.map((byte, k) => (k === i ? change(byte) : byte)) : bytes;
    yield by(`chunk: byte ${i}`, settled(run, { chunk: inFirst((byte) => byte ^ 1) }));
    yield by(`byteAnd[${i}]`, settled(run, { both: inFirst(() => 1) }));
  }
  for (let k = 0; k < WORD_BYTES / 2; k++) {
    // The limb is the same, and only the first of its bytes is hashed.
    const single = hashRun(content(32), 2 * k, 1);
    const [high, low] = [content(32)[2 * k]!, content(32)[2 * k + 1]!];
    const bytes = replaced(content(32), { [2 * k]: high - 1, [2 * k + 1]: low + 256 });
    yield by(
      `bytes[${k + 1}]`,
      forged(single, (_, i) => (i === 0 ? { bytes } : {})),
    );
  }
}

function* shiftForgeries(): Generator<Forgery> {
  for (let s = 0; s < WORD_BYTES; s++) {
    // Shifts of two others and −1 of this one, which does not reach the only byte that is not 0.
    const [a, b, byte] = s < 16 ? [s + 1, s + 2, s + 32] : [s - 1, s - 2, s - 1];
    const memory = Array.from({ length: 64 }, (_, i) => (i === byte ? 5 : 0));
    const shift = flags({ [s]: -1, [a]: 1, [b]: 1 });
    yield by(
      `shift[${s}] is boolean`,
      forged(hashRun(memory, a + b - s, 32), () => ({ shift })),
    );
    yield by(
      `shift[${s}] stays`,
      forged(hashRun(content(128), s, 64), (_, i) => (i === 0 ? {} : { shift: ZEROS })),
    );
  }
  yield by(
    "one shift",
    forged(hashRun(content(64), 0, 40), () => ({ shift: ZEROS })),
  );
}

function* endForgeries(): Generator<Forgery> {
  for (let i = 0; i < WORD_BYTES - 1; i++) {
    // Ends before two bytes, and −1 of this one: of three numbers the sum is the length.
    const [length, end] = i === 0 ? [3, flags({ 0: -1, 1: 1, 2: 1 })] : [30, flags({ [i - 1]: 1, [i]: -1, 31: 1 })];
    yield by(
      `end[${i}] is boolean`,
      forged(hashRun(content(64), 0, length), (_, k) => (k === 0 ? { end } : {})),
    );
  }
  // Of the last row that is asked for only one lane is: its last byte may be 128 − 1.
  const memory = [...content(145), ...new Array<number>(15).fill(0)];
  const end = flags({ 16: 1, 17: 1, 31: -1 });
  yield by(
    "end[31] is boolean",
    forged(hashRun(memory, 0, 130), (_, k) => (k === 4 ? { end, closes: [1, 0, 0, 1] } : {})),
  );
  const run = hashRun(content(64), 0, 40);
  yield by(
    "begins full or with its end",
    forged(run, () => ({ full: 0, end: ZEROS })),
  );
  yield by(
    "continues to its end",
    forged(run, (_, i) => (i === 1 ? { end: ZEROS } : {})),
  );
  yield by(
    "end",
    forged(run, (_, i) => (i === 1 ? { end: flags({ 9: 1 }) } : {})),
  );
  yield by(
    "left: less",
    forged(run, ({ left }, i) => (i === 0 ? {} : { left: left + 1, ...(i === 1 ? { end: flags({ 9: 1 }) } : {}) })),
  );
  // The end is in the last row of the input; what would be behind it is not the memory's.
  const long = hashRun(content(192), 31, 131);
  const cut = long.hashInput.slice(0, 5);
  const behind = { ...noInput(), bytes: replaced(ZEROS, { 0: 99 }) };
  const unread = withTimes({ ...long, hashInput: [...cut, behind] }, [160], ({ time }) => storedAt(long, 160) ?? time);
  yield by("its end is followed", settled(unread));
}

/** When a place of the kernel's memory was accessed before it was hashed; 0 if it was not. */
function storedAt(cells: RunCells, index: number): number {
  const row = cells.hashInput.find(({ low, first, follows }) => 32 * low === index && first + follows > 0)!;
  return row.time - 1 - (row.gap[0]! + 2 ** 16 * row.gap[1]!);
}

/** The run with other times of the last accesses of places of the kernel's memory. */
function withTimes(cells: RunCells, indexes: readonly number[], time: (place: PlaceHistory) => number): RunCells {
  return withPlaces(cells, (places) =>
    places.map((place) =>
      place.space === KERNEL_MEMORY_SPACE && indexes.includes(place.index) ? { ...place, time: time(place) } : place,
    ),
  );
}

function* orderForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 40);
  const chain = run.hashInput.slice(0, -1);
  const { time, left } = chain[0]!;
  // Rows of an input that is not asked for answer in place of those that are: from 1024 on, where there are zeros.
  const rogue = chain.map((row): HashInputCells => {
    return { ...row, first: 0, follows: 1, low: row.low + 32, bytes: ZEROS, gap: gap(time, 0) };
  });
  const opened = rogue.map(({ low }) => untouched(KERNEL_MEMORY_SPACE, 32 * low, time));
  const withRogue = withPlaces({ ...run, hashInput: [...rogue, ...run.hashInput] }, (places) => [...places, ...opened]);
  yield by("follows nothing at first", settled(withRogue));
  const { shift } = chain[0]!;
  const before = { ...noInput(), time, space: KERNEL_MEMORY_SPACE, low: 31, row: -1, left: left + 32, full: 1, shift };
  yield by("follows an input's row", settled({ ...withRogue, hashInput: [before, ...withRogue.hashInput] }));
  // Behind the last row no other says what its bytes are.
  const last = { ...chain[4]!, chunk: replaced(chain[4]!.chunk, { 7: 129 }) };
  const toTheEnd = [noInput(), noInput(), noInput(), ...chain.slice(0, 4), last];
  yield by("ends before the last row", settled(withTimes({ ...run, hashInput: toTheEnd }, [160], () => 0)));
  const closing = { 4: [0, 0, 0, 0], 5: [1, 0, 0, 0] } as Record<number, number[]>;
  yield by(
    "row: at first",
    forged(run, (row, i) => ({ row: row.row - 1, closes: closing[i] ?? row.closes })),
  );
  yield by(
    "row: the next",
    forged(hashRun(content(96), 0, 96), (_, i) => ({ row: [0, 2, 1][i] ?? i })),
  );
  yield by("time stays", exchangedTimes());
}

/** Two inputs, of which each has the other's second word. */
function exchangedTimes(): RunCells {
  const hash = (offset: number): (number | readonly number[])[] => [push(64), push(offset), KECCAK256, POP];
  const second = content(64).map((byte) => byte + 1);
  const run = honest([...stored(content(64), 0), ...stored(second, 1024), ...hash(0), ...hash(1024), STOP]);
  const times = [run.hashInput[0]!.time, run.hashInput.find((row) => row.first === 1 && row.low === 32)!.time] as const;
  const other = (time: number): number => (time === times[0] ? times[1] : times[0]);
  const indexes: number[] = [];
  const exchanged = run.hashInput.map((row) => {
    if (row.follows === 0) return row;
    indexes.push(32 * row.low);
    const since = row.time - 1 - (row.gap[0]! + 2 ** 16 * row.gap[1]!);
    return { ...row, time: other(row.time), gap: gap(other(row.time), since) };
  });
  return settled(withTimes({ ...run, hashInput: exchanged }, indexes, ({ time }) => other(time)));
}

function untouched(space: number, index: number, time: number): PlaceHistory {
  return { space, index, isStated: false, first: word({}), last: word({}), time };
}

/** Rows from the second on read other places. */
function elsewhere(run: RunCells, from: number, change: (row: HashInputCells) => Partial<HashInputCells>): RunCells {
  const moved = run.hashInput.slice(from, -1);
  const { time } = moved[0]!;
  const rows = moved.map((row): HashInputCells => ({ ...row, bytes: ZEROS, gap: gap(time, 0), ...change(row) }));
  const restored = withTimes(
    run,
    moved.map(({ low }) => 32 * low),
    ({ index }) => storedAt(run, index),
  );
  const cells = { ...restored, hashInput: [...run.hashInput.slice(0, from), ...rows, run.hashInput.at(-1)!] };
  return withPlaces(cells, (places) => {
    const isKnown = (space: number, index: number): boolean =>
      places.some((place) => place.space === space && place.index === index);
    const index = ({ low, high }: HashInputCells): number => mul(32, add(low, mul(2 ** 16, high)));
    const added = rows.filter((row) => !isKnown(row.space, index(row)));
    const accessed = places.map((place) =>
      rows.some((row) => row.space === place.space && index(row) === place.index) ? { ...place, time } : place,
    );
    return [...accessed, ...added.map((row) => untouched(row.space, index(row), time))];
  });
}

function* placeForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 64);
  yield by("place: the next", settled(elsewhere(run, 1, ({ low }) => ({ low: low + 31 }))));
  yield { refusedBy: "hashInput", cells: settled(elsewhere(run, 0, ({ low }) => ({ low: low + 32 }))) };
  const array = honest([push(7), push(32), STORE, ...stored(content(64), 0), push(64), push(0), KECCAK256, POP, STOP]);
  const { time } = array.hashInput[0]!;
  const inArray = elsewhere(array, 1, ({ low }) => {
    const own = low === 1 ? { bytes: replaced(ZEROS, { 31: 7 }), gap: gap(time, storedIn(array)) } : {};
    return { space: ARRAY_SPACE, ...own };
  });
  yield by("space stays", settled(inArray));

  // The word at 0 is hashed from 17 on, from words at 16, 48 and so on.
  const shifted = hashRun(content(64), 17, 40);
  const half = inv(2);
  const toHalf = (low: number, high: number): RunCells =>
    settled(elsewhere(shifted, 0, (row) => ({ low: row.low + low, high, shift: flags({ 1: 1 }) })));
  yield by("range16[0]", toHalf(half, 0));
  yield by("bytes[0]", toHalf(0, mul(half, inv(2 ** 16))));

  // What is written afterwards is hashed.
  const early = honest([push(32), push(0), KECCAK256, POP, push(77), push(0), MSTORE, STOP]);
  const write = early.processor.findIndex(({ writesB }) => writesB === 1);
  const [hashed, written] = [early.hashInput[0]!.time, early.processor[write]!.clock];
  const shown = withTimes(changed(early, { [write]: { d: word({}), gapM: gap(written, 0) } }), [0], () => hashed);
  const bytes = replaced(ZEROS, { 31: 77 });
  const inRow = (own: readonly number[]): RunCells => forged(shown, (_, i) => (i === 0 ? { bytes, gap: own } : {}));
  yield by("range16[1]", inRow(gap(hashed, written)));
  yield by("range14[0]", inRow([0, negative(hashed - written - 1)]));
}

function storedIn({ processor }: RunCells): number {
  return processor.find(({ writesB, space }) => writesB === 1 && space === ARRAY_SPACE)!.clock;
}

function* answerForgeries(): Generator<Forgery> {
  const run = hashRun(content(64), 0, 64);
  const { time } = run.hashInput[0]!;
  const rows = [...run.hashInput, { ...noInput(), time }];
  for (let lane = 0; lane < 4; lane++) {
    const answers = (index: number): number | undefined => (index === lane ? rows.length - 1 : undefined);
    yield by(`lane ${lane}: only of an input`, settled({ ...run, hashInput: [...rows, noInput()] }, { answers }));
  }
  yield {
    refusedBy: "lane",
    cells: settled(run, { absorbed: (absorbed) => replaced(absorbed, { 3: absorbed[3]! ^ 1 }) }),
  };
  const step = stepAt(run, time);
  const invented = bytesLimbs(content(32));
  yield { refusedBy: "hash", cells: changed(run, { [step]: { c: invented }, [step + 1]: { a: invented } }) };
}
