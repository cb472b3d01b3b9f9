import type { CopyCells } from "../../../src/proofs/circuits/copy/copy-air.ts";
import type { PlaceHistory } from "../../../src/proofs/circuits/memory/memory-trace.ts";
import { bigEndianBytes } from "../../../src/proofs/circuits/words/big-endian.ts";
import { WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { add, mul } from "../../../src/proofs/field/koala-bear.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { bytesLimbs, gap, honest, word } from "./forgeries.ts";
import { replaced, stored, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { COPY, MSTORE, POP, push, STOP } from "./programs.ts";

/** Bytes are copied from the kernel's memory to this frame's. */
export const TARGET_FRAME = 1;
export const TARGET_SPACE = KERNEL_MEMORY_SPACE + TARGET_FRAME;

/** `count` bytes from 2 to 127, which neither rise nor repeat regularly. */
export const content = (count: number): number[] => Array.from({ length: count }, (_, i) => 2 + ((i * i * 37 + 11 * i) % 125));

/** A run that writes bytes to the kernel's memory, the word `old` to the first two places of the target, and copies. */
export function copyRun(bytes: readonly number[], to: number, from: number, length: number, old?: readonly number[]): RunCells {
  const pointer = (BigInt(TARGET_FRAME) << 32n) + BigInt(to);
  const before = old === undefined ? [] : [...push(oldWord(old)), ...push(BigInt(TARGET_FRAME) << 32n), MSTORE];
  return honest([...stored(bytes, 0), before, push(length), push(from), push(pointer), COPY, POP, STOP]);
}

function oldWord(bytes: readonly number[]): bigint {
  return bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

/** Deviations of a prover from the table's rules, row by row. */
export interface Tampering {
  readonly bytes?: (bytes: number[], row: number) => readonly number[];
  readonly old?: (old: number[], row: number) => readonly number[];
  readonly after?: (after: number[], row: number) => readonly number[];
}

const key = (space: number, index: number): string => `${canonical(space)}:${index}`;
const indexOf = (low: number, high: number): number => mul(WORD_BYTES, add(canonical(low), mul(2 ** 16, canonical(high))));
export const isWritten = ({ full, end }: CopyCells): boolean => full !== 0 || end.some((flag) => flag !== 0);

/**
 * Returns the run with these rows of the table. Every row reads and writes its place's content: all later claims agree,
 * except for the changes. The copies are the last accesses of their places.
 */
export function copied(run: RunCells, rows: readonly CopyCells[], tampering: Tampering = {}): RunCells {
  const places = placesBefore(run);
  const found = (space: number, index: number): PlaceHistory => {
    const place = places.get(key(space, index));
    return place ?? { space: canonical(space), index, isStated: false, first: word({}), last: word({}), time: 0 };
  };
  const filled = rows.map((row, i): CopyCells => {
    const [written, read] = [
      found(row.space, indexOf(row.low, row.high)),
      found(row.fromSpace, indexOf(row.fromLow, row.fromHigh)),
    ];
    const isRead = row.reads !== 0;
    const bytes = isRead ? bigEndianBytes(read.last) : [...row.bytes];
    const old = isWritten(row) ? bigEndianBytes(written.last) : [...row.old];
    return {
      ...row,
      bytes: tampering.bytes?.(bytes, i) ?? bytes,
      old: tampering.old?.(old, i) ?? old,
      gap: isWritten(row) ? gap(row.time, written.time) : row.gap,
      gapFrom: isRead ? gap(row.time, read.time) : row.gapFrom,
    };
  });
  const settled = filled.map((row, i): CopyCells => {
    const after = afterOf(row, filled[i + 1]);
    return { ...row, after: tampering.after?.(after, i) ?? after };
  });
  for (const row of settled) {
    const access = (space: number, index: number, last: readonly number[] | undefined): void => {
      const place = found(space, index);
      places.set(key(space, index), { ...place, last: last ?? place.last, time: row.time });
    };
    if (row.reads !== 0) access(row.fromSpace, indexOf(row.fromLow, row.fromHigh), undefined);
    if (isWritten(row)) access(row.space, indexOf(row.low, row.high), bytesLimbs(row.after));
  }
  return withPlaces({ ...run, copy: settled }, () => [...places.values()]);
}

/** Contents of the places before the copies of an honest run, without places that only these accessed. */
function placesBefore(run: RunCells): Map<string, PlaceHistory> {
  const places = new Map<string, PlaceHistory>();
  withPlaces(run, (list) => {
    for (const place of list) places.set(key(place.space, place.index), place);
    return list;
  });
  const restore = (space: number, index: number, bytes: readonly number[], time: number): void => {
    const place = places.get(key(space, index))!;
    if (time === 0) places.delete(key(space, index));
    else places.set(key(space, index), { ...place, last: bytesLimbs(bytes), time });
  };
  const since = (time: number, own: readonly number[]): number => time - 1 - own[0]! - 2 ** 16 * own[1]!;
  for (const row of run.copy) {
    if (row.reads === 1) restore(row.fromSpace, indexOf(row.fromLow, row.fromHigh), row.bytes, since(row.time, row.gapFrom));
    if (isWritten(row)) restore(row.space, indexOf(row.low, row.high), row.old, since(row.time, row.gap));
  }
  return places;
}

/** Bytes of a place after the row by the table's rules, for any elements of the field. */
function afterOf({ full, end, start, shift, bytes, old }: CopyCells, next: CopyCells | undefined): number[] {
  const both = [...bytes, ...(next?.bytes ?? bytes.map(() => 0))];
  const sum = (list: readonly number[]): number => list.reduce((total, value) => total + value, 0);
  return old.map((byte, i) => {
    const own = sum(shift.map((flag, s) => flag * both[s + i]!));
    const isCopied = full + sum(end.slice(i + 1)) - sum(start.slice(i + 1));
    return byte + isCopied * (own - byte);
  });
}

const ZEROS = new Array<number>(WORD_BYTES).fill(0);
/** 32 flags of which some are set. */
export const flags = (set: Readonly<Record<number, number>>): number[] => replaced(ZEROS, set);
