import type { Allocations } from "../device.ts";
import type { LoadedProgram } from "../jobs/strips.ts";
import { toMontgomery } from "../montgomery.ts";
import type { StripCode } from "./strip-code.ts";

/** Stores code and its scalars, which are canonical, where all threads read them. */
export function loadProgram(
  memory: Allocations,
  { words, registerCount, sources }: StripCode,
  scalars: readonly number[],
): LoadedProgram {
  return { code: memory.store(words), scalars: memory.store(scalars.map(toMontgomery)), registerCount, sources };
}
