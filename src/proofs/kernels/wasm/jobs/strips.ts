import type { ScratchLayout } from "../memory/heap.ts";
import { R } from "../../montgomery.ts";
import type { StripSource } from "../../programs/strip-code.ts";
import { STRIP_BYTES, STRIP_ROWS } from "../emit/strip-layout.ts";
import type { Thread } from "../memory/thread.ts";

/** Rows of a block of the columns that a program reads; hundreds of blocks fit the second-level cache. */
export const BLOCK_ROWS = 256;

/** A program's code (`operations/load-program.ts`) in the shared memory. */
export interface LoadedProgram {
  readonly code: number;
  /** In Montgomery form. */
  readonly scalars: number;
  readonly registerCount: number;
  readonly sources: readonly StripSource[];
}

/** Scratch that a thread needs to run a program. */
export interface ProgramScratch {
  readonly registers: number;
  /** Tables of addresses. */
  readonly sources: number;
  readonly targets: number;
}

export function layOutProgram(
  { registerCount, sources }: Pick<LoadedProgram, "registerCount" | "sources">,
  targetCount: number,
  scratch: ScratchLayout,
): ProgramScratch {
  return {
    registers: scratch.take(STRIP_BYTES * registerCount),
    sources: scratch.take(4 * sources.length),
    targets: scratch.take(4 * targetCount),
  };
}

/** Before the first block: `sources` are the addresses at which every block of rows of the program's sources will stand. */
export function prepareProgram({ words }: Thread, scratch: ProgramScratch, sources: readonly number[]): void {
  words.fill(R, scratch.registers / 4, scratch.registers / 4 + STRIP_ROWS);
  words.set(sources, scratch.sources / 4);
}

/** Runs the program on `rows` rows, a multiple of 16. False if some of them invert zero. */
export function runOnBlock(
  { kernels, words }: Thread,
  { code, scalars }: LoadedProgram,
  { registers, sources, targets }: ProgramScratch,
  targetAddresses: readonly number[],
  count: number,
): boolean {
  words.set(targetAddresses, targets / 4);
  return kernels.runStrips(code, sources, targets, registers, scalars, 4 * count) === 1;
}
