import { secp256k1 } from "@noble/curves/secp256k1.js";
import { GENERATOR, INFINITY } from "../../../src/proofs/circuits/secp256k1/secp256k1.ts";
import type { RecoverCells } from "../../../src/proofs/circuits/recover/recover-air.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { KERNEL_MEMORY_SPACE } from "../../../src/proofs/execution-proof/memory-places.ts";
import { inv } from "../../../src/proofs/field/koala-bear.ts";
import { pointSum } from "../../circuits/curve/support/true-curve-messages.ts";
import { changed, type Forgery, gap, honest, negative, word } from "./forgeries.ts";
import { replaced, stepAt, withPlaces } from "./hash-run.ts";
import type { RunCells } from "./judge.ts";
import { HINT, POP, push, RECOVER, STOP } from "./programs.ts";
import {
  noCase,
  OTHER_KEY,
  placed,
  recovered,
  recoverRun,
  rootOf,
  type Signature,
  SIGNATURE,
  signatureOfInfinity,
  solved,
  stores,
} from "./recover-run.ts";

const { Fp, Fn } = secp256k1.Point;
const by = (refusedBy: string, cells: RunCells): Forgery => ({ refusedBy: `recover: ${refusedBy}`, cells });

/** Runs that recover another key, a point off the curve, or no key where there is one. */
export function* recoverForgeries(): Generator<Forgery> {
  yield* caseForgeries();
  yield* numberForgeries();
  yield* pointForgeries();
  yield* rangeForgeries();
  yield* placeForgeries();
  yield* gapForgeries();
  const failing = recoverRun({ ...SIGNATURE, r: 0n });
  const step = stepAt(failing, failing.recover[0]!.time);
  const flag = word({ 0: 1 });
  yield { refusedBy: "memoryTask", cells: changed(failing, { [step]: { d: flag }, [step + 1]: { a: flag } }) };
}

/** The signature's honest run with a key that is made of other parts. */
function claimed(signature: Signature, parts: Parameters<typeof solved>[1], cells: Partial<RecoverCells> = {}): RunCells {
  return recovered(recoverRun(signature), { ...solved(signature, parts), ...cells });
}

/** A good signature is said to be a bad one. */
function* caseForgeries(): Generator<Forgery> {
  const run = recoverRun(SIGNATURE);
  const is = (name: keyof RecoverCells): RunCells => recovered(run, { ...noCase(), [name]: 1 });
  yield by("r is zero", is("zeroR"));
  yield by("s is zero", is("zeroS"));
  for (const name of ["largeParity", "largeR", "largeS"] as const) yield by("alu[0]", is(name));
  yield by("curveProduct[2]", is("noPoint"));
  yield by("the key is infinity", is("infinite"));
  yield by("the key is finite", claimed(signatureOfInfinity(), { key: INFINITY }));
}

function* numberForgeries(): Generator<Forgery> {
  yield by("s is not zero", claimed({ ...SIGNATURE, s: 0n }, {}));
  yield by("alu[0]", claimed({ ...SIGNATURE, r: aboveOrder() }, {}));
  yield by("parity is one limb", claimed({ ...SIGNATURE, parity: 0x1_0001n }, {}));
  yield by("parity is a bit", claimed({ ...SIGNATURE, parity: 2n }, {}));
  const scalar = 5n;
  yield by("alu[2]", claimed(SIGNATURE, { v: scalar }));
  yield by("alu[3]", claimed(SIGNATURE, { u: scalar, product: Fn.neg(SIGNATURE.hash) }));
  yield by("alu[4]", claimed(SIGNATURE, { u: scalar }));
  yield by("curveMultiple[0]", claimed(SIGNATURE, { key: OTHER_KEY }));
  // A key with y = 1, which is p + 1, too: R is the key and a generator.
  const key = { x: cubeRoot(Fp.create(1n - 7n)), y: 1n };
  const { x: r, y } = pointSum(key, GENERATOR);
  yield by("alu[5]", claimed({ hash: r, parity: y & 1n, r, s: r }, { key: { ...key, y: Fp.ORDER + 1n } }));
}

/** The x of a point, which is more than the order. */
function aboveOrder(): bigint {
  let x = Fn.ORDER + 1n;
  while (!Fp.eql(Fp.pow(Fp.create(x ** 3n + 7n), (Fp.ORDER - 1n) / 2n), Fp.ONE)) x++;
  return x;
}

/** For those numbers that have one; the prime is 7 modulo 9. */
function cubeRoot(value: bigint): bigint {
  return Fp.pow(value, (Fp.ORDER + 2n) / 9n);
}

/** (1, 3) is not on the curve: no table says what its multiples are. */
const OFF_CURVE = { y: 3n, key: OTHER_KEY };

