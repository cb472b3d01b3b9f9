import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import { P } from "../../field/koala-bear.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { bigEndianBytes } from "../words/big-endian.ts";
import { number30 } from "../words/earlier.ts";
import { LIMB, WORD_BYTES } from "../shapes/word.ts";
import { HASH_INPUT_FIELDS, type HashInputCells, LANE_BYTES, ROW_LANES } from "./hash-input-air.ts";

/** A hashed input: its places with the limbs of their words, and the steps since each place's last access. */
export interface HashedInput {
  readonly space: number;
  readonly offset: number;
  readonly length: number;
  readonly time: number;
  /** From the place of the offset on, `inputRowCount` of them. */
  readonly places: readonly { readonly word: readonly number[]; readonly gap: number }[];
}

/** Number of rows of an input with this many lanes after padding: the rows of the lanes, and one more. */
export function inputRowCount(lanes: number): number {
  return Math.ceil(lanes / ROW_LANES) + 1;
}

/** The rows of an input, whose lanes no sponge has asked for yet. */
export function inputRows({ space, offset, length, time, places }: HashedInput, lanes: number): HashInputCells[] {
  const shift = offset % WORD_BYTES;
  const memory = places.flatMap(({ word }) => bigEndianBytes(word));
  return places.map(({ gap }, row) => {
    const left = length - WORD_BYTES * row;
    const block = (offset - shift) / WORD_BYTES + row;
    const isEnd = left >= 0 && left < WORD_BYTES;
    const closing = lanes - 1 - ROW_LANES * row;
    const closes = oneOf(ROW_LANES, closing);
    const bytes = memory.slice(WORD_BYTES * row, WORD_BYTES * (row + 1));
    const chunk = bytes.map((_, i) => {
      const own = i < left ? (memory[WORD_BYTES * row + shift + i] ?? 0) : i === left ? 1 : 0;
      return own + (i === LANE_BYTES * (closing + 1) - 1 ? 128 : 0);
    });
    const zeros = bytes.map(() => 0);
    return {
      follows: row === 0 ? 0 : 1,
      time,
      space,
      low: block % LIMB,
      high: Math.floor(block / LIMB),
      row,
      left: left < 0 ? left + P : left,
      full: left >= WORD_BYTES ? 1 : 0,
      end: isEnd ? oneOf(WORD_BYTES, left) : zeros,
      shift: oneOf(WORD_BYTES, shift),
      bytes,
      first: row === 0 ? 1 : 0,
      closes,
      chunk,
      before: zeros,
      both: zeros,
      uses: closes.map(() => 0),
      gap: number30(gap),
    };
  });
}

/** The row with what the sponge's lanes hold before the chunk, for each lane that is asked for; others keep what they had. */
export function withLanes(row: HashInputCells, lanes: readonly (readonly number[] | undefined)[]): HashInputCells {
  const before = lanes.flatMap((bytes) => bytes ?? new Array<number>(LANE_BYTES).fill(0));
  return {
    ...row,
    before,
    both: row.chunk.map((byte, i) => byte & (before[i] ?? 0)),
    uses: lanes.map((bytes) => (bytes === undefined ? 0 : 1)),
  };
}

/** The main columns of the table; of no rows without inputs. The last row is of no input. */
export function hashInputColumns(rows: Rows<typeof HASH_INPUT_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const filled = rows.length === 0 ? [] : [...rows, noInput()];
  return traceColumns("hashInput", HASH_INPUT_FIELDS, filled, { padding: noInput, minLogRows });
}

/** A row of no input. */
export function noInput(): HashInputCells {
  const zeros = new Array<number>(WORD_BYTES).fill(0);
  const ofLanes = new Array<number>(ROW_LANES).fill(0);
  return {
    follows: 0,
    time: 0,
    space: 0,
    low: 0,
    high: 0,
    row: 0,
    left: 0,
    full: 0,
    first: 0,
    end: zeros,
    shift: zeros,
    bytes: zeros,
    chunk: zeros,
    before: zeros,
    both: zeros,
    closes: ofLanes,
    uses: ofLanes,
    gap: number30(0),
  };
}

function oneOf(count: number, at: number): number[] {
  return Array.from({ length: count }, (_, i) => (i === at ? 1 : 0));
}
