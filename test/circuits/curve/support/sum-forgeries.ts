import { secp256k1 } from "@noble/curves/secp256k1.js";
import { INFINITY, type Point } from "../../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { type CurveSumCells, SLOPE_OFFSET } from "../../../../src/proofs/circuits/curve-sum/curve-sum-air.ts";
import { curveSumRow } from "../../../../src/proofs/circuits/curve-sum/curve-sum-trace.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../../src/proofs/circuits/shapes/word.ts";
import { inv } from "../../../../src/proofs/field/koala-bear.ts";
import { at } from "../../arithmetic/support/table-tests.ts";

const { Fp } = secp256k1.Point;
const PRIME = Fp.ORDER;

/** A row that answers something false, and what alone refuses it. */
export interface SumForgery {
  readonly cells: CurveSumCells;
  readonly refusedBy: string;
}

/** A multiple of the generator, by another implementation. */
export function multiple(scalar: bigint): Point {
  return scalar === 0n ? INFINITY : secp256k1.Point.BASE.multiply(scalar).toAffine();
}

const [A, B] = [multiple(11n), multiple(0x1234_5678_9abc_def0_1111n)];

type Kind = "chord" | "tangent" | "opposite" | "onlyFirst" | "onlySecond";
const NO_KIND = { chord: 0, tangent: 0, opposite: 0, onlyFirst: 0, onlySecond: 0 };
const OFFSET = bytesOf(0n).reduce((sum) => (sum << 8n) + BigInt(SLOPE_OFFSET), 0n);

/** Claims of a prover about a line: its slope, half of x1², and the sum, of which y follows from x. */
interface Line {
  readonly slope: bigint;
  readonly half?: bigint;
  readonly x3?: bigint;
}

/** Row of a line through points, with these claims. */
function line(kind: "chord" | "tangent", first: Point, second: Point, { slope, half = 0n, x3 }: Line): CurveSumCells {
  const x = x3 ?? Fp.create(slope * slope - first.x - second.x);
  const y = Fp.create(slope * (first.x - x) - first.y);
  const differs = limbsOf(0n);
  const apart = limbsOf(first.x).findIndex((limb, i) => limb !== limbsOf(second.x)[i]);
  if (apart >= 0) differs[apart] = inv((limbsOf(first.x)[apart]! - limbsOf(second.x)[apart]! + 2_130_706_433) % 2_130_706_433);
  return {
    ...curveSumRow(A, B).cells,
    ...NO_KIND,
    [kind]: 1,
    ...coordinates(first, second, { x, y }),
    slope: bytesOf(Fp.create(slope + OFFSET)),
    half: limbsOf(half),
    differs,
    inverse1: inverseOfSum(first.y),
    inverse2: inverseOfSum(second.y),
    ...lessThanPrime(x),
    uses: 1,
  };
}

function coordinates(first: Point, second: Point, sum: Point) {
  return {
    ...{ x1: bytesOf(first.x), y1: bytesOf(first.y), x2: bytesOf(second.x), y2: bytesOf(second.y) },
    ...{ x3: bytesOf(sum.x), y3: bytesOf(sum.y) },
  };
}

function inverseOfSum(value: bigint): number {
  const sum = bytesOf(value).reduce((total, byte) => total + byte, 0);
  return sum === 0 ? 0 : inv(sum);
}

function lessThanPrime(x: bigint): { readonly chosen: readonly number[]; readonly gap: number } {
  const [own, prime] = [limbsOf(x), limbsOf(PRIME)];
  const highest = own.findLastIndex((limb, i) => limb !== prime[i]);
  return { chosen: flags({ [highest]: 1 }), gap: prime[highest]! - own[highest]! - 1 };
}

const flags = (set: Readonly<Record<number, number>>): number[] => Array.from({ length: LIMBS }, (_, i) => set[i] ?? 0);

const slopeOf = (first: Point, second: Point): bigint => Fp.mul(Fp.sub(second.y, first.y), Fp.inv(Fp.sub(second.x, first.x)));
const tangentOf = ({ x, y }: Point): bigint => Fp.mul(Fp.create(3n * x * x), Fp.inv(Fp.create(2n * y)));
const halfOf = ({ x }: Point): bigint => Fp.mul(Fp.create(x * x), Fp.inv(2n));
const tangent = (point: Point, second = point): CurveSumCells =>
  line("tangent", point, second, { slope: tangentOf(point), half: halfOf(point) });

/** The row that takes a case without a line for two points, with the sum that the case has. */
function copied(kind: Exclude<Kind, "chord" | "tangent">, first: Point, second: Point): CurveSumCells {
  const sum = kind === "onlyFirst" ? first : kind === "onlySecond" ? second : INFINITY;
  const [inverse1, inverse2] = [inverseOfSum(first.y), inverseOfSum(second.y)];
  const honest = curveSumRow(INFINITY, INFINITY).cells;
  return { ...honest, ...NO_KIND, [kind]: 1, ...coordinates(first, second, sum), inverse1, inverse2, uses: 1 };
}

/** Opposite point. */
const opposite = ({ x, y }: Point): Point => ({ x, y: PRIME - y });

