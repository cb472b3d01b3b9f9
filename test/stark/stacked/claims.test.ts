import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createExtension, type Ext } from "../../../src/proofs/field/extension.ts";
import { P, rootOfUnity } from "../../../src/proofs/field/koala-bear.ts";
import { claimedSum, roundPoint, weightAt, weightBelow } from "../../../src/proofs/stark/stacked/claims.ts";
import { createStackShape, type StackedBlock } from "../../../src/proofs/stark/systems/stack-shape.ts";
import { equalityWeights, multilinearAt, nextClaim } from "../../../src/proofs/stark/stacked/sumcheck.ts";
import { createRandom, type Random } from "../fuzz/random.ts";
import { type Big, mul, ONE, plainExtension, plainLayout, plainOpening, plainWeights, sub, tauOf } from "./plain-stack.ts";
import { plainBlocks, randomBlocks } from "./random-blocks.ts";

const field = createExtension(5);
const LOWEST_BIT = 4;

const element = (random: Random): Ext => Array.from({ length: 5 }, () => random.below(P));
const big = (x: Ext): Big => x.map(BigInt);
const ext = (x: Big): Ext => x.map(Number);

interface Case {
  readonly blocks: readonly StackedBlock[];
  readonly logStackMin: number;
}

function setUp(random: Random, { blocks, logStackMin }: Case) {
  const stack = createStackShape(blocks, { logStackMin, logStackMax: 20 });
  assert.ok(stack !== undefined);
  const bitCount = stack.logStack + stack.logWidth;
  const bits = Array.from({ length: bitCount - LOWEST_BIT }, () => element(random));
  const challenges = { next: element(random), bits, lowestBit: LOWEST_BIT };
  const tallest = Math.max(...blocks.map((block) => block.logRows));
  const z = element(random);
  const points = { point: z, nextPoint: field.scale(z, rootOfUnity(tallest)), tallest };
  const alpha: Big[] = [...Array.from({ length: LOWEST_BIT }, () => ONE), ...bits.map(big)];
  const plain = { alpha, delta: big(challenges.next), z: big(z) };
  return { stack, bitCount, challenges, points, plain, layout: plainLayout(plainBlocks(blocks), logStackMin) };
}

describe("the claim of all opened values", () => {
  test("weights against the slow sum: W at a point by ranges is Σ_x eq(x; point)·W(x), absent tables and phases included", () => {
    const random = createRandom(1);
    const seen = new Set<string>();
    for (let i = 0; i < 50; i++) {
      const blocks = randomBlocks(random, { logRowsMin: LOWEST_BIT, logRowsMax: 6, width: 5 }, i % 2 === 0 ? 1 : 5);
      const { stack, bitCount, challenges, points, plain, layout } = setUp(random, { blocks, logStackMin: 4 + random.below(3) });
      const at = Array.from({ length: bitCount }, () => element(random));
      const slow = plainExtension(plainWeights(layout, plain), at.map(big));
      assert.deepEqual(weightAt(field, stack, points, challenges, at), ext(slow), JSON.stringify(blocks));
      seen.add(stack.phases.map(({ phase }) => phase).join());
      seen.add(`${stack.logWidth}`);
    }
    assert.ok(seen.size >= 6, [...seen].join(" "));
  });

  test("a range's boundary counts: W at a point of bits is the weight of that place", () => {
    const random = createRandom(2);
    for (const joined of [1, 5]) {
      const blocks: StackedBlock[] = [
        { phase: "main", logRows: 4, width: 3, nextWidth: 2, joined: 1 },
        { phase: "lookup", logRows: 5, width: 2 * joined, nextWidth: joined, joined },
        { phase: "lookup", logRows: 4, width: 3 * joined, nextWidth: joined, joined },
        { phase: "quotient", logRows: 5, width: joined, nextWidth: 0, joined },
      ];
      const { stack, bitCount, challenges, points, plain, layout } = setUp(random, { blocks, logStackMin: 6 });
      const slow = plainWeights(layout, plain);
      for (let place = 0; place < 2 ** bitCount; place++) {
        const at = Array.from({ length: bitCount }, (_, k) => field.fromBase(Math.floor(place / 2 ** k) % 2));
        assert.deepEqual(weightAt(field, stack, points, challenges, at), ext(slow[place]!), `place ${place}, joined ${joined}`);
      }
    }
  });

  test("adds each value with the product of its place's challenges", () => {
    const random = createRandom(3);
    for (let i = 0; i < 20; i++) {
      const blocks = randomBlocks(random, { logRowsMin: LOWEST_BIT, logRowsMax: 9, width: 6 });
      const { stack, challenges, plain, layout } = setUp(random, { blocks, logStackMin: 4 });
      const atPoint = layout.columns.map(() => element(random));
      const atNext = layout.columns.filter((column) => column.isNext).map(() => element(random));
      let next = 0;
      const slow = layout.columns.reduce((sum, { place, logRows, isNext }, c) => {
        const tau = ext(tauOf(layout, place, logRows, plain.alpha));
        const more = isNext ? field.mul(challenges.next, atNext[next++]!) : field.zero;
        return field.add(sum, field.mul(tau, field.add(atPoint[c]!, more)));
      }, field.zero);
      assert.deepEqual(claimedSum(field, stack, blocks, { atPoint, atNext }, challenges), slow);
    }
  });

  test("a prefix of numbers weighs the sum of its numbers, none and all included", () => {
    const random = createRandom(4);
    for (let bits = 0; bits <= 5; bits++) {
      const factors = Array.from({ length: bits }, () => [element(random), element(random)] as const);
      let sum = field.zero;
      for (let end = 0; end <= 2 ** bits; end++) {
        assert.deepEqual(weightBelow(field, factors, end), sum, `${end} of ${bits} bits`);
        const own = factors.reduce(
          (product, [a, b], k) => field.mul(product, Math.floor(end / 2 ** k) % 2 === 1 ? b : a),
          field.one,
        );
        sum = field.add(sum, own);
      }
      assert.throws(() => weightBelow(field, factors, 2 ** bits + 1), /beyond/);
    }
  });
});

