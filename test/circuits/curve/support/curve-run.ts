import {
  curveChoiceAir,
  CURVE_CHOICE_FIELDS,
  type CurveChoiceCells,
} from "../../../../src/proofs/circuits/curve-choice/curve-choice-air.ts";
import { curveChoiceRow } from "../../../../src/proofs/circuits/curve-choice/curve-choice-trace.ts";
import {
  CURVE_MULTIPLE_FIELDS,
  curveMultipleAir,
  type CurveMultipleCells,
  LIMB_BITS,
  PART_LIMBS,
} from "../../../../src/proofs/circuits/curve-multiple/curve-multiple-air.ts";
import type { Multiples } from "../../../../src/proofs/circuits/curve-multiple/curve-multiple-trace.ts";
import {
  CURVE_STEP_FIELDS,
  curveStepAir,
  type CurveStepCells,
} from "../../../../src/proofs/circuits/curve-step/curve-step-air.ts";
import { BETA, LAMBDA, splitScalar } from "../../../../src/proofs/circuits/secp256k1/endomorphism.ts";
import { offsets, STEPS } from "../../../../src/proofs/circuits/curve-sum/offsets.ts";
import { INFINITY, modulo, ORDER, type Point } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { bytesOf, limbsOf } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv, P } from "../../../../src/proofs/field/koala-bear.ts";
import type { Air } from "../../../../src/proofs/stark/constraints/air.ts";
import { fieldElements, type Fields, type FieldValues } from "../../../../src/proofs/stark/constraints/fields.ts";
import { messagesOf } from "../../../execution-proof/support/judge.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { truthOf } from "../../arithmetic/support/true-messages.ts";
import { curveStepRow, linesOfSteps } from "./step-lines.ts";
import { formalSum, pointSumOfMultiples } from "./true-curve-messages.ts";
import { checkConstraints } from "../../../stark/check-traces.ts";

/** The rows of multiples, and what the table recover asks for. */
export interface CurveRun {
  readonly claim: Multiples & { readonly result: Point };
  readonly multiples: readonly CurveMultipleCells[];
  readonly choices: readonly CurveChoiceCells[];
  readonly steps: readonly CurveStepCells[];
}

/** Parts of a multiple that a prover chooses; the rest follows. */
export interface Parts {
  /** Into what v is split, and the product of LAMBDA and the second part. */
  readonly parts?: readonly [bigint, bigint];
  readonly product?: bigint;
  readonly tops?: readonly number[];
  readonly turned?: Point;
  readonly both?: Point;
  /** Which offset, and what the row says of that. */
  readonly offset?: 0 | 1;
  readonly second?: number;
  readonly start?: Point;
  /** Points by digit, and by step where they are those of no digit. */
  readonly chosen?: Readonly<Record<number, Point>>;
  readonly chosenAt?: Readonly<Record<number, Point>>;
  readonly result?: Point;
  /** From the uppermost bits on. */
  readonly digits?: readonly number[];
}

const BITS = BigInt(STEPS);
const LOWER = (1n << BITS) - 1n;

/** A digit for each step. */
export function digitsOf(u: bigint, parts: readonly [bigint, bigint]): number[] {
  const scalars = [u & LOWER, u >> BITS, parts[0] & LOWER, parts[1] & LOWER];
  return Array.from({ length: STEPS }, (_, step) =>
    scalars.reduce((sum, scalar, i) => sum + Number((scalar >> BigInt(STEPS - 1 - step)) & 1n) * 2 ** i, 0),
  );
}

const sumOf = (first: Point, second: Point): Point => formalSum(first, second) ?? INFINITY;
const inverseOfSum = (value: bigint): number => {
  const sum = bytesOf(value).reduce((total, byte) => total + byte, 0);
  return sum === 0 ? 0 : inv(sum);
};

/** Run of a multiple with some parts replaced. */
export function curveRun(request: Multiples, own: Parts = {}): CurveRun {
  const { time, u, v, point } = request;
  const parts = own.parts ?? splitScalar(v);
  const turned = own.turned ?? { x: modulo(BETA * point.x), y: point.y };
  const both = own.both ?? sumOf(point, turned);
  const others = [INFINITY, point, turned, both];
  const offset = offsets()[own.offset ?? 0];
  const top = Number(parts[0] >> BITS) + 2 * Number(parts[1] >> BITS);
  const start = own.start ?? sumOf(offset.start, others[top]!);
  const pairs = others.flatMap((other) => offset.added.map((fixed) => [fixed, other] as const));
  const chosen = pairs.map(([fixed, other], digit) => own.chosen?.[digit] ?? sumOf(fixed, other));
  const digits = own.digits ?? digitsOf(u, parts);
  const lines = linesOfSteps(
    start,
    digits.map((digit, step) => own.chosenAt?.[step] ?? chosen[digit]!),
  );
  if (lines === undefined) throw new Error("a step has no lines");
  const end = lines.at(-1)!.next;
  const result = own.result ?? sumOf(end, offset.end);
  const uses = chosen.map(
    (_, digit) => digits.filter((each, step) => each === digit && own.chosenAt?.[step] === undefined).length,
  );
  const multiple: CurveMultipleCells = {
    ...{ real: 1, time, second: own.second ?? own.offset ?? 0, u: limbsOf(u), v: limbsOf(v) },
    ...coordinates({ result, both, start, end }),
    ...{ x: bytesOf(point.x), y: bytesOf(point.y), turnedX: bytesOf(turned.x) },
    ...{ partV: limbsOf(parts[0], PART_LIMBS), partTurned: limbsOf(parts[1], PART_LIMBS) },
    tops: own.tops ?? [1, 2, 3].map((each) => Number(each === top)),
    product: limbsOf(own.product ?? (parts[1] * LAMBDA) % ORDER),
    ...{ inverse: inverseOfSum(start.y), uses: uses.slice(0, 4) },
  };
  const choices = pairs.flatMap((pair, digit) =>
    digit < 4 ? [] : [{ ...curveChoiceRow({ time, digit }, pair, chosen[digit]!, uses[digit]!) }],
  );
  let taken = [0, 0, 0, 0];
  const steps = lines.map((line, step) => {
    const bits = taken.map((_, i) => (digits[step]! >> i) & 1);
    const full = Number((step + 1) % LIMB_BITS === 0);
    const row = curveStepRow({ time, step, bits, parts: taken, full }, line);
    taken = taken.map((part, i) => (full === 1 ? 0 : 2 * part + bits[i]!));
    return row;
  });
  return { claim: { ...request, result }, multiples: [multiple], choices, steps };
}

