import type { Ext, ExtensionField } from "../../field/extension.ts";
import { inv, mul, pow, rootOfUnity, sub } from "../../field/koala-bear.ts";
import type { QuotientTable } from "../backend.ts";
import { bitReverse } from "../bit-reversal.ts";
import { evaluateOnCoset, interpolateFromCoset } from "./ntt.ts";
import { fromCoordinateColumns, toCoordinateColumns } from "./polynomial.ts";
import { runProgram } from "./vector-program.ts";

/**
 * One table's composition polynomial divided by Z(x) = x^n − 1, as cosets · n extension coefficients:
 * a₀/Z + (x − g⁻¹)·a₁/Z + a₂/(x − 1) + a₃/(x − g⁻¹), aₛ being the accumulator of scope s.
 * It is determined by its values on a coset of cosets · n points, where Z has no zero.
 */
export function tableQuotient(
  field: ExtensionField,
  table: Omit<QuotientTable, "blocks">,
  columns: readonly Uint32Array[],
  cosets: number,
  shift: number,
): Ext[] {
  const logSize = table.logRows + Math.log2(cosets);
  const size = 2 ** logSize;
  const root = rootOfUnity(logSize);
  const lastPoint = inv(rootOfUnity(table.logRows)); // g⁻¹ = g^(n−1), the last point of the trace domain
  const extended = columns.map((column) => evaluateOnCoset(column, logSize, shift));
  const values = Array.from({ length: size }, (_, position): Ext => {
    const exponent = bitReverse(position, logSize);
    // g = root^cosets, so the next row of the trace domain stands as many exponents further.
    const nextPosition = bitReverse((exponent + cosets) % size, logSize);
    const [everyRow, transition, firstRow, lastRow] = runProgram(field, table.program, {
      current: extended.map((column) => column[position] ?? 0),
      next: extended.map((column) => column[nextPosition] ?? 0),
      scalars: table.scalars,
      weights: table.weights,
    });
    const x = mul(shift, pow(root, exponent));
    const inverseZ = inv(sub(pow(x, 2 ** table.logRows), 1));
    return [
      field.scale(everyRow, inverseZ),
      field.scale(transition, mul(sub(x, lastPoint), inverseZ)),
      field.scale(firstRow, inv(sub(x, 1))),
      field.scale(lastRow, inv(sub(x, lastPoint))),
    ].reduce(field.add);
  });
  return fromCoordinateColumns(toCoordinateColumns(field, values).map((column) => interpolateFromCoset(column, shift)));
}
