import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, it } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import { ArithmeticTrace } from "../../../src/proofs/circuits/arithmetic/arithmetic-trace.ts";
import { CURVE_MULTIPLE_FIELDS } from "../../../src/proofs/circuits/curve-multiple/curve-multiple-air.ts";
import { curveMultipleColumns, noMultiple } from "../../../src/proofs/circuits/curve-multiple/curve-multiple-trace.ts";
import { curveChoiceColumns } from "../../../src/proofs/circuits/curve-choice/curve-choice-trace.ts";
import { CURVE_CHOICE_FIELDS } from "../../../src/proofs/circuits/curve-choice/curve-choice-air.ts";
import { CurveTrace } from "../../../src/proofs/circuits/curve/curve-trace.ts";
import { LAMBDA, splitScalar } from "../../../src/proofs/circuits/secp256k1/endomorphism.ts";
import { offsets } from "../../../src/proofs/circuits/curve-sum/offsets.ts";
import { GENERATOR, modulo, ORDER, type Point, PRIME } from "../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { fieldElements, fieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { canonical } from "../arithmetic/support/judge.ts";
import { airOf, curveRun, isTrue, reasonsOf, refusalsOf } from "./support/curve-run.ts";
import { multipleForgeries, POINT, REQUEST, withMultiple } from "./support/multiple-forgeries.ts";
import { multiple } from "./support/sum-forgeries.ts";
import { pointSum, pointSumOfMultiples } from "./support/true-curve-messages.ts";

const { Point: Curve } = secp256k1;
const opposite = ({ x, y }: Point): Point => ({ x, y: PRIME - y });
const SCALARS: readonly (readonly [bigint, bigint])[] = [
  ...[0n, 1n].flatMap((u) => [0n, 1n].map((v) => [u, v] as const)),
  [2n, 3n],
  [(1n << 256n) - 1n, ORDER - 1n],
  [ORDER - 1n, LAMBDA],
  [ORDER, ORDER - LAMBDA],
  [1n << 128n, 1n << 128n],
  [(1n << 255n) + 1n, (1n << 255n) + 1n],
];

/** The multiple as the trace has it, with how many of its rows have which offset. */
function traced(u: bigint, v: bigint, point: Point): { readonly result: Point; readonly second: number | undefined } {
  const trace = new CurveTrace();
  const result = trace.multiple({ time: 3, u, v, point }, new ArithmeticTrace());
  const { curveMultiple: multiples } = trace.columns(() => 0);
  return { result, second: multiples[Object.keys(CURVE_MULTIPLE_FIELDS).indexOf("second")]![0] };
}

