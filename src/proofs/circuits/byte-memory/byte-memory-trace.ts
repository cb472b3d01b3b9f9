import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { bigEndianBytes, limbsOfBigEndian } from "../words/big-endian.ts";
import { number30 } from "../words/earlier.ts";
import { LIMB, LIMBS, WORD_BYTES } from "../shapes/word.ts";
import { BYTE_MEMORY_FIELDS, type ByteMemoryCells } from "./byte-memory-air.ts";

/** A place as an access finds it: its word's limbs, and how long ago it was accessed, less one step. */
interface FoundPlace {
  readonly word: readonly number[];
  readonly gap: number;
}

/** Kind of an access of memory. */
interface ByteAccess {
  readonly kind: "read" | "write" | "writeByte";
  readonly space: number;
  /** Below 2^29 − 32. */
  readonly offset: number;
  readonly time: number;
  /** The limbs of the word that is read, or written, or whose lowest byte is. */
  readonly word: readonly number[];
  /** The places of the multiple of 32 at or below the offset, and of the next one. */
  readonly places: readonly [FoundPlace, FoundPlace];
}

/** The row of an access, and the two places' words after it. */
interface ByteAccessRow {
  readonly cells: ByteMemoryCells;
  readonly after: readonly [readonly number[], readonly number[]];
}

/** The row of an access. A word that was not what is read there makes a row that the table refuses. */
export function byteAccessRow({ kind, space, offset, time, word, places }: ByteAccess): ByteAccessRow {
  const at = offset % WORD_BYTES;
  const block = (offset - at) / WORD_BYTES;
  const [first, second] = places;
  const old = [...bigEndianBytes(first.word), ...bigEndianBytes(second.word)];
  const bytes = bigEndianBytes(word);
  const written = [bytes[WORD_BYTES - 1] ?? 0, ...old.slice(at + 1, at + WORD_BYTES)];
  const window = kind === "writeByte" ? written : bytes;
  const after = [...old.slice(0, at), ...window, ...old.slice(at + WORD_BYTES)];
  const cells = {
    real: 1,
    writes: kind === "write" ? 1 : 0,
    writesByte: kind === "writeByte" ? 1 : 0,
    space,
    time,
    low: block % LIMB,
    high: Math.floor(block / LIMB),
    shift: shiftFlags(at),
    old,
    word: bytes,
    window,
    gapLow: number30(first.gap),
    gapHigh: number30(second.gap),
  };
  return { cells, after: [limbsOfBigEndian(after.slice(0, WORD_BYTES)), limbsOfBigEndian(after.slice(WORD_BYTES))] };
}

/** The main columns of the table; of no rows without accesses. */
export function byteMemoryColumns(rows: Rows<typeof BYTE_MEMORY_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("byteMemory", BYTE_MEMORY_FIELDS, rows, { padding: noAccess, minLogRows });
}

/** The row that fills the table up: no access. */
export function noAccess(): ByteMemoryCells {
  const places: ByteAccess["places"] = [
    { word: new Array<number>(LIMBS).fill(0), gap: 0 },
    { word: new Array<number>(LIMBS).fill(0), gap: 0 },
  ];
  const { cells } = byteAccessRow({ kind: "read", space: 0, offset: 0, time: 0, word: places[0].word, places });
  return { ...cells, real: 0 };
}

function shiftFlags(at: number): number[] {
  return Array.from({ length: WORD_BYTES }, (_, s) => (s === at ? 1 : 0));
}
