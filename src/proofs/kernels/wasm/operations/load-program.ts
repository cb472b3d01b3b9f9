import { toMontgomery } from "../../montgomery.ts";
import { OPCODE, operandsAt, type StripCode } from "../../programs/strip-code.ts";
import type { Allocations } from "../device/device.ts";
import type { LoadedProgram } from "../jobs/strips.ts";
import { STRIP_BYTES } from "../emit/strip-layout.ts";

/** Stores code and its scalars, which are canonical, where all threads read them. */
export function loadProgram(
  memory: Allocations,
  { words, registerCount, sources }: StripCode,
  scalars: readonly number[],
): LoadedProgram {
  return { code: memory.store(inBytes(words)), scalars: memory.store(scalars.map(toMontgomery)), registerCount, sources };
}

/**
 * The code as `runStrips` reads it: registers and scalars are named by the bytes before them, sources and columns by those before
 * their addresses, and lengths count bytes.
 */
function inBytes(words: Uint32Array): Uint32Array {
  const scaled = words.map((word) => 4 * word);
  for (let at = 0; at < words.length;) {
    const { read, scaledEnd, readEnd, written, end } = operandsAt(words, at);
    scaled[at] = words[at] ?? OPCODE.end;
    for (let i = read; i < readEnd; i += i < scaledEnd ? 2 : 1) scaled[i] = STRIP_BYTES * (words[i] ?? 0);
    if (written !== undefined) scaled[written] = STRIP_BYTES * (words[written] ?? 0);
    at = end;
  }
  return scaled;
}