function coordinates(points: Readonly<Record<"result" | "both" | "start" | "end", Point>>) {
  const { result, both, start, end } = points;
  return {
    ...{ resultX: bytesOf(result.x), resultY: bytesOf(result.y), bothX: bytesOf(both.x), bothY: bytesOf(both.y) },
    ...{ startX: bytesOf(start.x), startY: bytesOf(start.y), endX: bytesOf(end.x), endY: bytesOf(end.y) },
  };
}

/** Whether the claim is what another implementation has. */
export function isTrue({ claim: { u, v, point, result } }: CurveRun): boolean {
  const expected = pointSumOfMultiples(u, v, point);
  return expected.x === result.x && expected.y === result.y;
}

const TABLES = {
  multiples: { air: curveMultipleAir(), fields: CURVE_MULTIPLE_FIELDS },
  choices: { air: curveChoiceAir(), fields: CURVE_CHOICE_FIELDS },
  steps: { air: curveStepAir(), fields: CURVE_STEP_FIELDS },
} as const;
export type CurveTableName = keyof typeof TABLES;
/** Buses on which the three tables and recover speak with each other; on all others only the truth is answered. */
const BALANCED = ["curveMultiple", "curveChoice", "curveChosen", "curveStep", "curveLimbs"];

export function airOf(table: CurveTableName): Air {
  return TABLES[table].air;
}

/** Refusals of separate rows, and the excess of sent over received messages. */
interface Said {
  readonly refusals: readonly string[];
  readonly balances: ReadonlyMap<string, number>;
}

const known = new WeakMap<object, Said>();

function saidOf(table: CurveTableName, rows: readonly FieldValues<Fields, number>[]): Said {
  const before = known.get(rows);
  if (before !== undefined) return before;
  const { air, fields } = TABLES[table];
  const lists = rows.map((row) => fieldElements<Fields, number>(table, fields, row).map(canonical));
  const height = 2 ** Math.ceil(Math.log2(Math.max(1, rows.length)));
  // Filled up with copies, of which nothing is taken.
  const main = air.columnNames.map((_, c) => Uint32Array.from({ length: height }, (_row, i) => (lists[i] ?? lists[0]!)[c]!));
  const refusals = new Set(
    checkConstraints(air, { preprocessed: [], main }, [], { limit: 500 }).map(({ constraint }) => `${table}: ${constraint}`),
  );
  const balances = new Map<string, number>();
  const taken = Uint32Array.from(rows, (_, i) => i);
  for (const { name, interaction, multiplicity, message } of messagesOf(air, main, [], taken)) {
    if (multiplicity === 0) continue;
    const { bus, direction } = interaction;
    if (BALANCED.includes(bus.name)) {
      const key = `${bus.name} ${message.join()}`;
      balances.set(key, (balances.get(key) ?? 0) + (direction === "send" ? multiplicity : P - multiplicity));
    } else if (direction === "send" && truthOf(bus.name, message) === "false") refusals.add(`${table}: ${name}`);
  }
  const said = { refusals: [...refusals], balances };
  known.set(rows, said);
  return said;
}

/** Refusals of a run: constraints and false messages as `table: name`, and buses that do not balance. */
export function refusalsOf({ claim, ...tables }: CurveRun): string[] {
  const { time, u, v, point, result } = claim;
  const bytes = [point, result].flatMap(({ x, y }) => [...bytesOf(x), ...bytesOf(y)]);
  const balances = new Map([[`curveMultiple ${[time, ...limbsOf(u), ...limbsOf(v), ...bytes].join()}`, 1]]);
  const refusals = new Set<string>();
  for (const table of Object.keys(TABLES) as CurveTableName[]) {
    const said = saidOf(table, tables[table]);
    for (const refusal of said.refusals) refusals.add(refusal);
    for (const [key, balance] of said.balances) balances.set(key, (balances.get(key) ?? 0) + balance);
  }
  for (const [key, balance] of balances) if (balance % P !== 0) refusals.add(key.slice(0, key.indexOf(" ")));
  return [...refusals].sort();
}

/** All that can refuse rows of a table. */
export function reasonsOf(table: CurveTableName): string[] {
  const { air } = TABLES[table];
  const seen = new Map<string, number>();
  const said = air.interactions.flatMap(({ bus, direction }) => {
    const index = seen.get(bus.name) ?? 0;
    seen.set(bus.name, index + 1);
    return BALANCED.includes(bus.name) ? [bus.name] : direction === "send" ? [`${table}: ${bus.name}[${index}]`] : [];
  });
  return [...new Set([...air.constraints.map(({ name }) => `${table}: ${name}`), ...said])];
}
