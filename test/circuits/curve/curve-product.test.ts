import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { secp256k1 } from "@noble/curves/secp256k1.js";
import {
  CURVE_PRODUCT_FIELDS,
  curveProductAir,
  type CurveProductCells,
} from "../../../src/proofs/circuits/curve-product/curve-product-air.ts";
import { curveProductColumns, curveProductRow } from "../../../src/proofs/circuits/curve-product/curve-product-trace.ts";
import { CARRY_OFFSET, type CurveProduct } from "../../../src/proofs/circuits/curve-product/product-identity.ts";
import { bytesOf, LIMBS, limbsOf, WORD_BYTES } from "../../../src/proofs/circuits/shapes/word.ts";
import { inv, mul, P } from "../../../src/proofs/field/koala-bear.ts";
import { fieldElements } from "../../../src/proofs/stark/constraints/fields.ts";
import { Random } from "../../chain/state/support/random.ts";
import { canonical, judgeRows, reasonsOf, type Row } from "../arithmetic/support/judge.ts";
import { valueOf } from "./support/true-curve-messages.ts";

const { Fp } = secp256k1.Point;
const air = curveProductAir();
const toRow = (cells: CurveProductCells): Row => fieldElements("curveProduct", CURVE_PRODUCT_FIELDS, cells).map(canonical);
const NO_DIGITS = new Array<number>(WORD_BYTES).fill(0);
const NO_LIMBS = new Array<number>(LIMBS).fill(0);

/** Digits of which some are not zero. */
const digits = (set: Readonly<Record<number, number>>, count = WORD_BYTES): number[] =>
  Array.from({ length: count }, (_, i) => set[i] ?? 0);
const limbs = (set: Readonly<Record<number, number>>): number[] => digits(set, LIMBS);

/** The product of digits, its remainder by another implementation of the field. */
function asked(x: readonly number[], z: readonly number[]): CurveProduct {
  const product = Fp.mul(Fp.create(valueOf(x, 8n)), Fp.create(valueOf(z, 8n)));
  return { x, z, r: limbsOf(product) };
}

function products(count: number): CurveProduct[] {
  const random = new Random(7);
  const bytes = (): number[] => bytesOf(random.bits(256));
  const differences = (): number[] => NO_DIGITS.map(() => random.below(511) - 255);
  const centred = (): number[] => NO_DIGITS.map(() => random.below(256) - 128);
  const fill = (digit: number): number[] => NO_DIGITS.map(() => digit);
  const edges = [
    asked(fill(0), fill(0)),
    asked(fill(255), fill(255)),
    asked(fill(255), fill(127)),
    asked(fill(-255), fill(-128)),
    asked(fill(255), fill(-128)),
    asked(fill(-255), fill(127)),
    asked(bytesOf(Fp.ORDER - 1n), bytesOf(Fp.ORDER - 1n)),
    asked(bytesOf(Fp.ORDER), bytesOf(5n)),
    asked(digits({ 31: -255 }), digits({ 31: 127 })),
    // A remainder that is a sum of two and one that is negative.
    { x: digits({ 0: 100 }), z: digits({ 0: 100 }), r: limbsOf(Fp.ORDER).map((limb, i) => 3 * limb + (i === 0 ? 10_000 : 0)) },
    { x: digits({ 0: -100 }), z: digits({ 0: 100 }), r: limbs({ 0: -10_000 }) },
  ];
  const random2 = Array.from({ length: count }, (_, i) =>
    i % 2 === 0 ? asked(bytes(), bytes()) : asked(differences(), centred()),
  );
  return [...edges, ...random2];
}

/** The row with these cells, true or not; carries follow limb by limb in the field, from what the last is said to be. */
function identity(x: readonly number[], z: readonly number[], r: readonly number[], quotient: readonly number[], high: number) {
  const at = (list: readonly number[], k: number): number => canonical(list[k] ?? 0);
  let carry = 0;
  const carries = Array.from({ length: 2 * LIMBS }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < WORD_BYTES; i++) {
      sum += mul(at(x, i), at(z, 2 * k - i)) + mul(256, mul(at(x, i), at(z, 2 * k + 1 - i)));
    }
    sum += mul(977, at(quotient, k)) + at(quotient, k - 2) - at(quotient, k - LIMBS) - at(r, k) + carry;
    if (k === LIMBS) sum += mul(977, canonical(high));
    if (k === LIMBS + 2) sum += high;
    carry = mul(canonical(sum), inv(2 ** 16));
    return carry + CARRY_OFFSET;
  });
  return { x, z, r, quotient, carry: carries, uses: 1 };
}

interface Forgery {
  readonly cells: CurveProductCells;
  readonly refusedBy: string;
}

/** −1 / 2^16 in the field. */
const WRAP = 32_512;

function* forgeries(): Generator<Forgery> {
  const none = curveProductRow({ x: NO_DIGITS, z: NO_DIGITS, r: NO_LIMBS });
  for (let k = 0; k < 2 * LIMBS; k++) {
    // 2^(16 k) is not 0, although nothing but limb k says so.
    const one = digits({ [k]: 1 });
    yield { cells: { ...none, x: one, z: one }, refusedBy: `limb ${k}` };
    yield { cells: wrongCarry(k), refusedBy: `range14[${k}]` };
  }
  for (let k = 0; k < LIMBS; k++) yield { cells: wrongQuotient(k), refusedBy: `range16[${k}]` };
}