describe("the tables curveMultiple and curveChoice", () => {
  it("accept multiples as another implementation has them, with the steps of each", () => {
    const random = new Random(8);
    const some = Array.from({ length: 6 }, () => [random.bits(256), random.bits(255)] as const);
    for (const [i, [u, v]] of [...SCALARS, ...some].entries()) {
      const run = curveRun({ time: 5 + i, u, v, point: i % 2 === 0 ? POINT : multiple(random.bits(250) + 1n) });
      assert.deepEqual(refusalsOf(run), [], `${u}, ${v}`);
      assert.ok(isTrue(run), `${u}, ${v}`);
    }
  });

  it("have the same rows as the trace, whose sums, products and operations the other tables answer", () => {
    for (const [u, v] of SCALARS) {
      const trace = new CurveTrace();
      const request = { time: 4, u, v, point: POINT };
      assert.deepEqual(trace.multiple(request, new ArithmeticTrace()), pointSumOfMultiples(u, v, POINT));
      const columns = trace.columns(() => 0);
      const { curveMultiple: multiples, curveChoice: choices, curveStep: steps } = columns;
      const { curveSum: sums, curveProduct: products } = columns;
      const run = curveRun(request);
      const row = fieldElements("curveMultiple", CURVE_MULTIPLE_FIELDS, run.multiples[0]!);
      assert.deepEqual(
        multiples.map((column) => column[0]),
        row,
      );
      const choice = fieldElements("curveChoice", CURVE_CHOICE_FIELDS, run.choices[5]!);
      assert.deepEqual(
        choices.map((column) => column[5]),
        choice,
      );
      const heights = [multiples, choices, steps, sums, products].map((columns) => columns[0]?.length);
      assert.deepEqual(heights, [1, 16, 128, 16, 64]);
    }
  });

  it("split every scalar into two of 129 bits that add up to it", () => {
    const random = new Random(31);
    const edges = [0n, 1n, 2n, LAMBDA, ORDER - LAMBDA, ORDER - 1n, ORDER / 2n, 1n << 128n, (1n << 129n) - 1n];
    for (const scalar of [...edges, ...Array.from({ length: 2000 }, () => modulo(random.bits(256), ORDER))]) {
      const [first, second] = splitScalar(scalar);
      for (const part of [first, second]) assert.ok(part >= 0n && part < 1n << 129n, `${scalar}: ${part}`);
      assert.equal(modulo(first + LAMBDA * second - scalar, ORDER), 0n);
    }
  });

  it("are filled up with rows that they accept, and are absent without multiples", () => {
    const run = curveRun(REQUEST);
    const idle = fieldValues(
      CURVE_CHOICE_FIELDS,
      curveChoiceColumns([run.choices[0]!], 1).map((column) => column[1]!),
    );
    assert.deepEqual(refusalsOf({ ...run, multiples: [...run.multiples, noMultiple()], choices: [...run.choices, idle] }), []);
    for (const columns of [curveMultipleColumns([], 2), curveChoiceColumns([], 2)])
      assert.ok(columns.every(({ length }) => length === 0));
  });

  it("refuse every changed cell", () => {
    const random = new Random(9);
    const run = curveRun(REQUEST);
    const [row, choice] = [run.multiples[0]!, run.choices[0]!];
    const elements = fieldElements("curveMultiple", CURVE_MULTIPLE_FIELDS, row);
    const others = (value: number): number[] => [canonical(value + 1), random.below(P)].filter((other) => other !== value);
    for (const [column, value] of elements.entries()) {
      for (const other of others(value)) {
        const changed = fieldValues(
          CURVE_MULTIPLE_FIELDS,
          elements.map((own, i) => (i === column ? other : own)),
        );
        assert.notDeepEqual(
          refusalsOf(withMultiple(run, changed)),
          [],
          `${airOf("multiples").columnNames[column]} may be ${other}`,
        );
      }
    }
    const cells = fieldElements("curveChoice", CURVE_CHOICE_FIELDS, choice);
    for (const [column, value] of cells.entries()) {
      for (const other of others(value)) {
        const changed = fieldValues(
          CURVE_CHOICE_FIELDS,
          cells.map((own, i) => (i === column ? other : own)),
        );
        const choices = [changed, ...run.choices.slice(1)];
        assert.notDeepEqual(refusalsOf({ ...run, choices }), [], `${airOf("choices").columnNames[column]} may be ${other}`);
      }
    }
  });

  it("need every constraint and every message: each alone refuses a run that claims another point", () => {
    const needed = new Set<string>([...COUNTING, ...Object.keys(IMPLIED)]);
    for (const { run, refusedBy } of multipleForgeries()) {
      assert.deepEqual(refusalsOf(run), [refusedBy]);
      assert.equal(isTrue(run), false, `the run that ${refusedBy} refuses is true`);
      needed.add(refusedBy);
    }
    const own = [...reasonsOf("multiples"), ...reasonsOf("choices"), "steps: only a step is full"];
    assert.deepEqual([...needed].sort(), [...new Set(own)].sort());
  });

  it("bound what they send: without the constraints that do so, their system is refused", () => {
    for (const [table, bus] of [
      ["multiples", "curveSum"],
      ["choices", "curveSum"],
    ] as const) {
      const air = airOf(table);
      const answers: Air = { ...air, interactions: air.interactions.filter((each) => each.bus.name === bus) };
      assert.equal(countedSides([answers]).size, 1);
      const constraints = air.constraints.filter(({ name }) => name !== "real is boolean");
      assert.throws(() => countedSides([{ ...answers, constraints }]), /no side of bus curveSum is counted/);
    }
  });
});

const COUNTING = ["multiples: real is boolean", "choices: real is boolean"];
const IMPLIED = {
  "multiples: the start is finite": "lines from (0, 0) to a point end at that point, as twice infinity and the point do",
};

