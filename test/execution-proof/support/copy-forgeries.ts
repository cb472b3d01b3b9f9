import type { CopyCells } from "../../../src/proofs/circuits/copy/copy-air.ts";
import { noCopy } from "../../../src/proofs/circuits/copy/copy-trace.ts";
import { placeOfVariable } from "../../../src/proofs/execution-proof/memory-places.ts";
import { WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { content, copied, copyRun, flags, TARGET_FRAME, TARGET_SPACE, type Tampering } from "./copy-run.ts";
import { changed, type Forgery, gap, honest, negative, placeChanged, word } from "./forgeries.ts";
import { replaced, stored, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { COPY, get, HINT, MSTORE, POP, push, set, STOP } from "./programs.ts";

const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `copy: ${refusedBy}`, cells });
const ZEROS = flags({});

/** The run with rows of the copy changed by their number, and all that follows from it. */
function forged(run: RunCells, change: (row: CopyCells, i: number) => Partial<CopyCells>, tampering?: Tampering): RunCells {
  const rows = run.copy.map((row, i) => (row.first + row.follows > 0 ? { ...row, ...change(row, i) } : row));
  return copied(run, rows, tampering);
}

/** Runs that copy something else than they should, or elsewhere. */
export function* copyForgeries(): Generator<Forgery> {
  yield* byteForgeries();
  yield* flagForgeries();
  yield* endForgeries();
  yield* orderForgeries();
  yield* placeForgeries();
  yield* gapForgeries();
  yield* operandForgeries();
}

function* byteForgeries(): Generator<Forgery> {
  const whole = copyRun(content(64), 0, 0, 32);
  for (let i = 0; i < WORD_BYTES; i++) {
    const change = (after: number[], row: number): readonly number[] =>
      row === 0 ? replaced(after, { [i]: after[i]! ^ 1 }) : after;
    yield by(`after: byte ${i}`, copied(whole, whole.copy, { after: change }));
  }
  for (let k = 0; k < WORD_BYTES / 2; k++) {
    // The limb is the same, and only the first of its bytes is copied, or only the second written over.
    const moved = (bytes: number[], row: number): readonly number[] =>
      row === 0 ? replaced(bytes, { [2 * k]: bytes[2 * k]! - 1, [2 * k + 1]: bytes[2 * k + 1]! + 256 }) : bytes;
    const single = copyRun(content(32), 2 * k, 2 * k, 1);
    yield by(`bytes[${k + 1}]`, copied(single, single.copy, { bytes: moved }));
    const second = copyRun(content(64), 2 * k + 1, 40, 1, content(32));
    yield by(`bytes[${k + 17}]`, copied(second, second.copy, { old: moved }));
  }
}

function* flagForgeries(): Generator<Forgery> {
  for (let s = 0; s < WORD_BYTES; s++) {
    // Shifts of two others and −1 of this one.
    const [a, b] = s < 16 ? [s + 1, s + 2] : [s - 1, s - 2];
    const shift = flags({ [s]: -1, [a]: 1, [b]: 1 });
    yield by(
      `shift[${s}] is boolean`,
      forged(copyRun(content(96), 0, a + b - s, 32), () => ({ shift })),
    );
    yield by(
      `shift[${s}] stays`,
      forged(copyRun(content(128), 0, s, 64), (_, i) => (i === 0 ? {} : { shift: ZEROS })),
    );
    // The same of starts: bytes before the start are copied, or some behind it are not.
    const [c, d] = s === 0 ? [1, 2] : s === 31 ? [29, 30] : [0, 31];
    const start = flags({ [s]: -1, [c]: 1, [d]: 1 });
    const to = c + d - s;
    yield by(
      `start[${s}] is boolean`,
      forged(copyRun(content(96), to, to, 64), (_, i) => (i === 0 ? { start } : {})),
    );
  }
  yield by(
    "one shift",
    forged(copyRun(content(64), 0, 0, 40), () => ({ shift: ZEROS })),
  );
  yield by(
    "one start",
    forged(copyRun(content(96), 0, 0, 64), (_, i) => (i === 1 ? { start: flags({ 5: 1 }) } : {})),
  );
}

function* endForgeries(): Generator<Forgery> {
  const run = copyRun(content(96), 0, 0, 40);
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
  // Behind the end lies what is in no memory.
  const cut = copyRun(content(96), 0, 20, 30);
  yield by("its end is followed", copied(cut, [cut.copy[0]!, { ...noCopy(), bytes: content(32) }]));
  // Behind the last row no other says what its bytes are.
  const invented: Tampering = { after: (after, i) => (i === 1 ? content(32) : after) };
  const short = copyRun(content(32), 0, 0, 8);
  yield by("ends before the last row", copied(short, [noCopy(), short.copy[0]!], invented));
  const writes = { ...noCopy(), time: run.copy[0]!.time, space: TARGET_SPACE, low: 9, end: flags({ 0: 1 }) };
  const rows = [...run.copy.slice(0, 3), writes];
  yield by("only a copy writes", copied(run, rows, { after: (after, i) => (i === 3 ? content(32) : after) }));
}

