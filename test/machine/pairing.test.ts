import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { Kernel } from "../../src/proofs/machine/interpreter/kernel.ts";
import { Random } from "../chain/state/support/random.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { PairingMachine, pairingProgram } from "./support/pairing-program.ts";
import { primitives } from "./support/primitives.ts";
import { bytesOf } from "./support/reference.ts";
import {
  COFACTORS,
  CURVE_ORDER,
  encodedPair,
  FIRST,
  type FirstPoint,
  GROUP_ORDER,
  INFINITE,
  multipleOf,
  pointOfOrder,
  randomNumber,
  randomTwistPoint,
  SECOND,
  type SecondPoint,
} from "./support/twist-points.ts";
import { World } from "./support/world.ts";

const { fields, G1, G2 } = bn254;
const PRIME = fields.Fp.ORDER;
/** Six words a pair, in hex. */
interface Vector {
  readonly name: string;
  readonly words: readonly string[];
  readonly isOne: boolean;
}
type Pair = readonly [FirstPoint, SecondPoint];

const machine = new PairingMachine();
const inputOf = (pairs: readonly Pair[]): Uint8Array => Buffer.concat(pairs.map((pair) => encodedPair(...pair)));
const priceOf = (pairs: number): bigint => 45_000n + 34_000n * BigInt(pairs);

/** Asserts the result of pairs, at their price. Undefined is a failure, which takes all gas. */
function check(pairs: readonly Pair[], verdict: boolean | undefined, label: string): void {
  const gas = 5_000_000n;
  const answer = machine.run(inputOf(pairs), { gas });
  assert.equal(answer.verdict, verdict, label);
  assert.equal(answer.gasUsed, verdict === undefined ? gas : priceOf(pairs.length), label);
}

/** Compares the result with another library. All points must be in their groups. */
function compare(pairs: readonly Pair[], label: string): void {
  const product = bn254.pairingBatch(pairs.map(([g1, g2]) => ({ g1, g2 })));
  check(pairs, fields.Fp12.eql(product, fields.Fp12.ONE), label);
}