describe("a caller that chooses its point", () => {
  const [first, second] = offsets();
  const expected = (u: bigint, v: bigint, point: Point): Point => pointSumOfMultiples(u, v, point);

  it("makes no multiple unprovable with a generator, an offset or their opposites and doubles", () => {
    const some = [
      GENERATOR,
      multiple(2n),
      multiple(1n << 128n),
      ...[first, second].flatMap(({ start, end, added }) => [start, end, ...added]),
    ];
    for (const point of some.flatMap((own) => [own, opposite(own)])) {
      for (const [u, v] of [
        [0n, 1n],
        [1n, ORDER - 1n],
        [ORDER - 2n, 1n << 127n],
      ] as const)
        assert.deepEqual(traced(u, v, point).result, expected(u, v, point), `${u}, ${v} of ${point.x}`);
    }
  });

  it("has the second offset if steps with the first reach equal or opposite points", () => {
    // Opposite to the offset, so that what a step adds is infinity; or to twice that, so that steps begin with infinity.
    const [point, twice] = [first.added[0], first.start].map(opposite);
    assert.deepEqual(traced(5n, 1n << 127n, point!), { result: expected(5n, 1n << 127n, point!), second: 1 });
    const top = topScalar();
    assert.deepEqual(traced(5n, top, twice!), { result: expected(5n, top, twice!), second: 1 });
    for (const sign of [1n, -1n] as const) {
      const [scalar, own] = meeting(sign);
      assert.deepEqual(traced(0n, scalar, own), { result: expected(0n, scalar, own), second: 1 });
    }
  });

  it("has the second offset if steps with the first reach an x that is too large", () => {
    let x = 2n ** 256n - 2n ** 47n;
    while (!Curve.Fp.eql(Curve.Fp.pow(Curve.Fp.create(x ** 3n + 7n), (PRIME - 1n) / 2n), 1n)) x++;
    const large = { x, y: Curve.Fp.sqrt(Curve.Fp.create(x ** 3n + 7n)) };
    const scalar = ORDER - 0x1234_5678n;
    const rest = Curve.fromAffine(pointSum(large, first.end));
    const point = rest.multiply(Curve.Fn.inv(scalar)).toAffine();
    assert.deepEqual(pointSum(expected(0n, scalar, point), opposite(first.end)), large);
    assert.deepEqual(traced(0n, scalar, point), { result: expected(0n, scalar, point), second: 1 });
  });
});

/**
 * Returns a scalar and a multiple of the first offset for which the last step adds the offset to itself or to its opposite:
 * the 127 steps before reach 3 · 2^127 − 1 offsets and half the scalar of points.
 */
function meeting(sign: 1n | -1n): readonly [bigint, Point] {
  const [{ added }] = offsets();
  for (let factor = 1n; ; factor++) {
    const half = modulo((sign + 1n - 3n * 2n ** 127n) * Curve.Fn.inv(factor), ORDER);
    const scalar = modulo(2n * half, ORDER);
    const [part, turned] = splitScalar(scalar);
    const isHalf = ((part | turned) & 1n) === 0n && modulo(part / 2n + LAMBDA * (turned / 2n) - half, ORDER) === 0n;
    if (isHalf) return [scalar, Curve.fromAffine(added[0]).multiply(factor).toAffine()];
  }
}

/** A scalar whose first part has 129 bits. */
function topScalar(): bigint {
  const random = new Random(4);
  for (;;) {
    const scalar = modulo(random.bits(256), ORDER);
    const [part, turned] = splitScalar(scalar);
    if (part >> 128n === 1n && turned >> 128n === 0n) return scalar;
  }
}

describe("the offsets", () => {
  it("are points whose x is the first that has one, from the hash of their names on, and what steps need of them", () => {
    for (const [i, { added, start, end }] of offsets().entries()) {
      let x = BigInt(`0x${createHash("sha256").update(`hyperchain curveMultiple ${i}`).digest("hex")}`);
      while (!Curve.Fp.eql(Curve.Fp.pow(Curve.Fp.create(x ** 3n + 7n), (PRIME - 1n) / 2n), 1n)) x++;
      assert.equal(added[0].x, x);
      assert.equal(added[0].y & 1n, 0n);
      const offset = Curve.fromAffine(added[0]);
      offset.assertValidity();
      const upper = Curve.BASE.multiply(1n << 128n);
      const sums = [offset, offset.add(Curve.BASE), offset.add(upper), offset.add(upper).add(Curve.BASE)];
      assert.deepEqual(
        added,
        sums.map((point) => point.toAffine()),
      );
      assert.deepEqual(start, offset.double().toAffine());
      assert.deepEqual(end, offset.multiply(modulo(1n - 3n * (1n << 128n), ORDER)).toAffine());
    }
  });
});
