import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { INFINITY, type Point } from "../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { CURVE_SUM_FIELDS, curveSumAir, type CurveSumCells } from "../../../src/proofs/circuits/curve-sum/curve-sum-air.ts";
import { curveSumColumns, curveSumRow } from "../../../src/proofs/circuits/curve-sum/curve-sum-trace.ts";
import { LIMBS, bytesOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { canonical, judgeRows, reasonsOf, type Row } from "../arithmetic/support/judge.ts";
import { multiple, sumForgeries } from "./support/sum-forgeries.ts";

const air = curveSumAir();
const toRow = (cells: CurveSumCells): Row => fieldElements("curveSum", CURVE_SUM_FIELDS, cells).map(canonical);
const messageOf = (...points: readonly Point[]): number[] => points.flatMap(({ x, y }) => [...bytesOf(x), ...bytesOf(y)]);

/** x³ has this factor for two x: the points with the same y have x · BETA. */
const BETA = secp256k1.Point.Fp.pow(3n, (secp256k1.Point.Fp.ORDER - 1n) / 3n);

/** All cases, and points that have a coordinate in common. */
function pairs(): [Point, Point][] {
  const random = new Random(5);
  const some = [...[1n, 2n, 3n, 0xdead_beefn], ...Array.from({ length: 6 }, () => random.bits(250))].map(multiple);
  const opposite = ({ x, y }: Point): Point => ({ x, y: secp256k1.Point.Fp.neg(y) });
  const turned = ({ x, y }: Point): Point => ({ x: secp256k1.Point.Fp.mul(x, BETA), y });
  return [
    [INFINITY, INFINITY],
    ...some.flatMap((point, i): [Point, Point][] => [
      [point, some[(i + 1) % some.length]!],
      [point, point],
      [point, opposite(point)],
      [point, INFINITY],
      [INFINITY, point],
      [point, turned(point)],
      [turned(point), opposite(point)],
    ]),
  ];
}

/** Sum by another implementation. */
function sumOf(first: Point, second: Point): Point {
  const toPoint = (point: Point) =>
    point.y === 0n ? secp256k1.Point.ZERO : secp256k1.Point.fromAffine({ x: point.x, y: point.y });
  const sum = toPoint(first).add(toPoint(second));
  return sum.is0() ? INFINITY : sum.toAffine();
}

/** Refusals of each case for two points, whatever the other cells: the first reason that depends on the points alone. */
function refusedCases(first: Point, second: Point): Record<string, string | undefined> {
  const points = { x1: bytesOf(first.x), y1: bytesOf(first.y), x2: bytesOf(second.x), y2: bytesOf(second.y) };
  const none = { ...curveSumRow(INFINITY, INFINITY).cells, onlyFirst: 0, onlySecond: 0 };
  const own = /^x differs$|^y: limb \d+ is the same$|^curveProduct\[0\]$|is infinity$/;
  const kinds = ["chord", "tangent", "opposite", "onlyFirst", "onlySecond"] as const;
  const judged = judgeRows(
    air,
    kinds.map((kind) => toRow({ ...none, ...points, [kind]: 1, uses: 1 })),
  );
  return Object.fromEntries(kinds.map((kind, i) => [kind, judged[i]!.refusals.find((reason) => own.test(reason))]));
}

const COUNTING = ["chord is boolean", "tangent is boolean", "opposite is boolean"];
/** The prime's limbs from the third on are ffff, and those of a word that is not less are, too. */
const UPPER = Array.from({ length: LIMBS }, (_, i) => i);
const IMPLIED = [
  ...UPPER.slice(3, 15).map((i) => `chosen[${i}] is boolean`),
  ...UPPER.filter((i) => i === 1 || i > 2).map((i) => `less: limb ${i} above the chosen one is equal`),
];

describe("the table curveSum", () => {
  it("adds points in all cases as another implementation does", () => {
    const list = pairs();
    const rows = list.map(([first, second]) => curveSumRow(first, second));
    const judged = judgeRows(
      air,
      rows.map(({ cells }) => toRow({ ...cells, uses: 2 })),
    );
    list.forEach(([first, second], i) => {
      const sum = sumOf(first, second);
      assert.deepEqual(rows[i]!.sum, sum);
      assert.deepEqual(judged[i], { refusals: [], answer: [2, ...messageOf(first, second, sum)], lies: false });
    });
  });

  it("is filled up with rows that it accepts, and is absent without sums", () => {
    const { cells } = curveSumRow(multiple(2n), multiple(3n));
    const last = curveSumColumns([{ ...cells, uses: 1 }], 2).map((column) => column[3]!);
    assert.deepEqual(judgeRows(air, [last])[0]?.refusals, []);
    assert.equal(last.at(-1), 0);
    assert.ok(curveSumColumns([], 2).every(({ length }) => length === 0));
  });

  /** Whether a cell may hold anything: what the row's case does not use, and limbs in which x1 and x2 agree. */
  const isFree = (field: string, { chord, tangent, opposite }: CurveSumCells): boolean => {
    if (field === "slope") return chord + tangent === 0;
    if (field === "half") return tangent === 0;
    if (field === "differs") return chord === 0;
    return (field === "inverse1" || field === "inverse2") && chord + tangent + opposite === 0;
  };

  it("refuses every changed cell or answers another question, except for cells that its case does not use", () => {
    const random = new Random(6);
    for (const [first, second] of pairs().slice(0, 8)) {
      const cells = { ...curveSumRow(first, second).cells, uses: 1 };
      const row = toRow(cells);
      const original = messageOf(first, second, sumOf(first, second)).join();
      const changes = row
        .slice(0, -1)
        .flatMap((value, column) =>
          [(value + 1) % P, P - 1, random.below(2 ** 16)].filter((other) => other !== value).map((other) => ({ column, other })),
        );
      const judged = judgeRows(
        air,
        changes.map(({ column, other }) => row.map((value, i) => (i === column ? other : value))),
      );
      judged.forEach(({ refusals, answer, lies }, i) => {
        const { column, other } = changes[i]!;
        const field = air.columnNames[column]!.replace(/\[\d+\]$/, "");
        assert.ok(refusals.length > 0 || !lies, `${air.columnNames[column]} ${other}: an untrue answer is accepted`);
        if (refusals.length > 0 || answer.slice(1).join() !== original) return;
        assert.ok(isFree(field, cells), `${air.columnNames[column]} may be ${other}`);
      });
    }
  });

  it("needs every constraint and every message: each alone refuses a row that answers something false", () => {
    const all = [...sumForgeries()];
    const judged = judgeRows(
      air,
      all.map(({ cells }) => toRow(cells)),
    );
    judged.forEach(({ refusals, lies }, i) => {
      assert.deepEqual(refusals, [all[i]!.refusedBy]);
      assert.ok(lies, `the row that ${all[i]!.refusedBy} refuses is true`);
    });
    const needed = new Set([...all.map(({ refusedBy }) => refusedBy), ...COUNTING, ...IMPLIED]);
    assert.deepEqual([...needed].sort(), reasonsOf(air).sort());
  });

  it("takes y + p for y, and has no case for a point written in both ways", () => {
    const { Fp } = secp256k1.Point;
    // 1 − 7 is a cube, so that a point has y = 1.
    const small = { x: Fp.pow(Fp.create(-6n), (Fp.ORDER + 2n) / 9n), y: 1n };
    const large = { x: small.x, y: Fp.ORDER + 1n };
    const opposite = { x: small.x, y: Fp.ORDER - 1n };
    const rightPairs = [large, opposite, INFINITY, multiple(5n)].map((second) => [large, second] as const);
    const rows = rightPairs.map(([first, second]) => toRow({ ...curveSumRow(first, second).cells, uses: 1 }));
    judgeRows(air, rows).forEach((judgement, i) => {
      const [first, second] = rightPairs[i]!;
      const sum = second === INFINITY ? large : sumOf(small, second === large ? small : second);
      assert.deepEqual(judgement, { refusals: [], answer: [1, ...messageOf(first, second, sum)], lies: false });
    });
    assert.deepEqual(refusedCases(small, large), {
      ...{ chord: "x differs", tangent: "y: limb 0 is the same", opposite: "curveProduct[0]" },
      ...{ onlyFirst: "the second is infinity", onlySecond: "the first is infinity" },
    });
  });

  it("does not take (0, p) for infinity", () => {
    const noPoint = { x: 0n, y: secp256k1.Point.Fp.ORDER };
    const { onlyFirst } = refusedCases(multiple(5n), noPoint);
    const { onlySecond } = refusedCases(noPoint, multiple(5n));
    assert.deepEqual([onlyFirst, onlySecond], ["the second is infinity", "the first is infinity"]);
  });

  it("bounds what it sends: without the constraints that do so, its system is refused", () => {
    const answers: Air = { ...air, interactions: air.interactions.filter(({ bus }) => bus.name === "curveProduct") };
    assert.equal(countedSides([answers]).size, 1);
    for (const constraint of COUNTING) {
      const constraints = air.constraints.filter(({ name }) => name !== constraint);
      assert.throws(() => countedSides([{ ...answers, constraints }]), /no side of bus curveProduct is counted/, constraint);
    }
  });
});
