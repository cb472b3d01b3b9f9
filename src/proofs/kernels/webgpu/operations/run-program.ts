import { neg } from "../../../field/koala-bear.ts";
import { toMontgomery } from "../../montgomery.ts";
import { operandsAt, type StripCode } from "../../programs/strip-code.ts";
import type { CardPlace } from "../card/columns-store.ts";
import type { GpuBuffer } from "../card/gpu.ts";
import { gatherStrip } from "../kernels/gather-strip.ts";
import { runProgram } from "../kernels/run-program.ts";
import { type CardDevice, Scratch } from "../card/scratch.ts";

/** Bytes of registers and of strips at most. */
const MOST_BYTES = 2 ** 26;
/** Operations of a product of the interpreter, with what is read for it. */
const WORD_WORK = 25;

/** Words of code that a dispatch runs at most: a card takes some microseconds for each, however few its rows. */
const MOST_WORDS = 2 ** 12;

/** A program on the card, with its scalars. */
interface CardProgram {
  readonly code: GpuBuffer;
  readonly scalars: GpuBuffer;
  readonly strip: StripCode;
}

/** Scalars are canonical: those of the program, their negatives, and the coordinates of weights. */
export function loadProgram(
  scratch: Scratch,
  strip: StripCode,
  scalars: Uint32Array,
  weights: readonly number[] = [],
): CardProgram {
  const values = [...scalars, ...Array.from(scalars, neg), ...weights].map(toMontgomery);
  return { code: scratch.store(strip.words), scalars: scratch.store(values), strip };
}

interface ProgramRows {
  readonly logRows: number;
  readonly order: number;
  /** Columns that are read by number: canonical, or in Montgomery form divided by 2³² where they are `asTheyAre`. */
  readonly columns: readonly CardPlace[];
  readonly asTheyAre?: readonly CardPlace[];
  /** Locations of the rows of stored columns. */
  readonly targets: readonly CardPlace[];
  /** Word that gets 1 where zero is inverted. */
  readonly zeros: GpuBuffer;
}

/** Runs a program over all rows, as many at a time as registers and columns fit. */
export function runOnRows(device: CardDevice, program: CardProgram, rows: ProgramRows): void {
  const scratch = new Scratch(device);
  try {
    runWith(device, scratch, program, rows);
  } finally {
    scratch.end();
  }
}

function runWith({ machine }: CardDevice, scratch: Scratch, program: CardProgram, rows: ProgramRows): void {
  const { sources, registerCount, words } = program.strip;
  const { logRows, order, columns, asTheyAre = [], targets, zeros } = rows;
  const most = Math.min(MOST_BYTES, machine.memory.largestBuffer) / 4;
  const widest = Math.max(1, sources.length, registerCount, targets.length);
  const lanes = 2 ** Math.min(logRows, Math.max(0, Math.floor(Math.log2(most / widest))));
  const strip = scratch.buffer(lanes * sources.length);
  const registers = scratch.buffer(lanes * registerCount);
  const result = scratch.buffer(lanes * targets.length);
  const parts = partsOf(words, MOST_WORDS);
  const placed = sources.map(({ column, next }, i) => {
    const place = columns[column] ?? asTheyAre[column - columns.length];
    if (place === undefined) throw new Error(`a program reads column ${column}, which has no place`);
    return { buffers: { source: place.buffer }, words: [place.offset, next ? 1 : 0, i, column < columns.length ? 1 : 0] };
  });
  for (let firstRow = 0; firstRow < 2 ** logRows; firstRow += lanes) {
    const params = { firstRow, bits: logRows, lanes, order };
    machine.dispatchPlaced(gatherStrip, placed, { params, buffers: { strip }, count: lanes, work: 40 });
    for (const { from, until } of parts)
      machine.dispatch(runProgram, {
        params: { lanes, begin: from, until },
        buffers: { code: program.code, scalars: program.scalars, strip, registers, result, zeros },
        count: lanes,
        work: WORD_WORK * (until - from),
      });
    targets.forEach(({ buffer, offset }, i) => machine.copy(result, lanes * i, buffer, offset + firstRow, lanes));
  }
}

/**
 * Splits the code into parts of whole instructions, each up to `most` words long, or a single longer
 * instruction.
 */
export function partsOf(words: Uint32Array, limit: number): { readonly from: number; readonly until: number }[] {
  const parts: { from: number; until: number }[] = [];
  for (let [from, at] = [0, 0]; at < words.length;) {
    const { end } = operandsAt(words, at);
    if (end - from > limit && at > from) {
      parts.push({ from, until: at });
      from = at;
    }
    at = end;
    if (at === words.length) parts.push({ from, until: at });
  }
  return parts;
}