function* orderForgeries(): Generator<Forgery> {
  const run = copyRun(content(96), 0, 0, 64);
  // Rows of a copy that is not asked for write zeros over what is in the kernel's memory.
  const long = copyRun(content(192), 0, 0, 64);
  const rogue = long.copy.slice(0, -1).map((row): CopyCells => {
    const elsewhere = { space: TARGET_SPACE - TARGET_FRAME, low: row.low + 4, fromLow: row.fromLow + 20 };
    return { ...row, ...elsewhere, first: 0, follows: 1, start: ZEROS };
  });
  yield by("follows nothing at first", copied(long, [...rogue, ...long.copy]));
  yield by("follows a copy's row", readRound());
  yield by("time stays", laterBytes());
  yield by(
    "space stays",
    forged(run, (_, i) => (i === 0 ? {} : { space: TARGET_SPACE + 1 })),
  );
  yield by(
    "source's space stays",
    forged(run, (_, i) => (i === 0 ? {} : { fromSpace: TARGET_SPACE + 1 })),
  );
  yield by(
    "place: the next",
    forged(run, ({ low }, i) => (i === 0 ? {} : { low: low + 7 })),
  );
  yield by(
    "source: the next",
    forged(run, ({ fromLow }, i) => (i === 0 ? {} : { fromLow: fromLow + 7 })),
  );
  yield by(
    "only the first may not read",
    forged(run, (_, i) => (i === 1 ? { reads: 0, bytes: content(33).slice(1) } : {})),
  );
  yield { refusedBy: "copy", cells: forged(run, ({ low }) => ({ low: low + 1 })) };
}

/** nextFrame is read before it is written: reads that no step asked for take its time round the field. */
function readRound(): RunCells {
  const { space, index } = placeOfVariable("nextFrame");
  const run = honest([get("nextFrame"), POP, push(1), set("nextFrame"), STOP]);
  const one = word({ 0: 1 });
  const written = run.processor.findIndex(({ writesA }) => writesA === 1);
  const read = changed(run, { 0: { d: one, gapM: gap(1, 0) }, 1: { a: one }, [written]: { gapM: gap(written + 1, 0) } });
  const own = placeChanged(read, [space, index], { last: one, time: 1 });
  const far = written + 1 + 2 ** 30;
  const bytes = flags({ 31: 1 });
  const rowAt = (time: number, ago: number): CopyCells[] => {
    const row = {
      ...noCopy(),
      follows: 1,
      time,
      low: 1,
      fromSpace: space,
      left: -WORD_BYTES,
      bytes,
      reads: 1,
      gapFrom: gap(ago, 0),
    };
    const before = { ...noCopy(), time, fromSpace: space, fromLow: -1, left: 0 };
    return [before, row];
  };
  const rows = [...rowAt(far, 2 ** 30), ...rowAt(0, P - far), noCopy()];
  return { ...own, copy: rows };
}

/** The second word is copied after it was overwritten. */
function laterBytes(): RunCells {
  const pointer = BigInt(TARGET_FRAME) << 32n;
  const copy = [push(64), push(0), push(pointer), COPY, POP];
  const run = honest([...stored(content(96), 0), ...copy, push(77), push(32), MSTORE, STOP]);
  const { time, gapFrom } = run.copy[1]!;
  const write = run.processor.findIndex(({ clock, writesB }) => clock > time && writesB === 1);
  const { clock } = run.processor[write]!;
  const stored32 = time - 1 - gapFrom[0]!;
  const shown = changed(run, { [write]: { gapM: gap(clock, stored32) } });
  const last = word({ 0: 77 });
  const bytes = flags({ 31: 77 });
  const rows = run.copy.map((row, i) => {
    const later =
      row.follows === 1
        ? { time: clock + 1, gap: gap(clock + 1, 0), gapFrom: gap(clock + 1, i === 1 ? clock : clockOf(row)) }
        : {};
    return { ...row, ...later, ...(i === 1 ? { bytes, after: bytes } : {}) };
  });
  const gone = { ...shown, copy: rows };
  return withPlaces(gone, (places) =>
    places.map((place) => {
      if (place.space < TARGET_SPACE - TARGET_FRAME || place.index < 32) return place;
      return { ...place, time: clock + 1, ...(place.space === TARGET_SPACE && place.index === 32 ? { last } : {}) };
    }),
  );
}

/** When the place that a row reads was accessed before. */
function clockOf({ time, gapFrom }: CopyCells): number {
  return time - 1 - gapFrom[0]! - 2 ** 16 * gapFrom[1]!;
}

