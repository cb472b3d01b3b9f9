import { secp256k1 } from "@noble/curves/secp256k1.js";
import type { Point } from "../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import { CASES, type RecoverCells } from "../../../src/proofs/circuits/recover/recover-air.ts";
import { bytesOf, limbsOf, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul } from "../../../src/proofs/field/koala-bear.ts";
import { KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { canonical } from "../../circuits/arithmetic/support/judge.ts";
import { multiple } from "../../circuits/curve/support/sum-forgeries.ts";
import { pointSumOfMultiples } from "../../circuits/curve/support/true-curve-messages.ts";
import { bytesLimbs, changed, gap, honest, word } from "./forgeries.ts";
import { stepAt, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { MSTORE, POP, push, RECOVER, STOP } from "./programs.ts";

const { Fp, Fn } = secp256k1.Point;

/** The words of a signature. */
export interface Signature {
  readonly hash: bigint;
  readonly parity: bigint;
  readonly r: bigint;
  readonly s: bigint;
}

/** Code that writes words to places of the memory, by the places' numbers. */
export function stores(words: Readonly<Record<number, bigint>>): number[][] {
  return Object.entries(words).map(([place, value]) => [...push(value), ...push(WORD_BYTES * Number(place)), MSTORE]);
}

export const placed = ({ hash, parity, r, s }: Signature): Readonly<Record<number, bigint>> => ({
  0: hash,
  1: parity,
  2: r,
  3: s,
});

const RUNS = new Map<string, RunCells>();

/** A run that recovers a signature's key, from place 0 on. */
export function recoverRun(signature: Signature): RunCells {
  const words = placed(signature);
  const key = Object.values(words).join();
  const run = RUNS.get(key) ?? honest([...stores(words), push(0), RECOVER, POP, STOP]);
  RUNS.set(key, run);
  return run;
}

/** Parts of a signature that a prover chooses; the rest follows. */
export interface Parts {
  readonly square?: bigint;
  readonly cube?: bigint;
  readonly y?: bigint;
  readonly u?: bigint;
  readonly v?: bigint;
  readonly product?: bigint;
  readonly key?: Point;
}

/** Cells of a signature with a key, with some parts replaced. Points on no curve may have any key. */
export function solved({ hash, parity, r, s }: Signature, parts: Parts = {}): Partial<RecoverCells> {
  const square = parts.square ?? Fp.create(r * r);
  const cube = parts.cube ?? Fp.create(square * r);
  const y = parts.y ?? rootOf(Fp.create(cube + 7n), parity);
  const u = parts.u ?? Fn.div(Fn.neg(Fn.create(hash)), Fn.create(r));
  const v = parts.v ?? Fn.div(Fn.create(s), Fn.create(r));
  const product = parts.product ?? Fn.create(u * r);
  const key = parts.key ?? pointSumOfMultiples(u, v, { x: r, y: Fp.create(y) });
  return {
    ...noCase(),
    good: 1,
    ...{ hash: limbsOf(hash), parity: limbsOf(parity), r: bytesOf(r), s: limbsOf(s) },
    ...{ square: bytesOf(square), cube: limbsOf(cube), y: bytesOf(y), u: limbsOf(u), v: limbsOf(v), product: limbsOf(product) },
    half: mul(canonical(Number(y & 0xffn) - Number(parity & 0xffffn)), inv(2)),
    ...{ keyX: bytesOf(key.x), keyY: bytesOf(key.y) },
    ...{ inverseS: inverseOfSum(limbsOf(s)), inverseKey: inverseOfSum(bytesOf(key.y)) },
  };
}

/** Square root with this parity, or the even one if the parity is not a bit. */
export function rootOf(value: bigint, parity: bigint): bigint {
  const root = Fp.sqrt(value);
  return (root & 1n) === (parity & 1n) ? root : Fp.neg(root);
}

export function noCase(): Partial<RecoverCells> {
  return Object.fromEntries(Object.keys(CASES).map((name) => [name, 0]));
}

function inverseOfSum(list: readonly number[]): number {
  const sum = list.reduce((total, value) => total + value, 0);
  return sum === 0 ? 0 : inv(sum);
}

/**
 * The run with another row of the table, and what follows from it: the flag on the stack, and the key in the memory, of which the
 * recovery is the last access unless a time is given.
 */
export function recovered(run: RunCells, cells: Partial<RecoverCells>): RunCells {
  const [own] = run.recover;
  const row: RecoverCells = { ...own!, ...cells };
  const gaps =
    own!.good === 0 && cells.gaps === undefined ? [...row.gaps.slice(0, 8), ...gap(row.time, 0), ...gap(row.time, 0)] : row.gaps;
  const flag = word({ 0: row.good });
  const step = stepAt(run, row.time);
  const next = changed(run, { [step]: { d: flag }, [step + 1]: { a: flag } });
  const written = { 128: row.keyX, 160: row.keyY };
  return withPlaces({ ...next, recover: [{ ...row, gaps }] }, (places) =>
    places.map((place) => {
      const key = place.space === KERNEL_MEMORY_SPACE ? written[place.index as 128 | 160] : undefined;
      if (key === undefined) return place;
      if (row.good === 0) return { ...place, last: word({}), time: 0 };
      return { ...place, last: bytesLimbs([...key].reverse()), time: row.time };
    }),
  );
}

/** A signature with a key, of r = 1, and some other key. */
export const SIGNATURE: Signature = { hash: 5n, parity: 1n, r: 1n, s: 7n };
export const OTHER_KEY = multiple(99n);

/** A signature of infinity: R is 11 generators, and 11 · s is the hash. */
export function signatureOfInfinity(): Signature {
  const { x, y } = multiple(11n);
  return { hash: Fn.create(11n * 7n), parity: y & 1n, r: x, s: 7n };
}
