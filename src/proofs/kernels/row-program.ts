import type { RowProgram } from "./backend.ts";

/** Why a row program stops. */
export const ZERO_INVERTED = "a row program inverts zero";

/** Throws RangeError unless the program stores each of its `width` columns once. */
export function requireStores({ instructions }: RowProgram, width: number): void {
  const stored = instructions.flatMap((instruction) => (instruction.op === "store" ? [instruction.column] : []));
  const isComplete =
    stored.length === width && Array.from({ length: width }, (_, column) => stored.includes(column)).every(Boolean);
  if (!isComplete) throw new RangeError(`a row program stores columns ${stored.join(", ")} instead of ${width}, each once`);
}