/** Large carry: p · 2^(16 k) is 0 in the field. */
function wrongCarry(k: number): CurveProductCells {
  if (k < 30) {
    // 128 + 2^16 · 127 · 2^8 · 128.
    const j = Math.max(0, 2 * k - 28);
    return identity(digits({ [2 * k - j]: 1, [2 * k - j + 3]: 127 }), digits({ [j]: 128 }), NO_LIMBS, NO_LIMBS, 0);
  }
  if (k === 30) {
    // The carry is 127 · 2^16, and so the last one 127; the lower limbs' rest is the remainder.
    const quotient = limbs({ 0: 58_799, 1: 1, 2: 127, 14: 256 });
    return identity(NO_DIGITS, NO_DIGITS, lowerLimbs(quotient), quotient, 127);
  }
  // The last carry is −32512: 977 times that, in limb 16, is −484 · 2^16 − 44800.
  const x = digits({ 2: 175, 3: 228, 4: 1, 6: 127, 31: 1 });
  return identity(x, digits({ 31: 1 }), NO_LIMBS, NO_LIMBS, -WRAP);
}

/** −34 · 2^16 in limb k and 34 in the next are 0, but 977 times the first is p more in the field. */
function wrongQuotient(k: number): CurveProductCells {
  const wrong = { [k]: -34 * 2 ** 16 };
  if (k < 15) return identity(NO_DIGITS, NO_DIGITS, limbs({ [k]: 1, [k + 1]: WRAP }), limbs({ ...wrong, [k + 1]: 34 }), 0);
  // Above the highest limb is the last carry. −127 · 2^8 · 2^256 is a product.
  return identity(digits({ 17: -127 }), digits({ 16: 1 }), limbs({ 15: 1 }), limbs(wrong), 34);
}

/** Lower 16 limbs of 2^32 + 977 times a quotient, so that they produce no carry. */
function lowerLimbs(quotient: readonly number[]): number[] {
  return limbsOf(valueOf(quotient, 16n) * (2n ** 32n + 977n), LIMBS).map((limb, i) => {
    const carried = Number((valueOf(quotient.slice(0, 14), 16n) * (2n ** 32n + 977n)) >> 256n);
    return i === LIMBS - 1 ? limb + carried * 2 ** 16 : limb;
  });
}

describe("the table curveProduct", () => {
  it("answers products modulo the prime of secp256k1 as another implementation has them, with digits as large as they may be", () => {
    const list = products(40);
    const rows = list.map((product) => toRow(curveProductRow(product)));
    judgeRows(air, rows).forEach((judgement, i) => {
      const { x, z, r } = list[i]!;
      assert.deepEqual(judgement, { refusals: [], answer: [1, ...[...x, ...z, ...r].map(canonical)], lies: false }, `${i}`);
    });
    assert.throws(() => curveProductRow({ x: digits({ 0: 2 }), z: digits({ 0: 2 }), r: limbs({ 0: 5 }) }));
  });

  it("is filled up with rows that it accepts, and is absent without products", () => {
    const columns = curveProductColumns(products(1).slice(1, 4).map(curveProductRow), 2);
    const last = columns.map((column) => column[3]!);
    assert.deepEqual(judgeRows(air, [last])[0]?.refusals, []);
    assert.equal(last.at(-1), 0);
    assert.ok(curveProductColumns([], 2).every(({ length }) => length === 0));
  });

  it("refuses every changed cell or answers another question, except for the number of uses, which the bus counts", () => {
    const random = new Random(3);
    for (const product of products(4)) {
      const row = toRow(curveProductRow(product));
      const changes = row
        .slice(0, -1)
        .flatMap((value, column) =>
          [(value + 1) % P, P - 1, random.below(2 ** 16)].filter((other) => other !== value).map((other) => ({ column, other })),
        );
      const judged = judgeRows(
        air,
        changes.map(({ column, other }) => row.map((value, i) => (i === column ? other : value))),
      );
      const original = row.slice(0, 2 * WORD_BYTES + LIMBS).join();
      judged.forEach(({ refusals, answer, lies }, i) => {
        const { column, other } = changes[i]!;
        // 1 · 0 is 0, too; but that is not what is asked.
        const isOtherTruth = !lies && answer.slice(1).join() !== original;
        assert.ok(refusals.length > 0 || isOtherTruth, `${air.columnNames[column]} may be ${other}`);
      });
    }
  });

  it("needs every constraint and every message: each alone refuses a row that answers something false", () => {
    const all = [...forgeries()];
    const judged = judgeRows(
      air,
      all.map(({ cells }) => toRow(cells)),
    );
    judged.forEach(({ refusals, lies }, i) => {
      assert.deepEqual(refusals, [all[i]!.refusedBy]);
      assert.ok(lies, `the row that ${all[i]!.refusedBy} refuses is true`);
    });
    assert.deepEqual(all.map(({ refusedBy }) => refusedBy).sort(), reasonsOf(air).sort());
  });
});
