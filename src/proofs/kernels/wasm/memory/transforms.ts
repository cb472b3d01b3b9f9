import { mul, pow } from "../../../field/koala-bear.ts";
import { evaluateOnCoset } from "../../reference/ntt.ts";
import type { ScratchLayout } from "./heap.ts";
import { toMontgomery } from "../../montgomery.ts";
import type { Thread, TwiddleAddresses } from "./thread.ts";

/** Columns shorter than 2^4 elements do not fill the transform's 4×4 tail and are left to the reference code. */
export const SMALLEST_LOG_SIZE = 4;

/** A table of multiplication constants: two arrays of words. */
export interface PowerTable {
  readonly values: number;
  readonly companions: number;
  /** Two vectors of scratch for the kernel that fills the table. */
  readonly seed: number;
}

export function layoutPowerTable(scratch: ScratchLayout, logSize: number): PowerTable {
  const bytes = 4 * 2 ** logSize;
  return { values: scratch.take(bytes), companions: scratch.take(bytes), seed: scratch.take(32) };
}

/** Fills the table with factor · ratio^i, i < 2^logSize (at least four entries). */
export function fillPowers(thread: Thread, table: PowerTable, logSize: number, factor: number, ratio: number): void {
  const { kernels, words } = thread;
  let term = factor;
  for (let i = 0; i < 4; i++) {
    words[table.seed / 4 + i] = toMontgomery(term);
    term = mul(term, ratio);
  }
  words.fill(toMontgomery(pow(ratio, 4)), table.seed / 4 + 4, table.seed / 4 + 8);
  kernels.powers(table.values, table.companions, 4 * 2 ** logSize, table.seed, table.seed + 16);
}

/** In-place transform of 2^logSize ≥ 16 elements to bit-reversed order; see `emit/ntt.ts`. */
export function transform(thread: Thread, twiddles: TwiddleAddresses, data: number, logSize: number): void {
  thread.kernels.ntt(data, 4 * 2 ** logSize, logSize % 2, twiddles.blocks, twiddles.tail, twiddles.tailStride);
}

/** A column to be evaluated on cosets of 2^logSize points; it has 2^logRows coefficients, perhaps fewer than points. */
interface CosetColumn {
  readonly source: number;
  readonly logRows: number;
  readonly target: number;
  readonly logSize: number;
}

/**
 * factor · f on shift · ⟨ω⟩, |⟨ω⟩| = 2^logSize, in bit-reversed order. `table` holds factor · shift^i; it is not read for
 * columns below the smallest size.
 */
export function evaluateColumn(
  thread: Thread,
  twiddles: TwiddleAddresses,
  column: CosetColumn,
  table: PowerTable,
  shift: number,
  factor: number,
): void {
  const { kernels, words } = thread;
  const rows = 2 ** column.logRows;
  const size = 2 ** column.logSize;
  if (column.logSize < SMALLEST_LOG_SIZE) {
    const coefficients = words.slice(column.source / 4, column.source / 4 + rows);
    const values = evaluateOnCoset(coefficients, column.logSize, shift).map((x) => mul(x, factor));
    words.set(values, column.target / 4);
    return;
  }
  const bytes = Math.max(16, 4 * rows);
  kernels.scaleVectors(column.target, column.source, table.values, table.companions, bytes);
  words.fill(0, column.target / 4 + rows, column.target / 4 + size);
  transform(thread, twiddles, column.target, column.logSize);
}
