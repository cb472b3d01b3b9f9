import { number30 } from "../../../src/proofs/circuits/words/earlier.ts";
import { add, inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { LIMBS } from "../../../src/proofs/circuits/shapes/word.ts";
import type { MemoryCells } from "../../../src/proofs/circuits/memory/memory-air.ts";
import type { ProcessorCells } from "../../../src/proofs/circuits/processor/processor-air.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { cellsOf, type RunCells } from "./judge.ts";
import { programOf, traced } from "./programs.ts";

/** A run that is not what the interpreter does, and the one thing that refuses it. */
export interface Forgery {
  readonly cells: RunCells;
  readonly refusedBy: string;
}

/** The honest run of a program of these bytes. */
export function honest(code: readonly (number | readonly number[])[], hints: readonly bigint[] = []): RunCells {
  const program = programOf(code);
  return cellsOf(program, traced(program, hints).trace);
}

/** The run with cells of some of the processor's rows changed, by their number. */
export function changed(cells: RunCells, rows: Readonly<Record<number, Partial<ProcessorCells>>>): RunCells {
  return { ...cells, processor: cells.processor.map((row, i) => ({ ...row, ...rows[i] })) };
}

/** The run with a place of the memory changed, by its space and index. */
export function placeChanged(cells: RunCells, [space, index]: readonly [number, number], change: Partial<MemoryCells>): RunCells {
  const memory = cells.memory.map((row) =>
    row.space === space && row.index[0] === index && row.index[1] === 0 ? { ...row, ...change } : row,
  );
  return { ...cells, memory };
}

/** A word with these limbs, others 0. */
export function word(limbs: Readonly<Record<number, number>>): number[] {
  return Array.from({ length: LIMBS }, (_, i) => limbs[i] ?? 0);
}

/** The gap of an access at time `now` to a place that was accessed at time `before`, whichever is first. */
export function gap(now: number, before: number): readonly number[] {
  const number = now - before - 1;
  return number < 0 ? [number, 0] : number30(number);
}

/** High limb of a negative number whose low limb is 0. */
export function negative(number: number): number {
  return mul(number + P, inv(2 ** 16));
}

/** The limbs of a word's bytes, highest first, which may be any elements of the field. */
export function bytesLimbs(bytes: readonly number[]): number[] {
  return Array.from({ length: LIMBS }, (_, i) =>
    add(mul(256, canonical(bytes[30 - 2 * i] ?? 0)), canonical(bytes[31 - 2 * i] ?? 0)),
  );
}
