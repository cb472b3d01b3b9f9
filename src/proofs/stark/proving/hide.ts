import { add, sub } from "../../field/koala-bear.ts";
import { quotientStep } from "../systems/hiding.ts";
import type { HidingParameters } from "../systems/parameters.ts";
import type { System } from "../systems/system.ts";
import type { MaskSource } from "./mask-source.ts";

/** Copies of columns with random elements in the last rows, and in all rows of the last columns. */
export function hideTrace(
  { field, parameters }: System,
  { randomRows }: HidingParameters,
  columns: readonly Uint32Array[],
  masks: MaskSource,
): Uint32Array[] {
  const firstMask = columns.length - parameters.extensionDegree;
  if (firstMask < 0) throw new RangeError(`a table that hides has ${field.degree} masks or more, not ${columns.length} columns`);
  return columns.map((column, i) => {
    const hidden = column.slice();
    const count = i < firstMask ? randomRows : column.length;
    hidden.set(masks.elements(count), column.length - count);
    return hidden;
  });
}

/**
 * Cuts a quotient into the chunks of a proof: q′_j = q_j + X^s·t_j − t_(j−1). Here s is `quotientStep`, each t_j is random,
 * and q_j has the coefficients from j·s to (j + 1)·s, the last one all after j·s. Takes and returns columns of n coefficients,
 * chunk by chunk and coordinate by coordinate.
 */
export function hideQuotient(system: System, computed: readonly Uint32Array[], masks: MaskSource): Uint32Array[] {
  const { field, chunkCount, parameters } = system;
  const rows = computed[0]?.length ?? 0;
  const step = quotientStep(parameters, Math.log2(rows));
  const mask = rows - step;
  const chunks: Uint32Array[] = [];
  // By coordinate, t of the chunk before.
  let shared: Uint32Array[] = Array.from({ length: field.degree }, () => new Uint32Array(mask));
  const coordinates = shared.map((_, c) => concatColumns(computed.filter((_, i) => i % field.degree === c)));
  for (let chunk = 0; chunk < chunkCount; chunk++) {
    const isLast = chunk === chunkCount - 1;
    const next = shared.map(() => (isLast ? new Uint32Array(mask) : masks.elements(mask)));
    coordinates.forEach((coefficients, c) => {
      const column = new Uint32Array(rows);
      column.set(coefficients.subarray(chunk * step, chunk * step + (isLast ? rows : step)));
      for (let i = 0; i < mask; i++) {
        column[step + i] = add(column[step + i] ?? 0, next[c]?.[i] ?? 0);
        column[i] = sub(column[i] ?? 0, shared[c]?.[i] ?? 0);
      }
      chunks.push(column);
    });
    shared = next;
  }
  return chunks;
}

function concatColumns(columns: readonly Uint32Array[]): Uint32Array {
  const all = new Uint32Array(columns.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const column of columns) {
    all.set(column, at);
    at += column.length;
  }
  return all;
}
