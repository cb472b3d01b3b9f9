import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CURVE_STEP_FIELDS, curveStepAir, type CurveStepCells } from "../../../src/proofs/circuits/curve-step/curve-step-air.ts";
import {
  curveStepColumns,
  noStep,
  STEP_WIDTH,
  stepRows,
  stepsFrom,
} from "../../../src/proofs/circuits/curve-step/curve-step-trace.ts";
import { CURVE_CONSTANT, modulo, type Point, PRIME, squareRoot } from "../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { bytesOf, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../src/proofs/stark/constraints/air.ts";
import { fieldElements, fieldValues } from "../../../src/proofs/stark/constraints/fields.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { messagesOf } from "../../execution-proof/support/judge.ts";
import { canonical, reasonsOf } from "../arithmetic/support/judge.ts";
import { truthOf } from "../arithmetic/support/true-messages.ts";
import { honestStep, stepForgeries } from "./support/step-forgeries.ts";
import { curveStepRow, linesOfSteps, stepWitness } from "./support/step-lines.ts";
import { multiple } from "./support/sum-forgeries.ts";
import { formalSum, pointSum, valueOf } from "./support/true-curve-messages.ts";
import { checkConstraints } from "../../stark/check-traces.ts";

const air = curveStepAir();
const cellsOf = (elements: readonly number[]): CurveStepCells => fieldValues(CURVE_STEP_FIELDS, elements);

/** Judgement of a row: its refusals, its messages on the buses of steps, and true if its next point is not a step's. */
interface Judgement {
  readonly refusals: readonly string[];
  readonly said: string;
  readonly lies: boolean;
}

/** Points that the kernel reaches, one for each step. */
const kernelLines = (start: Point, points: readonly Point[]) => stepsFrom(start, points, [...points.keys()]);

const SPOKEN = ["curveStep", "curveChosen", "curveLimbs"];

function judge(cells: readonly CurveStepCells[]): Judgement[] {
  const lists = cells.map((row) => fieldElements("curveStep", CURVE_STEP_FIELDS, row).map(canonical));
  const height = 2 ** Math.ceil(Math.log2(Math.max(2, lists.length)));
  const main = air.columnNames.map((_, c) => Uint32Array.from({ length: height }, (_row, i) => (lists[i] ?? lists[0]!)[c]!));
  const broken = checkConstraints(air, { preprocessed: [], main }, [], { limit: 100_000 });
  const refusals = lists.map((_, i) => broken.filter(({ row }) => row === i).map(({ constraint }) => constraint));
  const said = lists.map(() => new Map<string, readonly number[]>());
  const perRow = messagesOf(
    air,
    main,
    [],
    Uint32Array.from(lists, (_, i) => i),
  );
  perRow.forEach(({ name, interaction, multiplicity, message }, index) => {
    const row = index % lists.length;
    if (multiplicity === 0) return;
    const { bus, direction } = interaction;
    if (SPOKEN.includes(bus.name)) said[row]!.set(`${bus.name} ${direction}`, [multiplicity, ...message]);
    else if (truthOf(bus.name, message) === "false") refusals[row]!.push(name);
  });
  return lists.map((_, i) => ({ refusals: refusals[i]!, said: JSON.stringify([...said[i]!]), lies: isLie(said[i]!) }));
}

const pointAt = (bytes: readonly number[]): Point => ({
  x: valueOf(bytes.slice(0, WORD_BYTES), 8n),
  y: valueOf(bytes.slice(WORD_BYTES), 8n),
});

/** True if the messages contradict the definition of sums of points, or the bits of the requested digit. */
function isLie(said: ReadonlyMap<string, readonly number[]>): boolean {
  const [received, sent, chosen, limbs] = ["curveStep receive", "curveStep send", "curveChosen send", "curveLimbs send"].map(
    (name) => said.get(name),
  );
  if (received === undefined || sent === undefined || chosen === undefined) return said.size > 0;
  const [time, step, ...own] = received.slice(1);
  const [ofTime, digit = 0, ...bytes] = chosen.slice(1);
  const [nextTime, nextStep, ...next] = sent.slice(1);
  const [point, other] = [pointAt(own.slice(4)), pointAt(bytes)];
  const isInRange = [...own.slice(4), ...bytes].every((byte) => byte < 256) && point.x < PRIME && other.x < PRIME;
  if (!isInRange || digit > 15 || point.y === 0n || other.y === 0n || [received, sent, chosen].some(([count]) => count !== 1))
    return false;
  const first = formalSum(point, other);
  const expected = first && formalSum(first, point);
  const taken = own.slice(0, 4).map((part, i) => canonical(2 * part + ((digit >> i) & 1)));
  const isOver = limbs !== undefined;
  const written = pointAt(next.slice(4));
  const isPoint = next.slice(4).every((byte) => byte < 256) && written.x === expected?.x && modulo(written.y) === expected.y;
  const parts = isOver ? [0, 0, 0, 0] : taken;
  const isPlace =
    time === ofTime && time === nextTime && nextStep === (step! + 1) % P && next.slice(0, 4).join() === parts.join();
  return !isPoint || !isPlace || (isOver && limbs.join() !== [1, time, nextStep, ...taken].join());
}

