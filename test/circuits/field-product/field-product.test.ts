import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import type { FieldProductCells } from "../../../src/proofs/circuits/field-product/field-product-air.ts";
import {
  type AccessedWord,
  fieldProductColumns,
  fieldProductRow,
} from "../../../src/proofs/circuits/field-product/field-product-trace.ts";
import { BN254_PRIME } from "../../../src/proofs/circuits/field-product/fp2-product.ts";
import { bytesOf, limbsOf, wordOf } from "../../../src/proofs/circuits/shapes/word.ts";
import { P } from "../../../src/proofs/field/koala-bear.ts";
import { countedSides } from "../../../src/proofs/stark/constraints/multiplicities.ts";
import { Random } from "../../chain/state/support/random.ts";
import { air, judgeProducts, multiplyAdd } from "./support/product-judge.ts";
import { reasonsOf } from "../arithmetic/support/judge.ts";
import { productForgeries } from "./support/product-forgeries.ts";
import {
  BEFORE,
  CARRIES,
  carriesOf,
  INDEXES,
  OFFSETS,
  operands,
  productCells,
  replacePart,
  SHIFT,
  TIME,
  toRow,
  truthOf,
} from "./support/product-rows.ts";

const REQUEST = { time: TIME, a: INDEXES.indexA, b: INDEXES.indexB, c: INDEXES.indexC, r: INDEXES.indexR };

/** A memory that has the words of elements from an index onwards, accessed before the product. */
function memoryOf(words: Readonly<Record<number, bigint>>): (index: number) => AccessedWord {
  const accessed = new Map<number, AccessedWord>();
  return (index) => {
    const known = accessed.get(index) ?? { word: limbsOf(words[index] ?? 0n), time: BEFORE };
    accessed.set(index, known);
    return known;
  };
}

/** The honest row of a · b + c, and the words of r after it. */
function honest(parts: readonly bigint[]): { readonly cells: FieldProductCells; readonly result: readonly bigint[] } {
  const wordAt = memoryOf(Object.fromEntries(parts.map((part, i) => [REQUEST.a + i, part])));
  const cells = fieldProductRow(REQUEST, wordAt);
  return { cells, result: [0, 1].map((word) => wordOf(wordAt(REQUEST.r + word).word)) };
}

/** Operands at the ends of their ranges, and random ones. */
function products(count: number): bigint[][] {
  const random = new Random(11);
  const part = (): bigint => random.bits(256) % BN254_PRIME;
  const ends = [0n, 1n, BN254_PRIME - 1n, 2n ** 253n - 1n, 2n ** 253n];
  const edges = ends.flatMap((x) => ends.map((y) => [x, y, y, x, BN254_PRIME - 1n, 0n]));
  // The least and the largest parts before they are divided by the prime.
  const most = BN254_PRIME - 1n;
  const extremes = [
    [0n, most, 0n, most, 0n, 0n],
    [most, 0n, most, 0n, most, most],
    [most, most, most, most, most, most],
  ];
  return [...edges, ...extremes, ...Array.from({ length: count }, () => Array.from({ length: 6 }, part))];
}

/** Largest carry with its offset: a byte plus 128 times a byte. */
const LARGEST_CARRY = 129 * 255;

/** Largest difference of the two sides of a limb's equation, for any digits, in each part with an offset of its carries. */
function largestDifferences(...offsets: readonly number[]): number[] {
  const full = new Array<number>(32).fill(255);
  const shift = limbsOf(SHIFT * BN254_PRIME, 32);
  return offsets.map((offset, part) => {
    const limbs = Array.from({ length: 32 }, (_, k) => {
      const product = limbOfBytes(full, full, k);
      const taken = limbOfBytes(full, bytesOf(BN254_PRIME), k) + (part === 0 ? product : 0) + (k < 16 ? 65_535 : 0);
      const added = (part === 0 ? product + shift[k]! : 2 * product) + (k < 16 ? 65_535 : 0);
      const least = part === 0 ? shift[k]! : 0;
      const [low, high] = [-offset, LARGEST_CARRY - offset];
      const [lowIn, highIn] = k === 0 ? [0, 0] : [low, high];
      const [lowOut, highOut] = k === 31 ? [0, 0] : [low, high];
      return Math.max(added + highIn - 65_536 * lowOut, taken - least - lowIn + 65_536 * highOut);
    });
    return Math.max(...limbs);
  });
}

/** Products of bytes at the positions 2k and 2k + 1, the latter times 256. */
function limbOfBytes(x: readonly number[], z: readonly number[], k: number): number {
  const at = (position: number): number => x.reduce((sum, byte, i) => sum + byte * (z[position - i] ?? 0), 0);
  return at(2 * k) + 256 * at(2 * k + 1);
}

