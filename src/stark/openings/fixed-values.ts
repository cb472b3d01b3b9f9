import type { Ext, ExtensionField } from "../../field/extension.ts";
import { powerOfTwo } from "../systems/evaluate.ts";
import type { Shape } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";
import { rowSums } from "./deep.ts";
import { challengePowers } from "./fri.ts";

/** log2 of the coefficients that are added up at once: with fewer, steps between blocks cost more; with more, the powers do. */
const LOG_BLOCK = 9;

/**
 * Values at z of the preprocessed columns, in opening order, where the verifier evaluates them; empty where a proof has them. A
 * column of a table of height n/k is evaluated at z^k, as committed ones are opened.
 */
export function fixedValues({ field, evaluatedColumns }: System, { tallest }: Pick<Shape, "tallest">, point: Ext): Ext[] {
  if (evaluatedColumns === undefined) return [];
  const byHeight = new Map<number, (coefficients: Uint32Array) => Ext>();
  return evaluatedColumns.polynomials().flatMap(({ logRows, columns }) => {
    const known = byHeight.get(logRows);
    const evaluate = known ?? evaluationAt(field, powerOfTwo(field, point, tallest - logRows), logRows);
    byHeight.set(logRows, evaluate);
    return columns.map(evaluate);
  });
}

/** Σ c_i·x^i over 2^logRows coefficients: block by block, by Horner's rule from block to block. */
function evaluationAt(field: ExtensionField, x: Ext, logRows: number): (coefficients: Uint32Array) => Ext {
  const length = 2 ** Math.min(logRows, LOG_BLOCK);
  const powers = challengePowers(field, x, length);
  const step = field.mul(powers[length - 1] ?? field.one, x);
  const sumOf = rowSums(field, powers);
  const all = powers.map((_, i) => i);
  return (coefficients) => {
    let value = field.zero;
    for (let at = coefficients.length - length; at >= 0; at -= length)
      value = field.add(field.mul(value, step), sumOf(coefficients.subarray(at, at + length), all));
    return value;
  };
}