describe("the table curveStep", () => {
  it("doubles a point and adds another as another implementation does, and takes bits in", () => {
    const pairs = [2n, 5n, 0xdead_beefn, (1n << 250n) + 1n].map((scalar) => [multiple(scalar), multiple(scalar + 1n)] as const);
    const rows = pairs.flatMap(([point, chosen]) => [0, 1].map((full) => honestStep(point, chosen, { full })));
    rows.forEach((row, i) => {
      const [point, chosen] = pairs[i >> 1]!;
      const next = pointSum(pointSum(point, chosen), point);
      assert.deepEqual([row.nextX, row.nextY], [bytesOf(next.x), bytesOf(next.y)]);
    });
    for (const { refusals, lies } of judge(rows)) assert.deepEqual([refusals, lies], [[], false]);
  });

  it("has no lines for equal and opposite points, and for sums at infinity", () => {
    const point = multiple(5n);
    const opposite = { x: point.x, y: PRIME - point.y };
    const double = multiple(10n);
    for (const chosen of [point, opposite, { x: double.x, y: PRIME - double.y }]) {
      for (const linesOf of [linesOfSteps, kernelLines]) {
        assert.equal(linesOf(point, [chosen]), undefined);
        assert.equal(linesOf(multiple(2n), [multiple(1n), chosen]), undefined);
        assert.equal(linesOf(multiple(2n), [multiple(1n), chosen, double]), undefined, "nor have those behind them");
      }
    }
    for (const linesOf of [linesOfSteps, kernelLines]) assert.notEqual(linesOf(point, [double]), undefined);
  });

  it("has no lines to a point whose x is 2^256 − 2^48 or more, and has them to the points around it", () => {
    // Of the points with the largest x, and those just below 2^256 − 2^48, what a step comes from by T = N − 2A.
    const limit = 2n ** 256n - 2n ** 48n;
    const found = new Set<boolean>();
    for (const from of [PRIME - 1n, limit, limit - 1n])
      for (let x = from, points = 0; points < 3 && x >= limit - 40n && x < PRIME; x += from === limit ? 1n : -1n) {
        const y = squareRoot(x * x * x + CURVE_CONSTANT);
        if (y === undefined) continue;
        points++;
        const point = multiple(77n);
        const minusDouble = multiple(154n);
        const chosen = pointSum({ x, y }, { x: minusDouble.x, y: PRIME - minusDouble.y });
        found.add(x < limit);
        assert.equal(linesOfSteps(point, [chosen]) !== undefined, x < limit, `x = ${x}`);
        assert.equal(kernelLines(point, [chosen]) !== undefined, x < limit, `x = ${x}`);
      }
    assert.equal(found.size, 2);
  });

  it("gets from the kernel the rows that are made number by number, whatever points and digits, run after run", () => {
    const random = new Random(35);
    const scalar = (): bigint =>
      Array.from({ length: 8 }, () => BigInt(random.below(2 ** 32))).reduce((all, own) => (all << 32n) + own, 0n) >> 1n;
    for (const { count, digitAt } of [
      ...[1, 2, 15, 16, 17, 128].map((steps) => ({ count: steps, digitAt: () => random.below(16) })),
      { count: 128, digitAt: () => 0 },
      { count: 128, digitAt: () => 15 },
      { count: 128, digitAt: (step: number) => step % 2 },
    ]) {
      const [start, chosen] = [multiple(scalar()), Array.from({ length: 16 }, () => multiple(scalar()))];
      const digits = Array.from({ length: count }, (_, step) => digitAt(step));
      const run = stepsFrom(start, chosen, digits);
      assert.ok(run !== undefined);
      const lines = linesOfSteps(
        start,
        digits.map((digit) => chosen[digit]!),
      )!;
      assert.deepEqual(run.end, lines.at(-1)!.next);
      const rows = stepRows(7, digits, run);
      let parts = [0, 0, 0, 0];
      lines.forEach((own, step) => {
        const bits = parts.map((_, i) => (digits[step]! >> i) & 1);
        const full = (step + 1) % 16 === 0 ? 1 : 0;
        const cells = curveStepRow({ time: 7, step, bits, parts, full }, own);
        const expected = fieldElements("curveStep", CURVE_STEP_FIELDS, cells).map(canonical);
        assert.deepEqual([...rows.subarray(STEP_WIDTH * step, STEP_WIDTH * (step + 1))], expected, `step ${step} of ${count}`);
        parts = parts.map((part, i) => (full === 1 ? 0 : 2 * part + bits[i]!));
      });
    }
  });

  it("has no room for more than 128 steps, and for more than 16 points", () => {
    const [point, other] = [multiple(3n), multiple(5n)];
    assert.throws(() => stepsFrom(point, [other], new Array<number>(129).fill(0)), /129 steps with 1 points have no room/);
    assert.throws(() => stepsFrom(point, new Array<Point>(17).fill(other), [0]), /1 steps with 17 points have no room/);
  });

  it("is filled up with rows that it accepts and that say nothing, and is absent without steps", () => {
    const [idle] = judge([noStep()]);
    assert.deepEqual(noStep(), { ...noStep(), ...stepWitness(noStep()) });
    assert.deepEqual(idle, { refusals: [], said: "[]", lies: false });
    const columns = curveStepColumns([honestStep()], 2);
    assert.equal(columns[0]!.length, 4);
    assert.ok(curveStepColumns([], 2).every(({ length }) => length === 0));
  });

  it("refuses every changed cell or sends another true message", () => {
    const random = new Random(12);
    const honest = honestStep();
    const row = fieldElements("curveStep", CURVE_STEP_FIELDS, honest);
    const names = air.columnNames;
    const changed = row.flatMap((value, column) =>
      [canonical(value + 1), P - 1, random.below(2 ** 16)].filter((other) => other !== value).map((other) => ({ column, other })),
    );
    const [{ said }] = judge([honest]) as [Judgement];
    for (let first = 0; first < changed.length; first += 256) {
      const some = changed.slice(first, first + 256);
      const judged = judge(some.map(({ column, other }) => cellsOf(row.map((value, i) => (i === column ? other : value)))));
      judged.forEach((judgement, i) => {
        const { column, other } = some[i]!;
        if (judgement.refusals.length > 0) return;
        assert.ok(!judgement.lies, `${names[column]} may be ${other}`);
        assert.notEqual(judgement.said, said, `${names[column]} is free`);
      });
    }
  });

  it("needs every constraint and every lookup: each alone refuses a row that continues at another point or scalar", () => {
    const all = [...stepForgeries()];
    for (let first = 0; first < all.length; first += 64) {
      const some = all.slice(first, first + 64);
      judge(some.map(({ cells }) => cells)).forEach(({ refusals, lies }, i) => {
        assert.deepEqual(refusals, [some[i]!.refusedBy]);
        assert.ok(lies, `the row that ${some[i]!.refusedBy} refuses is true`);
      });
    }
    const needed = new Set([...all.map(({ refusedBy }) => refusedBy), ...COUNTING]);
    // What it sends to curveMultiple and curveChoice has its forgeries there.
    const own = reasonsOf(air).filter((reason) => !SPOKEN.some((bus) => reason === `${bus}[0]`));
    assert.deepEqual([...needed].sort(), own.sort());
  });

  it("bounds what it sends: without the constraints that do so, its system is refused", () => {
    for (const [constraint, bus] of [
      ["real is boolean", "curveChosen"],
      ["full is boolean", "curveLimbs"],
    ] as const) {
      const answers: Air = { ...air, interactions: air.interactions.filter((each) => each.bus.name === bus) };
      assert.equal(countedSides([answers]).size, 1);
      const constraints = air.constraints.filter(({ name }) => name !== constraint);
      assert.throws(() => countedSides([{ ...answers, constraints }]), /no side of bus curve\w+ is counted/, constraint);
    }
  });
});

const COUNTING = ["real is boolean", "full is boolean"];
