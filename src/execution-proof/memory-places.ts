import type { Place } from "../circuits/memory/memory-trace.ts";
import { type Variable, variableIndex } from "../machine/kernel/names.ts";

/** The spaces of the proven memory. An array has the space `ARRAY_SPACE` plus its number. */
export const VARIABLE_SPACE = 1;
/** Places are offsets in bytes, multiples of 32. */
export const KERNEL_MEMORY_SPACE = 2;
export const ARRAY_SPACE = 16;

/** Where a variable of the kernel is. */
export function placeOfVariable(name: Variable): Place {
  return { space: VARIABLE_SPACE, index: variableIndex(name) };
}
