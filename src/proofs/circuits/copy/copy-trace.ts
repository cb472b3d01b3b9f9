import { P } from "../../field/koala-bear.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { bigEndianBytes, limbsOfBigEndian } from "../words/big-endian.ts";
import { number30 } from "../words/earlier.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";
import { COPY_FIELDS, type CopyCells } from "./copy-air.ts";

/** A place as a copy finds it: its word's limbs, and how long ago it was accessed, less one step. */
interface FoundPlace {
  readonly word: readonly number[];
  readonly gap: number;
}

/** Source, target and number of the copied bytes. */
export interface CopyRange {
  readonly space: number;
  readonly offset: number;
  readonly fromSpace: number;
  readonly fromOffset: number;
  readonly length: number;
}

/** The places of a copy: the first block of 32 bytes that is written and how many are, and the same of those that are read. */
interface CopyPlaces {
  readonly block: number;
  readonly count: number;
  readonly fromBlock: number;
  readonly fromCount: number;
}

/** Which places a copy accesses. */
export function copyPlaces({ offset, fromOffset, length }: CopyRange): CopyPlaces {
  const start = offset % WORD_BYTES;
  const count = Math.floor((start + length) / WORD_BYTES) + 1;
  const first = Math.floor((fromOffset - start) / WORD_BYTES);
  const unread = readsFirst({ offset, fromOffset }) ? 0 : 1;
  return { block: (offset - start) / WORD_BYTES, count, fromBlock: first + unread, fromCount: count + 1 - unread };
}

/** A copy at a time, with the words before it of its memory, in order. */
interface FoundCopy extends CopyRange {
  readonly time: number;
  readonly written: readonly FoundPlace[];
  readonly read: readonly FoundPlace[];
}

/** The rows of a copy, and the words of the written places after it. */
interface CopyRows {
  readonly cells: readonly CopyCells[];
  readonly after: readonly (readonly number[])[];
}

/** The rows of a copy: one for each place that is written, and one behind. */
export function copyRows(copy: FoundCopy): CopyRows {
  const { space, offset, fromSpace, fromOffset, length, time, written } = copy;
  const start = offset % WORD_BYTES;
  const shift = (fromOffset - start + WORD_BYTES) % WORD_BYTES;
  const { block, count } = copyPlaces(copy);
  const fromBlock = Math.floor((fromOffset - start) / WORD_BYTES);
  const reads = readsFirst(copy);
  const read: readonly (FoundPlace | undefined)[] = reads ? copy.read : [undefined, ...copy.read];
  const source = read.flatMap((place) => (place === undefined ? ZEROS : bigEndianBytes(place.word)));
  const cells = Array.from({ length: count + 1 }, (_, row): CopyCells => {
    const left = start + length - WORD_BYTES * row;
    const place = written[row];
    const old = place === undefined ? ZEROS : bigEndianBytes(place.word);
    const isCopied = (i: number): boolean => i < left && (row > 0 || i >= start);
    return {
      follows: row === 0 ? 0 : 1,
      time,
      space,
      low: (block + row) % LIMB,
      high: Math.floor((block + row) / LIMB),
      fromSpace,
      ...blockCells(fromBlock + row),
      left: left < 0 ? left + P : left,
      full: left >= WORD_BYTES ? 1 : 0,
      end: flags(left),
      shift: flags(shift),
      bytes: source.slice(WORD_BYTES * row, WORD_BYTES * (row + 1)),
      first: row === 0 ? 1 : 0,
      start: row === 0 ? flags(start) : ZEROS,
      reads: row === 0 && !reads ? 0 : 1,
      old,
      after: old.map((byte, i) => (isCopied(i) ? (source[WORD_BYTES * row + shift + i] ?? 0) : byte)),
      gap: number30(place?.gap ?? 0),
      gapFrom: number30(read[row]?.gap ?? 0),
    };
  });
  return { cells, after: cells.slice(0, count).map(({ after }) => limbsOfBigEndian(after)) };
}

/** The main columns of the table; of no rows without copies. The last row is of no copy. */
export function copyColumns(rows: Rows<typeof COPY_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const filled = rows.length === 0 ? [] : [...rows, noCopy()];
  return traceColumns("copy", COPY_FIELDS, filled, { padding: noCopy, minLogRows });
}

/** A row of no copy. */
export function noCopy(): CopyCells {
  return {
    follows: 0,
    time: 0,
    space: 0,
    low: 0,
    high: 0,
    fromSpace: 0,
    fromLow: 0,
    fromHigh: 0,
    left: 0,
    full: 0,
    first: 0,
    end: ZEROS,
    shift: ZEROS,
    bytes: ZEROS,
    start: ZEROS,
    old: ZEROS,
    after: ZEROS,
    reads: 0,
    gap: number30(0),
    gapFrom: number30(0),
  };
}

const ZEROS: readonly number[] = new Array<number>(WORD_BYTES).fill(0);

/** True if a sufficiently long copy takes a byte of the first row's read place. */
function readsFirst({ offset, fromOffset }: Pick<CopyRange, "offset" | "fromOffset">): boolean {
  return fromOffset % WORD_BYTES >= offset % WORD_BYTES;
}

/** The limbs of a block's number, which is −1 before the first row of a copy from the memory's first block. */
function blockCells(block: number): Pick<CopyCells, "fromLow" | "fromHigh"> {
  return block < 0 ? { fromLow: P - 1, fromHigh: 0 } : { fromLow: block % LIMB, fromHigh: Math.floor(block / LIMB) };
}

function flags(at: number): number[] {
  return ZEROS.map((_, i) => (i === at ? 1 : 0));
}