export function* sumForgeries(): Generator<SumForgery> {
  const honest = line("chord", A, B, { slope: slopeOf(A, B) });
  yield { cells: { ...copied("opposite", A, opposite(A)), ...NO_KIND, ...coordinates(A, B, A) }, refusedBy: "one case" };
  yield* wrongCases();
  yield { cells: line("chord", A, B, { slope: 5n }), refusedBy: "curveProduct[0]" };
  yield { cells: line("tangent", A, A, { slope: Fp.mul(15n, Fp.inv(A.y)), half: 5n }), refusedBy: "curveProduct[1]" };
  yield { cells: line("chord", A, B, { slope: slopeOf(A, B), x3: 5n }), refusedBy: "curveProduct[2]" };
  yield { cells: { ...honest, y3: bytesOf(5n) }, refusedBy: "curveProduct[3]" };
  yield* wrongLimbs(honest);
  yield* tooLarge();
}

function* wrongCases(): Generator<SumForgery> {
  yield { cells: line("chord", INFINITY, B, { slope: slopeOf(INFINITY, B) }), refusedBy: "the first is finite" };
  yield { cells: line("chord", A, INFINITY, { slope: slopeOf(A, INFINITY) }), refusedBy: "the second is finite" };
  yield { cells: copied("onlySecond", A, B), refusedBy: "the first is infinity" };
  yield { cells: copied("onlyFirst", A, B), refusedBy: "the second is infinity" };
  yield { cells: line("chord", A, A, { slope: 5n }), refusedBy: "x differs" };
  yield { cells: copied("opposite", A, A), refusedBy: "curveProduct[0]" };
  for (let i = 0; i < LIMBS; i++) {
    const limb = 1n << BigInt(16 * i);
    yield { cells: tangent(A, { ...A, x: A.x ^ limb }), refusedBy: `x: limb ${i} is the same` };
    yield { cells: tangent(A, { ...A, y: A.y ^ limb }), refusedBy: `y: limb ${i} is the same` };
    const sum = copied("onlyFirst", A, INFINITY);
    yield { cells: { ...sum, x3: bytesOf(A.x ^ limb) }, refusedBy: `x: limb ${i} of the sum is copied` };
    yield { cells: { ...sum, y3: bytesOf(A.y ^ limb) }, refusedBy: `y: limb ${i} of the sum is copied` };
  }
}

/** Numbers that are too large for bytes and limbs: of these the table of products promises nothing. */
function* wrongLimbs(honest: CurveSumCells): Generator<SumForgery> {
  for (let i = 0; i < WORD_BYTES / 2; i++) {
    const moved = (bytes: readonly number[]): number[] =>
      at(bytes, { [2 * i]: bytes[2 * i]! + 256, [2 * i + 1]: bytes[2 * i + 1]! - 1 });
    yield { cells: { ...honest, x3: moved(honest.x3) }, refusedBy: `bytes[${i}]` };
    yield { cells: { ...honest, y3: moved(honest.y3) }, refusedBy: `bytes[${16 + i}]` };
    const slope = at(honest.slope, { [2 * i]: 1_000 });
    const other = multiple(99n);
    const cells = { ...honest, ...coordinates(A, B, other), ...lessThanPrime(other.x), slope };
    yield { cells, refusedBy: `bytes[${32 + i}]` };
    const any = line("tangent", A, A, { slope: 5n });
    yield { cells: { ...any, half: at(limbsOf(0n), { [i]: 2 ** 24 }) }, refusedBy: `range16[${i}]` };
  }
}

/** Sums of lines of slope 0 whose x is p or more. */
function* tooLarge(): Generator<SumForgery> {
  const sum = (above: bigint, chosen: Readonly<Record<number, number>>, gap: number): CurveSumCells => {
    const first = { x: 1_000n, y: 3n };
    const second = { x: Fp.create(-1_000n - above), y: 3n };
    const cells = line("chord", first, second, { slope: 0n });
    return { ...cells, x3: bytesOf(PRIME + above), chosen: flags(chosen), gap };
  };
  // The prime's limbs are fc2f, ffff, fffe, and ffff from there on. 2^256 − 2^32 is 977 above: 0, 0, ffff and so on.
  const low = limbsOf(PRIME)[0]!;
  yield { cells: sum(0n, { 0: 1 }, -1), refusedBy: "range16[16]" };
  yield { cells: sum(0n, { 0: 1 }, 0), refusedBy: "less: gap" };
  yield { cells: sum(977n, { 15: 1, 0: 1 }, low - 1), refusedBy: "less: one limb is chosen" };
  yield { cells: sum(977n, { 1: 1 }, 0xfffe), refusedBy: "less: limb 2 above the chosen one is equal" };
  yield { cells: sum(977n, { 15: 1, 3: 1, 2: -1 }, 0), refusedBy: "chosen[2] is boolean" };
  yield { cells: sum(977n + 0xffff_0000n, { 15: 1, 1: -1, 0: 1 }, low - 1), refusedBy: "chosen[1] is boolean" };
  yield { cells: sum(5n, { 15: 1, 14: 1, 0: -1 }, 4), refusedBy: "chosen[0] is boolean" };
}
