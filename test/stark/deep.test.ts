import assert from "node:assert/strict";
import { test } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { combineOpenings, deepValues } from "../../src/proofs/stark/openings/deep.ts";
import { elementSource, randomExt } from "../kernels/support/random-elements.ts";

for (const degree of [4, 5, 6])
  test(`returns the quotient of the columns' combinations by its definition, in degree ${degree}`, () => {
    const field = createExtension(degree);
    // More columns than are added up between two reductions, as large as elements are, and few.
    for (const width of [1, 31, 32, 33, 64, 200]) {
      const nextColumns = Array.from({ length: width }, (_, column) => column).filter((column) => column % 3 === 0);
      const [challenge, point, nextPoint] = [
        randomExt(width, degree),
        randomExt(width + 1, degree),
        randomExt(width + 2, degree),
      ];
      const atPoint = Array.from({ length: width }, (_, i) => randomExt(1000 + i, degree));
      const atNext = nextColumns.map((_, i) => randomExt(2000 + i, degree));
      const combination = combineOpenings(field, challenge, { point, nextPoint }, { atPoint, atNext }, nextColumns);
      const next = elementSource(width);
      const rows = [new Array<number>(width).fill(P - 1), Array.from({ length: width }, () => next())];
      const points = [7, P - 2];

      const at = (row: readonly number[], columns: readonly number[], opened: readonly Ext[], x: number, z: Ext): Ext => {
        const combined = columns.reduce(
          (sum, column, i) =>
            field.add(sum, field.mul(field.pow(challenge, column), field.sub(field.fromBase(row[column]!), opened[i]!))),
          field.zero,
        );
        return field.mul(combined, field.inv(field.sub(field.fromBase(x), z)));
      };
      const all = Array.from({ length: width }, (_, column) => column);
      const expected = rows.map((row, i) =>
        field.add(
          at(row, all, atPoint, points[i]!, point),
          field.mul(field.pow(challenge, width), at(row, nextColumns, atNext, points[i]!, nextPoint)),
        ),
      );
      assert.deepEqual(deepValues(field, combination, points, rows), expected);
    }
  });
