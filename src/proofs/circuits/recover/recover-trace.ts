import { inv } from "../../field/koala-bear.ts";
import { traceColumns } from "../../stark/rows/trace-columns.ts";
import type { LeastHeight } from "../../stark/rows/table-rows.ts";
import type { ArithmeticTrace } from "../arithmetic/arithmetic-trace.ts";
import type { CurveTrace } from "../curve/curve-trace.ts";
import { CURVE_CONSTANT, INFINITY, inverse, modulo, ORDER, type Point, PRIME, squareRoot } from "../secp256k1/secp256k1.ts";
import { number30 } from "../words/earlier.ts";
import { bytesOf, LIMB, LIMBS, limbsOf, WORD_BYTES, wordOf } from "../shapes/word.ts";
import { type CASES, READ_WORDS, RECOVER_FIELDS, type RecoverCells, WRITTEN_WORDS } from "./recover-air.ts";

/** A place as a recovery finds it: its word's limbs, and how long ago it was accessed, less one step. */
interface FoundPlace {
  readonly word: readonly number[];
  readonly gap: number;
}

/** A recovery at a time, from a multiple of 32 on, with its six places in order. */
interface FoundRecovery {
  readonly space: number;
  readonly offset: number;
  readonly time: number;
  readonly places: readonly FoundPlace[];
}

/** The tables that a recovery asks. */
interface RecoveryTables {
  readonly arithmetic: Pick<ArithmeticTrace, "ask">;
  readonly curve: Pick<CurveTrace, "multiple" | "product">;
}

/** The words of a signature. */
interface Signature {
  readonly hash: bigint;
  readonly parity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** Maximum number of places that a recovery accesses. */
export const RECOVERY_PLACES = READ_WORDS + WRITTEN_WORDS;

/** The row of a recovery, and the key that it writes, if there is one. */
export function recoverRow(
  { space, offset, time, places }: FoundRecovery,
  tables: RecoveryTables,
): { readonly cells: RecoverCells; readonly key: Point | undefined } {
  const [hash = 0n, parity = 0n, r = 0n, s = 0n] = places.map(({ word }) => wordOf(word));
  const signature = { hash, parity, r, s };
  const limbs = (place: number): readonly number[] => places[place]?.word ?? limbsOf(0n);
  const block = offset / WORD_BYTES;
  const solution = solve(signature, time, tables);
  const key = solution.case === "good" ? solution.key : undefined;
  const cells = {
    ...noRecovery(),
    [solution.case]: 1,
    time,
    space,
    low: block % LIMB,
    high: Math.floor(block / LIMB),
    hash: limbs(0),
    parity: limbs(1),
    r: bytesOf(r),
    s: limbs(3),
    oldX: limbs(READ_WORDS),
    oldY: limbs(READ_WORDS + 1),
    ...solution.cells,
    gaps: places.flatMap(({ gap }, place) => number30(key === undefined && place >= READ_WORDS ? 0 : gap)),
  };
  return { cells, key };
}

interface Solution {
  readonly case: keyof typeof CASES;
  readonly cells: Partial<RecoverCells>;
  readonly key?: Point;
}

/** Which case it is, with what shows it; asks for what the row does. */
function solve({ hash, parity, r, s }: Signature, time: number, { arithmetic, curve }: RecoveryTables): Solution {
  if (parity > 1n) {
    arithmetic.ask("lt", 1n, parity);
    return { case: "largeParity", cells: {} };
  }
  for (const [value, zero, large] of [
    [r, "zeroR", "largeR"],
    [s, "zeroS", "largeS"],
  ] as const) {
    if (value === 0n) return { case: zero, cells: {} };
    if (value < ORDER) continue;
    arithmetic.ask("lt", value, ORDER);
    return { case: large, cells: {} };
  }
  const { isPoint, y, cells: ofPoint } = pointAt(r, parity, curve);
  if (!isPoint) return { case: "noPoint", cells: ofPoint };
  const inverseR = inverse(r, ORDER);
  const [u, v] = [modulo(-hash * inverseR, ORDER), modulo(s * inverseR, ORDER)];
  arithmetic.ask("lt", r, ORDER);
  arithmetic.ask("lt", y, PRIME);
  arithmetic.ask("mulmod", v, r, ORDER);
  const product = arithmetic.ask("mulmod", u, r, ORDER);
  arithmetic.ask("addmod", product, hash, ORDER);
  const key = curve.multiple({ time, u, v, point: { x: r, y } }, arithmetic);
  const isFinite = key.y !== INFINITY.y;
  if (isFinite) arithmetic.ask("lt", key.y, PRIME);
  const cells = {
    ...ofPoint,
    half: Number(y & 0xffn) >> 1,
    u: limbsOf(u),
    v: limbsOf(v),
    product: limbsOf(product),
    keyX: bytesOf(key.x),
    keyY: bytesOf(key.y),
    inverseS: inverseOfSum(limbsOf(s)),
    inverseKey: isFinite ? inverseOfSum(bytesOf(key.y)) : 0,
  };
  return isFinite ? { case: "good", cells, key } : { case: "infinite", cells };
}

/** y of the parity at x = r; or the root of −(r³ + 7) where no point is. */
function pointAt(
  r: bigint,
  parity: bigint,
  curve: RecoveryTables["curve"],
): { readonly isPoint: boolean; readonly y: bigint; readonly cells: Partial<RecoverCells> } {
  const square = modulo(r * r);
  const cube = modulo(square * r);
  const root = squareRoot(cube + CURVE_CONSTANT);
  const y = root === undefined ? squareRoot(-cube - CURVE_CONSTANT) : (root & 1n) === parity ? root : PRIME - root;
  if (y === undefined) throw new Error(`neither ${cube} + 7 nor its negative is a square`);
  const [bytesR, bytesY, limbs] = [bytesOf(r), bytesOf(y), limbsOf(cube)];
  const right = limbs.map((limb, i) => (root === undefined ? -1 : 1) * (i === 0 ? limb + Number(CURVE_CONSTANT) : limb));
  curve.product({ x: bytesR, z: bytesR, r: limbsOf(square) });
  curve.product({ x: bytesOf(square), z: bytesR, r: limbs });
  curve.product({ x: bytesY, z: bytesY, r: right });
  return { isPoint: root !== undefined, y, cells: { square: bytesOf(square), cube: limbs, y: bytesY } };
}

function inverseOfSum(list: readonly number[]): number {
  return inv(list.reduce((sum, value) => sum + value, 0));
}

/** The main columns of the table; of no rows without recoveries. */
export function recoverColumns(rows: readonly RecoverCells[], minLogRows: LeastHeight): Uint32Array[] {
  return traceColumns("recover", RECOVER_FIELDS, rows, { padding: noRecovery, minLogRows });
}

/** A row of no recovery. */
export function noRecovery(): RecoverCells {
  const [limbs, bytes] = [new Array<number>(LIMBS).fill(0), new Array<number>(WORD_BYTES).fill(0)];
  return {
    ...{ good: 0, infinite: 0, noPoint: 0, largeParity: 0, zeroR: 0, zeroS: 0, largeR: 0, largeS: 0 },
    ...{ time: 0, space: 0, low: 0, high: 0, hash: limbs, parity: limbs, r: bytes, s: limbs },
    ...{ square: bytes, cube: limbs, y: bytes, half: 0, u: limbs, v: limbs, product: limbs, keyX: bytes, keyY: bytes },
    ...{ inverseS: 0, inverseKey: 0, oldX: limbs, oldY: limbs, gaps: new Array<number>(2 * RECOVERY_PLACES).fill(0) },
  };
}
