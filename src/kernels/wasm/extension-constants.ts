import type { Ext, ExtensionField } from "../../field/extension.ts";
import { companionOf } from "./montgomery.ts";

/** Value and companion of every coordinate, as the kernels `accumulate…` read a constant. */
export function constantPairs(element: Ext): number[] {
  return element.flatMap((x) => [x, companionOf(x)]);
}

/** Columns of the matrix of multiplication by an element: entry j is the element times X^j. */
export function multiplicationColumns(field: ExtensionField, element: Ext): Ext[] {
  return Array.from({ length: field.degree }, (_, j) =>
    field.mul(
      element,
      Array.from({ length: field.degree }, (_unused, i) => (i === j ? 1 : 0)),
    ),
  );
}

/** The same matrix row by row, as the kernels of `emit/extension-horner.ts` read it. */
export function multiplicationMatrix(field: ExtensionField, element: Ext): number[] {
  const columns = multiplicationColumns(field, element);
  return Array.from({ length: field.degree }, (_, k) => columns.map((column) => column[k] ?? 0)).flat();
}
