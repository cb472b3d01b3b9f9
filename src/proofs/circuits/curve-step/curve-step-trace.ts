import { smallInverse } from "../../field/small-inverse.ts";
import { createCurveSteps, type RunSteps } from "../../kernels/wasm/curve-steps.ts";
import { elementCount, fieldOffsets } from "../../stark/constraints/fields.ts";
import { type Rows, traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import { CURVE_SCALARS } from "../buses.ts";
import { STEPS } from "../curve-sum/offsets.ts";
import { CARRY_OFFSET, PRIME_LOW } from "../curve-product/product-identity.ts";
import { LIMB, LIMBS, limbsOf, WORD_BYTES } from "../shapes/word.ts";
import { CURVE_STEP_FIELDS, type CurveStepCells, DIGIT_OFFSET, FIRST_UPPER_LIMB, STEP_PRODUCTS } from "./curve-step-air.ts";

const AT = fieldOffsets(CURVE_STEP_FIELDS);
/** Elements of a row. */
export const STEP_WIDTH = elementCount(CURVE_STEP_FIELDS);
const LIMB_BITS = Math.log2(LIMB);

/**
 * Steps without the columns that name their multiple: rows that the next steps overwrite, and the resulting
 * point.
 */
export type StepsRun = NonNullable<ReturnType<RunSteps>>;

/** The thread's: its memory is only room for one multiple's rows. */
let runSteps: RunSteps | undefined;

/**
 * Steps from a point on that add a point each, for a digit the one at its place; undefined if a step has none: if it were to add
 * equal or opposite points, or came to infinity or to a point whose x is too large.
 */
export const stepsFrom: RunSteps = (...request) => {
  runSteps ??= createCurveSteps({
    width: STEP_WIDTH,
    maxSteps: STEPS,
    numbers: AT.x,
    quotients: AT.quotients,
    carries: AT.carries,
    digitOffset: DIGIT_OFFSET,
    primeLow: PRIME_LOW,
    carryOffset: CARRY_OFFSET,
  });
  return runSteps(...request);
};

/** Rows of the steps of the multiple at a time, in sequence; overwritten by the next steps. */
export function stepRows(time: number, digits: readonly number[], { rows }: Pick<StepsRun, "rows">): Uint32Array {
  const parts = new Array<number>(CURVE_SCALARS).fill(0);
  digits.forEach((digit, step) => {
    const at = STEP_WIDTH * step;
    const full = (step + 1) % LIMB_BITS === 0 ? 1 : 0;
    rows.set([1, full, time, step], at + AT.real);
    for (let i = 0; i < CURVE_SCALARS; i++) {
      const bit = (digit >> i) & 1;
      rows[at + AT.bits + i] = bit;
      rows[at + AT.parts + i] = parts[i] as number;
      parts[i] = full === 1 ? 0 : 2 * (parts[i] as number) + bit;
    }
    writeInverses(rows, at);
  });
  return rows;
}

/** Writes the witnesses that x of both points differ and that x of the result is not too large. */
function writeInverses(rows: Uint32Array, at: number): void {
  const limbAt = (field: number, limb: number): number =>
    (rows[at + field + 2 * limb] as number) + 256 * (rows[at + field + 2 * limb + 1] as number);
  rows.fill(0, at + AT.differs, at + AT.differs + LIMBS);
  for (let limb = 0; limb < LIMBS; limb++) {
    const apart = limbAt(AT.chosenX, limb) - limbAt(AT.x, limb);
    if (apart === 0) continue;
    rows[at + AT.differs + limb] = smallInverse(apart);
    break;
  }
  let lacking = 0;
  for (let limb = FIRST_UPPER_LIMB; limb < LIMBS; limb++) lacking += LIMB - 1 - limbAt(AT.nextX, limb);
  rows[at + AT.inverse] = smallInverse(lacking);
}

/** The main columns of the table; it has no rows without steps. Rows that are not real fill it up. */
export function curveStepColumns(rows: Rows<typeof CURVE_STEP_FIELDS>, minLogRows: LeastHeight): Uint32Array[] {
  const idle = noStep();
  return traceColumns("curveStep", CURVE_STEP_FIELDS, rows, { padding: () => idle, minLogRows });
}

/** Padding row without a step: all its products are 0. */
export function noStep(): CurveStepCells {
  const [zeros, none] = [new Array<number>(WORD_BYTES).fill(0), new Array<number>(CURVE_SCALARS).fill(0)];
  const digits = new Array<number>(WORD_BYTES).fill(DIGIT_OFFSET);
  return {
    real: 0,
    full: 0,
    time: 0,
    step: 0,
    bits: none,
    parts: none,
    x: zeros,
    y: zeros,
    chosenX: zeros,
    chosenY: zeros,
    slope: digits,
    gap: digits,
    secondSlope: digits,
    nextX: zeros,
    nextY: zeros,
    differs: limbsOf(0n),
    inverse: 0,
    quotients: new Array<number>(STEP_PRODUCTS.length * LIMBS).fill(0),
    carries: new Array<number>(STEP_PRODUCTS.length * 2 * LIMBS).fill(CARRY_OFFSET),
  };
}