describe("a round of the sumcheck", () => {
  test("leaves h(r), h of degree 2 through the sent values and the claim", () => {
    const random = createRandom(5);
    for (let i = 0; i < 10; i++) {
      const [a, b, c, r] = [element(random), element(random), element(random), element(random)];
      const h = (x: Ext): Ext => field.add(a, field.mul(x, field.add(b, field.mul(x, c))));
      const claim = field.add(h(field.zero), h(field.one));
      const message = { atZero: h(field.zero), atTwo: h(field.fromBase(2)) };
      assert.deepEqual(nextClaim(field, claim, message, r), h(r));
    }
  });

  test("weights have the first challenge at the lowest bit", () => {
    const random = createRandom(6);
    const [r, t] = [element(random), element(random)] as const;
    const not = (x: Ext): Ext => field.sub(field.one, x);
    const weights = [field.mul(not(r), not(t)), field.mul(r, not(t)), field.mul(not(r), t), field.mul(r, t)];
    assert.deepEqual(equalityWeights(field, [r, t]), weights);
    assert.deepEqual(multilinearAt(field, [field.zero, field.one, field.zero, field.zero], [r, t]), weights[1]);
  });
});

// 31 columns of which 12 are opened at the next row, heights 2^4 to 2^9, stack columns of 2^9; or 47 with values of the extension, for
// which one value each is sent.
for (const joined of [1, 5])
  test(`toy vector: sums, rounds and the last claim are those of dense vectors of big integers, joined by ${joined}`, () => {
    const random = createRandom(31);
    const blocks: StackedBlock[] = [
      { phase: "preprocessed", logRows: 8, width: 1, nextWidth: 0, joined: 1 },
      { phase: "main", logRows: 9, width: 1, nextWidth: 1, joined: 1 },
      { phase: "main", logRows: 8, width: 3, nextWidth: 2, joined: 1 },
      { phase: "main", logRows: 5, width: 9, nextWidth: 3, joined: 1 },
      { phase: "main", logRows: 4, width: 8, nextWidth: 0, joined: 1 },
      { phase: "lookup", logRows: 9, width: joined, nextWidth: joined, joined },
      { phase: "lookup", logRows: 5, width: 5, nextWidth: 5, joined },
      { phase: "quotient", logRows: 9, width: joined === 1 ? 3 : 10, nextWidth: 0, joined },
    ];
    const { stack, bitCount, challenges, points, plain, layout } = setUp(random, { blocks, logStackMin: 9 });
    const coefficients = layout.columns.map(({ logRows }) => Array.from({ length: 2 ** logRows }, () => BigInt(random.below(P))));
    const rounds = Array.from({ length: bitCount }, () => element(random));
    const slow = plainOpening(layout, coefficients, plain, rounds.map(big), { logArity: 3, logFinal: 1 });
    // 22 separate columns, then 9 more; or one value for 5, 5 and twice 5 columns. At the next row 6 and 6, or 6 and 2.
    assert.deepEqual([slow.atPoint.length, slow.atNext.length], joined === 1 ? [31, 12] : [26, 8]);

    const openings = { atPoint: slow.atPoint.map(ext), atNext: slow.atNext.map(ext) };
    let claim = claimedSum(field, stack, blocks, openings, challenges);
    assert.deepEqual(claim, ext(slow.sigma));
    slow.rounds.forEach(({ atZero, atTwo, claim: after }, i) => {
      claim = nextClaim(field, claim, { atZero: ext(atZero), atTwo: ext(atTwo) }, rounds[i]!);
      assert.deepEqual(claim, ext(after), `round ${i}`);
    });
    const weight = weightAt(field, stack, points, challenges, roundPoint(stack, rounds));
    assert.deepEqual(weight, ext(slow.weight));
    const finalValue = multilinearAt(field, slow.finalPolynomial.map(ext), rounds.slice(-1));
    assert.deepEqual(finalValue, ext(slow.finalValue));
    assert.deepEqual(field.mul(finalValue, weight), claim);
    // And the claim is no more than the sum itself.
    assert.deepEqual(sub(mul(slow.finalValue, slow.weight), big(claim)), sub(ONE, ONE));
  });