describe("pairings of BN254 by the kernel's code", () => {
  const random = new Random(197);
  const scalar = (): bigint => 1n + (randomNumber(random) % (GROUP_ORDER - 1n));
  const first = (factor = scalar()): FirstPoint => FIRST.multiply(factor);
  const second = (factor = scalar()): SecondPoint => SECOND.multiply(factor);
  /** Pairs of random points whose product of pairings is 1. */
  const cancelling = (count: number): Pair[] => {
    const factors = Array.from({ length: count - 1 }, () => [scalar(), scalar()] as const);
    const rest = fields.Fr.neg(factors.reduce((sum, [a, b]) => fields.Fr.add(sum, fields.Fr.mul(a, b)), 0n));
    return [...factors.map(([a, b]): Pair => [first(a), second(b)]), [first(rest), SECOND]];
  };

  test("are those of geth's vectors", () => {
    const path = join(import.meta.dirname, "../../fixtures/pairings/geth.json");
    const { vectors } = JSON.parse(readFileSync(path, "utf8")) as { readonly vectors: readonly Vector[] };
    assert.equal(vectors.length, 7);
    const verdictOf = (words: readonly string[]) => machine.run(Buffer.from(words.join(""), "hex")).verdict;
    for (const { name, words, isOne } of vectors) assert.equal(verdictOf(words), isOne, name);
    const [two = []] = vectors.filter(({ name }) => name === "two_point_match_3").map(({ words }) => words);
    assert.equal(verdictOf([...two, ...two, ...two, ...two, ...two]), true, "ten_point_match_2");
  });

  test("are those of another library for one to five pairs, f of order dividing the cofactor (the product is 1) or not", () => {
    for (const count of [1, 2, 3, 4, 5]) {
      const pairs = count === 1 ? [[first(), second()] as const] : cancelling(count);
      compare(pairs, `${count} pairs`);
      compare([...pairs.slice(1), [first(), second()]], `${count} other pairs`);
    }
    compare([...cancelling(2), ...cancelling(2)], "the product of two products that are 1");
    const [p, q] = [first(), second()];
    compare(
      [
        [p, q],
        [p, q],
      ],
      "the same pair twice",
    );
    compare(
      [
        [p, q],
        [p.negate(), q],
      ],
      "opposite first points",
    );
    compare(
      [
        [p, q],
        [p, q.negate()],
      ],
      "opposite second points",
    );
  });

  test("skip pairs with infinity on either side", () => {
    const [good, other] = [cancelling(3), first()];
    for (const pair of [
      [INFINITE.first, INFINITE.second],
      [INFINITE.first, second()],
      [other, INFINITE.second],
    ] as const) {
      check([pair], true, "infinity alone");
      check([good[0]!, pair, ...good.slice(1)], true, "infinity between good points");
      check([pair, good[0]!], false, "infinity before a point");
      check([good[0]!, pair], false, "infinity after a point");
    }
  });

  test("infinity next to a bad point fails", () => {
    const words = (...values: readonly bigint[]): Uint8Array => Buffer.concat(values.map((value) => bytesOf(value, 32)));
    const run = (input: Uint8Array): boolean | undefined => machine.run(input).verdict;
    assert.equal(run(words(1n, 3n, 0n, 0n, 0n, 0n)), undefined, "a first point off the curve");
    assert.equal(run(words(0n, 0n, 0n, 1n, 0n, 2n)), undefined, "a second point off the curve");
    assert.equal(run(words(0n, PRIME, 0n, 0n, 0n, 0n)), undefined, "the prime, which is 0 modulo itself");
    check([[INFINITE.first, randomTwistPoint(random)]], undefined, "a second point outside the subgroup");
  });

  test("coordinate p fails in each of six words, and so does a coordinate with all bits", () => {
    const good = encodedPair(FIRST, SECOND);
    for (let index = 0; index < 6; index++)
      for (const value of [
        PRIME,
        2n ** 256n - 1n,
        BigInt(`0x${Buffer.from(good.subarray(32 * index, 32 * index + 32)).toString("hex")}`) + PRIME,
      ]) {
        const input = Uint8Array.from(good);
        input.set(bytesOf(value, 32), 32 * index);
        assert.equal(machine.run(input).verdict, undefined, `word ${index}`);
        assert.equal(machine.run(Buffer.concat([good, input])).verdict, undefined, `word ${index} of the second pair`);
      }
  });

  test("191 bytes and all other lengths but multiples of 192 fail", () => {
    const pair = encodedPair(FIRST, SECOND);
    const long = Buffer.concat([pair, pair, pair]);
    for (const length of [1, 32, 191, 193, 383, 385]) {
      const { verdict, gasUsed } = machine.run(long.subarray(0, length), { gas: 1_000_000n });
      assert.deepEqual({ verdict, gasUsed }, { verdict: undefined, gasUsed: 1_000_000n }, `${length} bytes`);
    }
  });

  test("points off their curves fail, in any pair", () => {
    const [p, q] = [first().toAffine(), second().toAffine()];
    const wrongFirst = G1.Point.fromAffine({ x: p.x, y: PRIME - 1n - p.y });
    const wrongSecond = G2.Point.fromAffine({ x: q.y, y: q.x });
    const conjugate = G2.Point.fromAffine({ x: fields.Fp2.frobeniusMap(q.x, 1), y: fields.Fp2.frobeniusMap(q.y, 1) });
    const good: Pair = [first(), second()];
    for (const bad of [
      [wrongFirst, SECOND],
      [FIRST, wrongSecond],
      [FIRST, conjugate],
    ] as const)
      for (const pairs of [[bad], [good, bad], [bad, good]]) check(pairs, undefined, "off the curve");
  });

  test("G2 points outside the subgroup fail: each prime order of the curve but the group's, random points, sums with good points", () => {
    assert.equal(GROUP_ORDER * COFACTORS.reduce((product, factor) => product * factor), CURVE_ORDER);
    for (const order of COFACTORS) {
      const small = pointOfOrder(order, random);
      assert.ok(multipleOf(small, order).equals(INFINITE.second));
      check([[first(), small]], undefined, `order ${order}`);
      check([[first(), second().add(small)]], undefined, `G2 and order ${order}`);
      check(
        [
          [first(), small],
          [first(), small.negate()],
        ],
        undefined,
        `order ${order} twice`,
      );
    }
    for (let i = 0; i < 3; i++) {
      const point = randomTwistPoint(random);
      check([[first(), point]], undefined, "a random point of the second curve");
      compare([[first(), multipleOf(point, CURVE_ORDER / GROUP_ORDER)]], "its multiple in the group");
    }
    check([...cancelling(2), [first(), randomTwistPoint(random)]], undefined, "after good pairs");
  });

  test("a point outside the group with a coordinate that has a zero part fails", () => {
    for (let c0 = 1n, found = 0; found < 2; c0++) {
      const x = { c0, c1: 0n };
      const { x: gx, y: gy } = SECOND.toAffine();
      const { Fp2 } = fields;
      const y2 = Fp2.add(Fp2.mul(Fp2.sqr(x), x), Fp2.sub(Fp2.sqr(gy), Fp2.mul(Fp2.sqr(gx), gx)));
      try {
        check([[FIRST, G2.Point.fromAffine({ x, y: Fp2.sqrt(y2) })]], undefined, `x = ${c0}`);
        found++;
      } catch (error) {
        if (!(error as Error).message.includes("square root")) throw error;
      }
    }
  });

  test("less gas than the price fails before any point is read, and a spent budget computes nothing", () => {
    const input = inputOf(cancelling(2));
    const exact = machine.run(input, { gas: priceOf(2) });
    assert.deepEqual([exact.verdict, exact.gasUsed], [true, priceOf(2)]);
    const [poor, spent] = [machine.run(input, { gas: priceOf(2) - 1n }), machine.run(input, { isSpent: true })];
    for (const { verdict, products } of [poor, spent]) assert.deepEqual([verdict, products], [undefined, 0]);
    // These rows write the input.
    assert.ok(spent.rows < 300 && poor.rows < 300, `${spent.rows} and ${poor.rows} rows`);
  });

  test("take a number of products that follows from the number of pairs, for all finite points", () => {
    const products = (pairs: readonly Pair[]): number => machine.run(inputOf(pairs)).products;
    const [one, two, four] = [[[first(), second()]] as const, cancelling(2), cancelling(4)].map(products);
    assert.deepEqual(
      [one, two, four],
      [PRODUCTS + PRODUCTS_OF_PAIR, PRODUCTS + 2 * PRODUCTS_OF_PAIR, PRODUCTS + 4 * PRODUCTS_OF_PAIR],
    );
    assert.equal(products([[INFINITE.first, second()]]), one! - 3, "no equation of the first point");
    assert.ok(products([[first(), INFINITE.second]]) <= one!);
  });
});

