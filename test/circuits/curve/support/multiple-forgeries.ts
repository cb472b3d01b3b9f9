import type { CurveMultipleCells } from "../../../../src/circuits/curve-multiple/curve-multiple-air.ts";
import { curveMultipleRow } from "../../../../src/circuits/curve-multiple/curve-multiple-trace.ts";
import { GENERATOR, INFINITY, type Point, PRIME } from "../../../../src/circuits/curve/secp256k1.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../../src/circuits/words/word.ts";
import { inv } from "../../../../src/field/koala-bear.ts";
import { canonical } from "../../arithmetic/support/judge.ts";
import { at } from "../../arithmetic/support/table-tests.ts";
import { multiple } from "./sum-forgeries.ts";
import { formalSum, pointSum, pointSumOfMultiples } from "./true-curve-messages.ts";

/** A row that answers something false, and what alone refuses it. */
export interface MultipleForgery {
  readonly cells: CurveMultipleCells;
  readonly refusedBy: string;
}

const POINT = multiple(0x55_aa55n);
const OTHER = multiple(99n);

/** The honest row, with the answers of another implementation. */
export function honestMultiple(u: bigint, v: bigint, point = POINT): CurveMultipleCells {
  const answers = {
    multiple: (request: { u: bigint; v: bigint; point: Point }) => pointSumOfMultiples(request.u, request.v, request.point),
    sum: pointSum,
  };
  return { ...curveMultipleRow({ u, v, point }, answers).cells, uses: 1 };
}

/** What follows the sum for the halves, with the points that the row has or is given. */
function following(sum: Point, chosen: Point, doubled = pointSum(sum, sum)): Partial<CurveMultipleCells> {
  const result = formalSum(doubled, chosen) ?? INFINITY;
  return {
    ...{ sumX: bytesOf(sum.x), sumY: bytesOf(sum.y), doubledX: bytesOf(doubled.x), doubledY: bytesOf(doubled.y) },
    ...{ chosenX: bytesOf(chosen.x), chosenY: bytesOf(chosen.y), resultX: bytesOf(result.x), resultY: bytesOf(result.y) },
  };
}

const resultOf = ({ x, y }: Point): Partial<CurveMultipleCells> => ({ resultX: bytesOf(x), resultY: bytesOf(y) });
const limb = (i: number): bigint => 1n << BigInt(16 * i);
const zeros = limbsOf(0n);

export function* multipleForgeries(): Generator<MultipleForgery> {
  yield* wrongHalves("u");
  yield* wrongHalves("v");
  const honest = honestMultiple(5n, 3n);
  yield {
    cells: { ...honest, ...following(INFINITY, pointSum(GENERATOR, POINT)), goesOn: 0 },
    refusedBy: "ends only if both halves are zero",
  };
  // (0, p) is twice itself, with slope 0: y is 0 in the curve's field. The row answers what it asks.
  const noPoint = { x: 0n, y: PRIME };
  yield {
    cells: { ...honestMultiple(0n, 0n), ...following(noPoint, INFINITY, noPoint), ...resultOf(noPoint), goesOn: 1 },
    refusedBy: "goes on only if a half is not zero",
  };
  const other = resultOf(OTHER);
  yield { cells: { ...honest, ...other, real: 0 }, refusedBy: "only a real row answers" };
  const both = pointSum(GENERATOR, POINT);
  const twice = multiple(4n);
  for (let i = 0; i < WORD_BYTES; i++) {
    const changed = 1n << BigInt(8 * i);
    const x = following(pointSumOfMultiples(2n, 1n, POINT), { ...both, x: both.x ^ changed });
    const y = following(pointSumOfMultiples(2n, 1n, POINT), { ...both, y: both.y ^ changed });
    yield { cells: { ...honest, ...x }, refusedBy: `chosen x: byte ${i}` };
    // Points with the same x and other y have a sum with the same third point, which is another.
    yield { cells: { ...honest, ...y }, refusedBy: `chosen y: byte ${i}` };
  }
  yield { cells: { ...honest, ...following(OTHER, both) }, refusedBy: "curveMultiple[0]" };
  const sum = pointSumOfMultiples(2n, 1n, POINT);
  yield { cells: { ...honest, ...following(sum, both, twice) }, refusedBy: "curveSum[0]" };
  yield { cells: { ...honest, ...other }, refusedBy: "curveSum[1]" };
  const wrongBoth = { bothX: bytesOf(OTHER.x), bothY: bytesOf(OTHER.y) };
  yield { cells: { ...honest, ...wrongBoth, ...following(sum, OTHER) }, refusedBy: "curveSum[2]" };
}

/** Goes on if the halves that the row has are not zero, as every row must. */
function goingOn(cells: CurveMultipleCells): CurveMultipleCells {
  const sum = canonical([...cells.halfU, ...cells.halfV].reduce((total, half) => total + half, 0));
  return { ...cells, ...(sum === 0 ? { goesOn: 0, inverse: 0 } : { goesOn: 1, inverse: inv(sum) }) };
}

/** False halves, with all that follows from them. */
function* wrongHalves(scalar: "u" | "v"): Generator<MultipleForgery> {
  const [half, low] = scalar === "u" ? (["halfU", "lowU"] as const) : (["halfV", "lowV"] as const);
  const own = (value: bigint): CurveMultipleCells => (scalar === "u" ? honestMultiple(value, 0n) : honestMultiple(0n, value));
  const ofZero = { [half]: zeros, ...following(INFINITY, INFINITY) };
  for (let i = 0; i < LIMBS; i++) {
    yield { cells: goingOn({ ...own(2n * limb(i)), ...ofZero }), refusedBy: `${scalar}: limb ${i} of the half` };
    // Half of 1 in the field is no limb: no table says what its multiple is. In the lowest limb the bit is set.
    const bits = at(zeros, i === 0 ? { 0: 1 } : {});
    const chosen = i > 0 ? INFINITY : scalar === "u" ? GENERATOR : POINT;
    const halved = at(zeros, { [i]: inv(2) });
    const value = i === 0 ? 2n : limb(i);
    const cells = { ...own(value), ...following(OTHER, chosen), [half]: halved, [low]: bits };
    yield { cells: goingOn(cells), refusedBy: `range16[${scalar === "u" ? i : 16 + i}]` };
    if (i === 0) continue;
    // 2^15 · 65024 is −1, so that the half of the 2 in the limb below is 0.
    const wrapped = { [low]: at(zeros, { [i]: 65_024 }), ...ofZero };
    yield { cells: goingOn({ ...own(65_024n * limb(i) + 2n * limb(i - 1)), ...wrapped }), refusedBy: `${low}[${i}] is boolean` };
  }
  // A bit of −2 chooses what is no point: no table says what its sum is.
  const chosen = scalar === "u" ? GENERATOR : POINT;
  const digits = (value: bigint): number[] => bytesOf(value).map((byte) => -2 * byte);
  const cells = {
    ...own(2n),
    ...following(pointSumOfMultiples(scalar === "u" ? 2n : 0n, scalar === "v" ? 2n : 0n, POINT), INFINITY),
    ...{ [half]: limbsOf(2n), [low]: at(zeros, { 0: -2 }), chosenX: digits(chosen.x), chosenY: digits(chosen.y) },
    ...{ resultX: bytesOf(OTHER.x), resultY: bytesOf(OTHER.y) },
  };
  yield { cells: goingOn(cells), refusedBy: `${low}[0] is boolean` };
}