describe("the table fieldProduct", () => {
  it("has the product of every two elements, and the sum with a third, as another implementation has them", () => {
    const list = products(40);
    const rows = list.map(honest);
    assert.equal(bn254.fields.Fp.ORDER, BN254_PRIME);
    judgeProducts(rows.map(({ cells }) => toRow(cells))).forEach(({ refusals, isFalse }, i) => {
      assert.deepEqual(rows[i]!.result, multiplyAdd(list[i]!));
      assert.deepEqual(refusals, [], list[i]!.join());
      assert.equal(isFalse, false);
    });
  });

  it("has squares that use one index twice, and results that replace an operand", () => {
    const parts = [5n, 7n, 11n, 13n];
    const at = (index: number): number => INDEXES.indexA + 2 * index;
    const uses = [
      { a: 0, b: 0, c: 1, r: 2 },
      { a: 0, b: 0, c: 0, r: 0 },
      { a: 0, b: 1, c: 1, r: 1 },
      { a: 1, b: 0, c: 1, r: 0 },
    ];
    for (const { a, b, c, r } of uses) {
      const wordAt = memoryOf(Object.fromEntries(parts.map((part, i) => [INDEXES.indexA + i, part])));
      const cells = fieldProductRow({ time: TIME, a: at(a), b: at(b), c: at(c), r: at(r) }, wordAt);
      const read = [a, b, c].flatMap((element) => parts.slice(2 * element, 2 * element + 2));
      assert.deepEqual(judgeProducts([toRow(cells)])[0]?.refusals, []);
      assert.deepEqual(
        [0, 1].map((word) => wordOf(wordAt(at(r) + word).word)),
        multiplyAdd(read),
      );
      assert.equal(wordAt(at(r)).time, TIME + 3);
    }
  });

  it("has no row for an operand that is not below the prime", () => {
    for (let i = 0; i < 6; i++) {
      const parts = Array.from({ length: 6 }, (_, j) => (i === j ? BN254_PRIME : 1n));
      assert.throws(() => honest(parts), { name: "RangeError" });
    }
  });

  it("is filled up with rows that it accepts, and is absent without products", () => {
    const columns = fieldProductColumns(
      products(0)
        .slice(0, 3)
        .map((parts) => honest(parts).cells),
      2,
    );
    const [last] = judgeProducts([columns.map((column) => column[3]!)]);
    assert.deepEqual(last?.refusals, []);
    assert.ok(JSON.parse(last!.claim).every(([, multiplicity]: [string, number]) => multiplicity === 0));
    assert.ok(fieldProductColumns([], 2).every(({ length }) => length === 0));
  });

  it("a false carry is refused", () => {
    // The carry from limb 13 is −7,986. In the table's field it may also be 24,526 if 1 is added to limb 13 and 32,512 to limb 14.
    const given = operands({
      a1: bytesOf(0xe9e5eae8e4e9e5ece8e4ebe7eceae6ebe9e5eae6e4e9e5ece8e4ebe7ecn),
      b1: bytesOf(0x2ff1f6f2f0f5f1eff4f0f7f3eff6f2f7f3f1f6f2f0f5f1eff4f0f7f3eff4f2f7n),
      c0: limbsOf(0x1ea9838682cc4f8146269bf6dd9344337a4672739c79b144709a952439da1a11n),
    });
    const truth = truthOf(given);
    const forged = truth.r[0].map((limb, i) => limb + (i === 13 ? 1 : i === 14 ? 32_512 : 0));
    const claimed = replacePart(truth, 0, forged, truth.quotient[0]);
    assert.ok(wordOf(forged) < BN254_PRIME);
    const [judgement] = judgeProducts([toRow(productCells(given, claimed))]);
    assert.deepEqual(judgement?.refusals, ["bytes[109]"]);
    assert.equal(judgement?.isFalse, true);
    // With 2^13 added to the carries of both parts they would all be in range.
    const carries = carriesOf(given, claimed).slice(0, CARRIES);
    assert.ok(carries.every((stored) => (stored + P - OFFSETS[0] + OFFSETS[1]) % P <= LARGEST_CARRY));
  });

  it("has limbs whose two sides differ by less than the field's prime, which one offset for both parts would not have", () => {
    assert.deepEqual(largestDifferences(2 ** 14, 2 ** 13), [1_864_377_228, 1_866_588_525]);
    assert.ok(1_866_588_525 < P);
    assert.ok(largestDifferences(2 ** 13, 2 ** 13)[0]! > P);
    assert.ok(largestDifferences(2 ** 14, 2 ** 14)[1]! > P);
  });

  it("each fieldProduct cell changed is refused", () => {
    const random = new Random(12);
    for (const parts of products(1).slice(-2)) {
      const row = toRow(honest(parts).cells);
      const [original] = judgeProducts([row]);
      const changes = row.flatMap((value, column) =>
        [(value + 1) % P, P - 1, random.below(2 ** 16)].filter((other) => other !== value).map((other) => ({ column, other })),
      );
      const judged = judgeProducts(changes.map(({ column, other }) => row.with(column, other)));
      judged.forEach(({ refusals, claim }, i) => {
        const { column, other } = changes[i]!;
        // Another message than those of the memory and the processor leaves a bus that does not balance.
        const isRefused = refusals.length > 0 || claim !== original!.claim;
        assert.ok(isRefused, `${air.columnNames[column]} may be ${other}`);
      });
    }
  });

  it("each deleted constraint has its forgery", () => {
    const all = [...productForgeries()];
    judgeProducts(all.map(({ cells }) => toRow(cells))).forEach(({ refusals, isFalse }, i) => {
      assert.deepEqual(refusals, [all[i]!.refusedBy]);
      assert.ok(isFalse, `the row that ${all[i]!.refusedBy} refuses is true`);
    });
    const isLookUp = (name: string): boolean => !name.startsWith("memory[");
    const needed = new Set([...all.map(({ refusedBy }) => refusedBy), "real is boolean"]);
    assert.deepEqual([...needed].sort(), reasonsOf(air).filter(isLookUp).sort());
  });

  it("bounds its messages: without the constraint that does so, its system is refused", () => {
    const memory = { ...air, interactions: air.interactions.filter(({ bus }) => bus.name === "memory") };
    assert.equal(countedSides([memory]).size, 1);
    const constraints = air.constraints.filter(({ name }) => name !== "real is boolean");
    assert.throws(() => countedSides([{ ...memory, constraints }]), /no side of bus memory is counted/);
  });
});
