import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  CURVE_MULTIPLE_FIELDS,
  curveMultipleAir,
  type CurveMultipleCells,
} from "../../../src/circuits/curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns } from "../../../src/circuits/curve-multiple/curve-multiple-trace.ts";
import { CurveTrace } from "../../../src/circuits/curve/curve-trace.ts";
import { ORDER, type Point } from "../../../src/circuits/curve/secp256k1.ts";
import { bytesOf, limbsOf } from "../../../src/circuits/words/word.ts";
import { P } from "../../../src/field/koala-bear.ts";
import type { Air } from "../../../src/stark/air.ts";
import { fieldElements } from "../../../src/stark/fields.ts";
import { countedSides } from "../../../src/stark/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { canonical, judgeRows, reasonsOf, type Row } from "../arithmetic/support/judge.ts";
import { honestMultiple, multipleForgeries } from "./support/multiple-forgeries.ts";
import { multiple } from "./support/sum-forgeries.ts";
import { pointSumOfMultiples } from "./support/true-curve-messages.ts";

const air = curveMultipleAir();
const toRow = (cells: CurveMultipleCells): Row => fieldElements("curveMultiple", CURVE_MULTIPLE_FIELDS, cells).map(canonical);
const messageOf = (u: bigint, v: bigint, ...points: readonly Point[]): number[] => [
  ...limbsOf(u),
  ...limbsOf(v),
  ...points.flatMap(({ x, y }) => [...bytesOf(x), ...bytesOf(y)]),
];

const POINT = multiple(0x1234_5678n);
const SCALARS: readonly (readonly [bigint, bigint])[] = [
  ...[0n, 1n].flatMap((u) => [0n, 1n].map((v) => [u, v] as const)),
  [2n, 3n],
  [ORDER - 1n, 0n],
  [0n, ORDER],
  [1n << 255n, (1n << 256n) - 1n],
  // The generators and the points are opposite.
  [ORDER - 0x1234_5678n, 1n],
];

describe("the table curveMultiple", () => {
  it("answers multiples as another implementation has them", () => {
    const judged = judgeRows(
      air,
      SCALARS.map(([u, v]) => toRow(honestMultiple(u, v, POINT))),
    );
    judged.forEach((judgement, i) => {
      const [u, v] = SCALARS[i]!;
      const answer = [1, ...messageOf(u, v, POINT, pointSumOfMultiples(u, v, POINT))];
      assert.deepEqual(judgement, { refusals: [], answer, lies: false });
    });
  });

  it("gives the result bit by bit, whatever the points, with the rows that it asks for", () => {
    const random = new Random(8);
    for (const scalar of [0n, 1n, ORDER - 1n, random.bits(250)]) {
      const point = multiple(scalar);
      const [u, v] = [random.bits(256), random.bits(256)];
      const trace = new CurveTrace();
      assert.deepEqual(trace.multiple({ u, v, point }), pointSumOfMultiples(u, v, point));
      const [multiples = [], sums = [], products = []] = trace.columns(2);
      assert.deepEqual(
        [multiples, sums, products].map((columns) => columns[0]?.length),
        [256, 512, 2048],
      );
    }
  });

  it("is filled up with rows that it accepts, and is absent without multiples", () => {
    const last = curveMultipleColumns([honestMultiple(3n, 1n)], 2).map((column) => column[3]!);
    assert.deepEqual(judgeRows(air, [last])[0]?.refusals, []);
    assert.equal(last.at(-1), 0);
    assert.ok(curveMultipleColumns([], 2).every(({ length }) => length === 0));
  });

  it("refuses every changed cell or answers another question; a row that ends uses no sum for its halves", () => {
    const random = new Random(9);
    for (const [u, v] of [
      [0n, 0n],
      [6n, 3n],
      [ORDER - 0x1234_5678n, 1n],
    ] as const) {
      const cells = honestMultiple(u, v, POINT);
      const row = toRow(cells);
      const changes = row
        .slice(0, -1)
        .flatMap((value, column) =>
          [(value + 1) % P, random.below(2 ** 16)].filter((other) => other !== value).map((other) => ({ column, other })),
        );
      const original = messageOf(u, v, POINT, pointSumOfMultiples(u, v, POINT)).join();
      const judged = judgeRows(
        air,
        changes.map(({ column, other }) => row.map((value, i) => (i === column ? other : value))),
      );
      judged.forEach(({ refusals, answer, lies }, i) => {
        const { column, other } = changes[i]!;
        const name = air.columnNames[column]!;
        assert.ok(refusals.length > 0 || !lies, `${name} ${other} of ${u}, ${v}: an untrue answer is accepted`);
        if (refusals.length > 0 || answer.slice(1).join() !== original) return;
        const isUnused = u + v < 2n && /^(inverse|(sum|doubled)[XY]\[\d+\])$/.test(name);
        assert.ok(isUnused, `${name} of ${u}, ${v} may be ${other}`);
      });
    }
  });

  it("needs every constraint and every message: each alone refuses a row that answers something false", () => {
    const all = [...multipleForgeries()];
    const judged = judgeRows(
      air,
      all.map(({ cells }) => toRow(cells)),
    );
    judged.forEach(({ refusals, lies }, i) => {
      assert.deepEqual(refusals, [all[i]!.refusedBy]);
      assert.ok(lies, `the row that ${all[i]!.refusedBy} refuses is true`);
    });
    const needed = new Set([...all.map(({ refusedBy }) => refusedBy), "goesOn is boolean", "real is boolean"]);
    assert.deepEqual([...needed].sort(), reasonsOf(air).sort());
  });

  it("asks only for smaller scalars, whatever the inverse: a row whose halves are zero does not ask, even for infinity", () => {
    for (const [u, v] of [
      [0n, 0n],
      [1n, 1n],
    ] as const) {
      const rows = [0, 1, P - 1].map((inverse) => toRow({ ...honestMultiple(u, v), goesOn: 1, inverse }));
      for (const { refusals } of judgeRows(air, rows)) assert.deepEqual(refusals, ["goes on only if a half is not zero"]);
    }
  });

  it("knows halves of which no limb is zero, as of the largest scalars, not to be zero", () => {
    const largest = (1n << 256n) - 1n;
    assert.deepEqual(judgeRows(air, [toRow(honestMultiple(largest, largest, POINT))])[0]!.refusals, []);
  });

  it("bounds what it sends: without the constraints that do so, its system is refused", () => {
    const answers: Air = { ...air, interactions: air.interactions.filter(({ bus }) => bus.name === "curveSum") };
    assert.equal(countedSides([answers]).size, 1);
    for (const constraint of ["goesOn is boolean", "real is boolean"]) {
      const constraints = air.constraints.filter(({ name }) => name !== constraint);
      assert.throws(() => countedSides([{ ...answers, constraints }]), /no side of bus curveSum is counted/, constraint);
    }
  });
});
