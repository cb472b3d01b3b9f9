import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { ROW_LANES, LANE_BYTES, type HashInputCells } from "../hash-input/hash-input-air.ts";
import { type HashedInput, inputRows, withLanes } from "../hash-input/hash-input-trace.ts";
import { KECCAK_LIMBS, LANE_LIMBS } from "../shapes/keccak-state.ts";
import { WORD_BYTES } from "../shapes/word.ts";
import { RATE_BYTES, RATE_LANES, SPONGE_FIELDS, type SpongeCells } from "./sponge-air.ts";

/** Keccak-f[1600] of a state's limbs, which counts as asked for. */
type Permute = (state: readonly number[]) => readonly number[];

/** Lanes of an input's blocks: one block more than are full. */
export function laneCount(length: number): number {
  return RATE_LANES * (Math.floor(length / RATE_BYTES) + 1);
}

/** The rows of a hash in both tables. */
interface HashRows {
  readonly sponge: readonly SpongeCells[];
  readonly input: readonly HashInputCells[];
}

/** The rows that hash an input. */
export function hashRows(input: HashedInput, permute: Permute): HashRows {
  const { space, offset, length, time } = input;
  const lanes = laneCount(length);
  const rows = inputRows(input, lanes);
  const padded = rows.flatMap(({ chunk }) => chunk);
  const asked: number[][] = [];
  const sponge: SpongeCells[] = [];
  let before: readonly number[] = new Array<number>(KECCAK_LIMBS).fill(0);
  for (let block = 0; block * RATE_LANES < lanes; block++) {
    const isLast = (block + 1) * RATE_LANES === lanes;
    const bytes = before.slice(0, RATE_LANES * LANE_LIMBS).flatMap((limb) => [limb & 0xff, limb >> 8]);
    for (let lane = 0; lane < RATE_LANES; lane++) asked.push(bytes.slice(LANE_BYTES * lane, LANE_BYTES * (lane + 1)));
    const chunk = padded.slice(RATE_BYTES * block, RATE_BYTES * (block + 1));
    const absorbed = limbsOf(chunk.map((byte, i) => byte ^ (bytes[i] ?? 0)));
    const output = permute([...absorbed, ...before.slice(absorbed.length)]);
    const hash = output.slice(0, WORD_BYTES / 2).flatMap((limb) => [limb & 0xff, limb >> 8]);
    sponge.push({
      follows: block === 0 ? 0 : 1,
      first: block === 0 ? 1 : 0,
      last: isLast ? 1 : 0,
      time,
      block,
      before,
      space,
      offset,
      length: [length % 2 ** 16, Math.floor(length / 2 ** 16)],
      rest: isLast ? length - RATE_BYTES * block : 0,
      absorbed,
      output,
      hash,
    });
    before = output;
  }
  return {
    sponge,
    input: rows.map((row, i) =>
      withLanes(
        row,
        Array.from({ length: ROW_LANES }, (_, lane) => asked[ROW_LANES * i + lane]),
      ),
    ),
  };
}

/** The main columns of the table; of no rows without hashes. */
export function spongeColumns(rows: Rows<typeof SPONGE_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("sponge", SPONGE_FIELDS, rows, { padding: noBlock, minLogRows });
}

/** A row of no block. */
export function noBlock(): SpongeCells {
  const state = new Array<number>(KECCAK_LIMBS).fill(0);
  return {
    follows: 0,
    first: 0,
    last: 0,
    time: 0,
    block: 0,
    before: state,
    space: 0,
    offset: 0,
    length: [0, 0],
    rest: 0,
    absorbed: state.slice(0, RATE_LANES * LANE_LIMBS),
    output: state,
    hash: new Array<number>(WORD_BYTES).fill(0),
  };
}

function limbsOf(bytes: readonly number[]): number[] {
  return Array.from({ length: bytes.length / 2 }, (_, i) => (bytes[2 * i] ?? 0) + 256 * (bytes[2 * i + 1] ?? 0));
}