/** Products of every call, and of each pair. */
const [PRODUCTS, PRODUCTS_OF_PAIR] = [8_603, 3_306];

/** Reads a pair, runs steps by their numbers until 0, and returns T in six slots and the answer of the last check. */
const STEPS = `
set.nextFrame(3)
{
  for { let i := 0 } lt(i, 192) { i := add(i, 32) } { mstore(pointer(2, i), machine.hint()) }
  storeConstants()
  let end, good := readPairs(pointer(2, 0), 1)
  for { let step := machine.hint() } step { step := machine.hint() } {
    switch step
    case 1 { doubleSum(0) }
    case 2 { addPointToSum(0, 0) }
    case 3 { addPointToSum(0, 2) }
  }
  for { let i := 0 } lt(i, 6) { i := add(i, 1) } { store.current(machine.key(0, 1, i), mload(add(byteOfPairs(), shl(5, i)))) }
  store.current(machine.key(0, 1, 6), addImages(end))
  stop()
}
function meterPairs(pairs) -> stops { }
`;
const [DOUBLE, ADD, SUBTRACT] = [1n, 2n, 3n];

describe("the sum T of a pair", () => {
  const program = new Kernel(primitives, pairingProgram(STEPS));
  const world = new World(new Map());
  const input = Buffer.from(encodedPair(FIRST, SECOND));
  const words = Array.from({ length: 6 }, (_, i) => BigInt(`0x${input.subarray(32 * i, 32 * i + 32).toString("hex")}`));
  const sumAfter = (...steps: readonly bigint[]) => {
    const { leaves } = program.run({ environment: ENVIRONMENT, state: world, codes: world }, [...words, ...steps, 0n]);
    const values = leaves.map(({ after }) => after);
    return { sum: values.slice(0, 6), isGood: values[6] === 1n };
  };
  const further = [DOUBLE, SUBTRACT, DOUBLE, ADD];

  test("is that of another library after steps that meet neither Q nor its opposite", () => {
    for (const [steps, factor] of [
      [[], 1n],
      [[DOUBLE], 2n],
      [[DOUBLE, ADD, DOUBLE, SUBTRACT, DOUBLE], 10n],
    ] as const) {
      const [x0 = 0n, x1 = 0n, y0 = 0n, y1 = 0n, z0 = 0n, z1 = 0n] = sumAfter(...steps).sum;
      const { Fp2 } = fields;
      const scale = Fp2.inv({ c0: z0, c1: z1 });
      const point = { x: Fp2.mul({ c0: x0, c1: x1 }, scale), y: Fp2.mul({ c0: y0, c1: y1 }, scale) };
      assert.ok(G2.Point.fromAffine(point).equals(SECOND.multiply(factor)), `${factor} Q`);
    }
  });

  test("T meets Q: it becomes T is (0, 0, 0), remains so, and no check accepts it", () => {
    for (const steps of [[ADD], [ADD, ...further]])
      assert.deepEqual(sumAfter(...steps), { sum: Array(6).fill(0n), isGood: false });
  });

  test("T meets −Q: Z becomes 0, remains so, and no check accepts it", () => {
    for (const steps of [[SUBTRACT], [SUBTRACT, ...further]]) {
      const { sum, isGood } = sumAfter(...steps);
      assert.deepEqual({ z: sum.slice(4), isGood }, { z: [0n, 0n], isGood: false });
    }
  });
});
