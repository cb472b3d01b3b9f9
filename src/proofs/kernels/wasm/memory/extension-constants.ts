import type { Ext, ExtensionField } from "../../../field/extension.ts";
import { companionOf } from "../../montgomery.ts";

/** Value and companion of every coordinate, as the kernels `accumulate…` read a constant. */
export function constantPairs(element: Ext): number[] {
  return element.flatMap((x) => [x, companionOf(x)]);
}

/** The matrix of multiplication by an element row by row, as the kernels of `emit/extension-horner.ts` read it. */
export function multiplicationMatrix(field: ExtensionField, element: Ext): number[] {
  const columns = field.multiplesByX(element);
  return Array.from({ length: field.degree }, (_, k) => columns.map((column) => column[k] ?? 0)).flat();
}