function* pointForgeries(): Generator<Forgery> {
  yield by("curveProduct[0]", claimed(SIGNATURE, { square: 2n, cube: 2n, ...OFF_CURVE }));
  yield by("curveProduct[1]", claimed(SIGNATURE, { cube: 2n, ...OFF_CURVE }));
  yield by("curveProduct[2]", claimed(SIGNATURE, OFF_CURVE));
  const y = Fp.neg(rootOf(8n, 1n));
  const half = Number(y & 0xffn) >> 1;
  yield by("y has the parity", claimed(SIGNATURE, { y }, { half }));
  // Half of an odd number in the field.
  yield by("bytes[48]", claimed(SIGNATURE, { y }));
  // y = 1 is p + 1, which is even.
  yield by("alu[1]", claimed({ ...SIGNATURE, parity: 0n, r: cubeRoot(Fp.create(1n - 7n)) }, { y: Fp.ORDER + 1n }));
}

/** Forgeries with values that are not bytes or limbs, about which other tables promise nothing. */
function* rangeForgeries(): Generator<Forgery> {
  const bytesR = bytesOf(SIGNATURE.r);
  const [bytesY, limbs] = [bytesOf(rootOf(8n, 1n)), limbsOf(0n)];
  for (let k = 0; k < WORD_BYTES / 2; k++) {
    const r = replaced(bytesR, { [2 * k]: bytesR[2 * k]! + 256, [2 * k + 1]: bytesR[2 * k + 1]! - 1 });
    yield by(`bytes[${k}]`, claimed(SIGNATURE, { key: OTHER_KEY }, { r }));
    const square = replaced(bytesOf(1n), { [2 * k + 1]: 5_000 });
    yield by(`bytes[${16 + k}]`, claimed(SIGNATURE, { cube: 2n, ...OFF_CURVE }, { square }));
    const y = replaced(bytesY, { [2 * k + 1]: 5_000 });
    yield by(`bytes[${32 + k}]`, claimed(SIGNATURE, { key: OTHER_KEY }, { y }));
  }
  for (let i = 0; i < LIMBS; i++) {
    const large = replaced(limbs, { [i]: 2 ** 20 });
    yield by(`range16[${i}]`, claimed(SIGNATURE, OFF_CURVE, { cube: large }));
    yield by(`range16[${16 + i}]`, claimed(SIGNATURE, { product: Fn.neg(5n), key: OTHER_KEY }, { u: large }));
    yield by(`range16[${32 + i}]`, claimed(SIGNATURE, { key: OTHER_KEY }, { v: large }));
  }
}

/** The words are read from an offset that is not a multiple of 32. */
function* placeForgeries(): Generator<Forgery> {
  const run = honest([HINT, RECOVER, POP, STOP], [0n]);
  const one = word({ 0: 1 });
  const moved = withPlaces(changed(run, { 0: { d: one }, 1: { a: one, address: 1 } }), (places) =>
    places.map((place) => (place.space === KERNEL_MEMORY_SPACE ? { ...place, index: place.index + 1 } : place)),
  );
  const at = (cells: Partial<RecoverCells>): RunCells => ({ ...moved, recover: [{ ...run.recover[0]!, ...cells }] });
  yield by("range16[48]", at({ low: inv(32) }));
  yield by("bytes[49]", at({ high: inv(2 ** 21) }));
}

/** A word is read that is written later; the key is written over a word that is written later. */
function* gapForgeries(): Generator<Forgery> {
  for (let place = 0; place < 6; place++) {
    const words: Readonly<Record<number, bigint>> = { ...placed(SIGNATURE), 4: 777n, 5: 777n };
    const before = Object.fromEntries(Object.entries(placed(SIGNATURE)).filter(([at]) => Number(at) !== place));
    const run = honest([...stores(before), push(0), RECOVER, POP, ...stores({ [place]: words[place]! }), STOP]);
    const { time, gaps } = run.recover[0]!;
    const later = run.processor.findLast(({ writesB }) => writesB === 1)!.clock;
    const withLater = (own: readonly number[]): RunCells => {
      const old = { oldX: limbsOf(place === 4 ? 777n : 0n), oldY: limbsOf(place === 5 ? 777n : 0n) };
      const ofKey = [...gap(time, 0), ...gap(time, 0)];
      const all = [...gaps.slice(0, 8), ...ofKey].map((limb, i) => (i >> 1 === place ? own[i & 1]! : limb));
      const claim = recovered(run, { ...solved(SIGNATURE), ...old, gaps: all });
      const written = changed(claim, { [stepAt(run, later)]: { d: word({}), gapM: gap(later, 0) } });
      return withPlaces(written, (places) =>
        places.map((each) =>
          each.space === KERNEL_MEMORY_SPACE && each.index === WORD_BYTES * place ? { ...each, time } : each,
        ),
      );
    };
    const number = time - later - 1;
    yield by(`range16[${49 + place}]`, withLater([number, 0]));
    yield by(`range14[${place}]`, withLater([0, negative(number)]));
  }
}
