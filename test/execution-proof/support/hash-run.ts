import { type HashInputCells, LANE_BYTES, ROW_LANES } from "../../../src/proofs/circuits/hash-input/hash-input-air.ts";
import { memoryColumns, type PlaceHistory } from "../../../src/proofs/circuits/memory/memory-trace.ts";
import { MEMORY_FIELDS } from "../../../src/proofs/circuits/memory/memory-air.ts";
import { RATE_LANES, type SpongeCells } from "../../../src/proofs/circuits/sponge/sponge-air.ts";
import { KECCAK_LIMBS, LANE_LIMBS } from "../../../src/proofs/circuits/shapes/keccak-state.ts";
import { WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { fieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { bytesLimbs, changed, honest } from "./forgeries.ts";
import { permuted, type RunCells } from "./judge.ts";
import { KECCAK256, MSTORE, POP, push, STOP } from "./programs.ts";

type Bytes = readonly number[];

/** `count` bytes, all from 2 to 127. */
export const content = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 + (i % 100));

/** A list with some of its elements replaced, by their place. */
export const replaced = <T>(list: readonly T[], changes: Readonly<Record<number, T>>): T[] =>
  list.map((value, i) => changes[i] ?? value);

/** A run that writes bytes to the memory, at 0 or elsewhere, and hashes some of them. */
export function hashRun(bytes: Bytes, offset: number, length: number): RunCells {
  return honest([...stored(bytes, 0), push(length), push(offset), KECCAK256, POP, STOP]);
}

/** Code that writes bytes, a multiple of 32. */
export function stored(bytes: Bytes, to: number): number[][] {
  return Array.from({ length: bytes.length / WORD_BYTES }, (_, i) => {
    const word = bytes.slice(WORD_BYTES * i, WORD_BYTES * (i + 1)).reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
    return [...push(word), ...push(to + WORD_BYTES * i), MSTORE];
  });
}

/** The step that hashes at a time. */
export function stepAt({ processor }: RunCells, time: number): number {
  return processor.findIndex(({ clock }) => clock === time);
}

/** The run with other histories of its memory's places. */
export function withPlaces(cells: RunCells, change: (places: PlaceHistory[]) => PlaceHistory[]): RunCells {
  const places = cells.memory.map(({ space, index, stated, first, last, time, uses }) => {
    return { space, index: index[0]! + 2 ** 16 * index[1]!, isStated: stated === 1, first, last, time, uses };
  });
  const columns = memoryColumns(change(places), 0);
  const count = change(places).length;
  const row = (i: number) =>
    fieldValues(
      MEMORY_FIELDS,
      columns.map((column) => column[i] ?? 0),
    );
  return { ...cells, memory: Array.from({ length: count }, (_, i) => row(i)) };
}

/** Deviations of a prover from the tables' rules, row by row of hashInput and of sponge. */
export interface Tampering {
  readonly chunk?: (chunk: number[], row: number) => number[];
  readonly both?: (both: number[], row: number) => number[];
  readonly before?: (before: number[], block: number) => number[];
  readonly absorbed?: (absorbed: number[], block: number) => number[];
  readonly output?: (output: number[], block: number) => number[];
  readonly hash?: (hash: number[], block: number) => number[];
  /** The row that answers for a lane; else the first that can. */
  readonly answers?: (lane: number) => number | undefined;
}

/**
 * Recomputes the consequences of both tables' rows: the padded bytes, the states, and the hashes on the stack, so that all
 * later claims agree, except for the changes.
 */
export function settled(cells: RunCells, tampering: Tampering = {}): RunCells {
  const zeros = new Array<number>(WORD_BYTES).fill(0);
  const rows = cells.hashInput.map((row, i, all): HashInputCells => {
    const chunk = [...paddedBytes(row, all[i + 1])];
    return { ...row, chunk: tampering.chunk?.(chunk, i) ?? chunk, before: zeros, both: zeros, uses: [0, 0, 0, 0] };
  });
  let result = cells;
  let previous: readonly number[] = new Array<number>(KECCAK_LIMBS).fill(0);
  const sponge = cells.sponge.map((row, i): SpongeCells => {
    if (row.first + row.follows === 0) {
      previous = row.output;
      return row;
    }
    const start = row.follows === 1 ? [...previous] : new Array<number>(KECCAK_LIMBS).fill(0);
    const before = tampering.before?.(start, i) ?? start;
    const taken = absorb(rows, row, before, tampering);
    const absorbed = tampering.absorbed?.(taken, i) ?? taken;
    const state = permuted([...absorbed, ...before.slice(absorbed.length)]);
    const output = tampering.output?.(state, i) ?? state;
    const own = output.slice(0, WORD_BYTES / 2).flatMap((limb) => [limb & 0xff, limb >> 8]);
    const hash = tampering.hash?.(own, i) ?? own;
    previous = output;
    if (row.last === 1) result = withHash(result, row.time, hash);
    return { ...row, before, absorbed, output, hash };
  });
  return { ...result, hashInput: rows, sponge };
}

/** The run in which the hash at a time is put on the stack. */
export function withHash(cells: RunCells, time: number, hash: Bytes): RunCells {
  const word = bytesLimbs(hash);
  const step = stepAt(cells, time);
  return changed(cells, { [step]: { c: word }, [step + 1]: { a: word } });
}

/** Chunk of a row by the table's rules, for any elements of the field; the last row's is free. */
function paddedBytes({ full, end, shift, bytes, closes, chunk }: HashInputCells, next: HashInputCells | undefined): Bytes {
  if (next === undefined) return chunk;
  const both = [...bytes, ...next.bytes];
  return chunk.map((_, i) => {
    const own = shift.reduce((sum, flag, s) => sum + flag * both[s + i]!, 0);
    const isInput = end.slice(i + 1).reduce((sum, flag) => sum + flag, full);
    return isInput * own + end[i]! + (i % LANE_BYTES === LANE_BYTES - 1 ? 128 * closes[Math.floor(i / LANE_BYTES)]! : 0);
  });
}

/** The block's lanes as rows of hashInput answer for them, which takes note of it there. */
function absorb(rows: HashInputCells[], { time, block, last }: SpongeCells, before: Bytes, tampering: Tampering): number[] {
  return Array.from({ length: RATE_LANES }, (_, lane) => {
    const index = RATE_LANES * block + lane;
    const [number, at] = [Math.floor(index / ROW_LANES), index % ROW_LANES];
    const closes = lane === RATE_LANES - 1 ? last : 0;
    const found = rows.findIndex((row) => row.time === time && row.row === number && row.closes[at] === closes);
    const answering = tampering.answers?.(index) ?? found;
    const row = rows[answering];
    if (row === undefined) throw new Error(`no row answers for lane ${index}`);
    const limbs = before.slice(LANE_LIMBS * lane, LANE_LIMBS * (lane + 1));
    const own = limbs.flatMap((limb) => [limb & 0xff, limb >> 8]);
    const placed = (list: Bytes, values: Bytes): number[] =>
      list.map((value, i) => (Math.floor(i / LANE_BYTES) === at ? values[i % LANE_BYTES]! : value));
    const ands = own.map((byte, i) => byte & row.chunk[LANE_BYTES * at + i]!);
    const both = placed(row.both, ands);
    const changedRow = {
      ...row,
      before: placed(row.before, own),
      both: tampering.both?.(both, answering) ?? both,
      uses: row.uses.map((count, i) => (i === at ? count + 1 : count)),
    };
    rows[answering] = changedRow;
    const after = (i: number): number => {
      const k = LANE_BYTES * at + i;
      return changedRow.chunk[k]! + changedRow.before[k]! - 2 * changedRow.both[k]!;
    };
    return Array.from({ length: LANE_LIMBS }, (__, limb) => canonical(after(2 * limb) + 256 * after(2 * limb + 1)));
  }).flat();
}