function* placeForgeries(): Generator<Forgery> {
  const half = inv(2);
  const high = mul(half, inv(2 ** 16));
  // To 17 by a place at 16 and a start of 1; from 17 by a place at 16 and a shift of 1.
  const to = copyRun(content(96), 17, 17, 40);
  const rest = { start: flags({ 1: 1 }), shift: flags({ 16: 1 }) };
  const written = (place: (row: CopyCells) => Partial<CopyCells>): RunCells =>
    forged(to, (row, i) => {
      const moved = { ...row, ...place(row), left: row.left - 16, shift: rest.shift, start: i === 0 ? rest.start : ZEROS };
      return { ...moved, ...ended(moved.left, i) };
    });
  yield by(
    "range16[0]",
    written(({ low }) => ({ low: low + half })),
  );
  yield by(
    "bytes[0]",
    written(() => ({ high })),
  );
  const from = copyRun(content(96), 0, 17, 40);
  yield by(
    "range16[1]",
    forged(from, ({ fromLow }) => ({ fromLow: fromLow + half, shift: flags({ 1: 1 }) })),
  );
  yield by(
    "bytes[33]",
    forged(from, () => ({ fromHigh: high, shift: flags({ 1: 1 }) })),
  );
  // The first row is not read although bytes of its place are copied.
  const unread = copyRun(content(96), 0, 0, 40);
  yield by(
    "bytes[34]",
    forged(unread, (_, i) => (i === 0 ? { reads: 0, bytes: content(33).slice(1) } : {})),
  );
}

/** Row at which a copy of this length ends. */
function ended(left: number, row: number): Partial<CopyCells> {
  const canonicalLeft = left > P / 2 ? left - P : left;
  const isEnd = canonicalLeft >= 0 && canonicalLeft < WORD_BYTES;
  return {
    full: canonicalLeft >= WORD_BYTES ? 1 : 0,
    end: isEnd ? flags({ [canonicalLeft]: 1 }) : ZEROS,
    first: row === 0 ? 1 : 0,
  };
}

function* gapForgeries(): Generator<Forgery> {
  const pointer = BigInt(TARGET_FRAME) << 32n;
  const copy = [push(8), push(0), push(pointer), COPY, POP];
  // The final word at a place that is overwritten later.
  const over = honest([...stored(content(32), 0), ...copy, push(77), push(pointer), MSTORE, STOP]);
  const write = over.processor.findIndex(({ clock, writesB }) => clock > over.copy[0]!.time && writesB === 1);
  const { clock } = over.processor[write]!;
  const { time } = over.copy[0]!;
  const kept = (own: readonly number[]): RunCells => {
    const old = flags({ 31: 77 });
    const after = [...content(32).slice(0, 8), ...old.slice(8)];
    const rows = over.copy.map((row, i) => (i === 0 ? { ...row, old, after, gap: own } : row));
    const shown = changed({ ...over, copy: rows }, { [write]: { d: word({}), gapM: gap(clock, 0) } });
    const last = Array.from({ length: 16 }, (_, k) => 256 * after[30 - 2 * k]! + after[31 - 2 * k]!);
    return placeChanged(shown, [TARGET_SPACE, 0], { last, time });
  };
  yield by("range16[2]", kept(gap(time, clock)));
  yield by("range14[0]", kept([0, negative(time - clock - 1)]));
  // What is written afterwards is copied.
  const early = honest([...copy, push(77n << 248n), push(0), MSTORE, STOP]);
  const store = early.processor.findIndex(({ writesB }) => writesB === 1);
  const [copiedAt, storedAt] = [early.copy[0]!.time, early.processor[store]!.clock];
  const read = (own: readonly number[]): RunCells => {
    const bytes = flags({ 0: 77 });
    const rows = early.copy.map((row, i) => (i === 0 ? { ...row, bytes, after: bytes, gapFrom: own } : row));
    const shown = changed({ ...early, copy: rows }, { [store]: { d: word({}), gapM: gap(storedAt, 0) } });
    const last = word({ 15: 77 * 256 });
    return placeChanged(placeChanged(shown, [TARGET_SPACE, 0], { last }), [TARGET_SPACE - TARGET_FRAME, 0], { time: copiedAt });
  };
  yield by("range16[3]", read(gap(copiedAt, storedAt)));
  yield by("range14[1]", read([0, negative(copiedAt - storedAt - 1)]));
}

/** The source is at 2^48 or at p instead of 0, the length is 2^32 or p instead of 0. */
function* operandForgeries(): Generator<Forgery> {
  const processor = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `processor: ${refusedBy}`, cells });
  const pointer = BigInt(TARGET_FRAME) << 32n;
  const code = (length: readonly number[], from: readonly number[]) =>
    honest([length, from, push(pointer), COPY, POP, STOP], [0n]);
  const modulus = word({ 0: P % 2 ** 16, 1: Math.floor(P / 2 ** 16) });
  const source = code(push(0), [HINT]);
  const other = (b: readonly number[]): RunCells => changed(source, { 1: { d: b }, 2: { b } });
  const length = code([HINT], push(0));
  const longer = (c: readonly number[]): RunCells => changed(length, { 0: { d: c }, 1: { b: c }, 2: { c }, 3: { a: c } });
  yield processor("source has three limbs", other(word({ 3: 1 })));
  yield processor("range14[4]", other(modulus));
  yield processor("copied length has two limbs", longer(word({ 2: 1 })));
  yield processor("range14[5]", longer(modulus));
}
