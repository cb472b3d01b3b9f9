import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createExtension, type Ext } from "../../src/proofs/field/extension.ts";
import { P, rootOfUnity } from "../../src/proofs/field/koala-bear.ts";
import { Assembler } from "../../src/proofs/recursion/assembler.ts";
import { writeClaim } from "../../src/proofs/recursion/claim-code.ts";
import { type Form, FormArithmetic } from "../../src/proofs/recursion/forms.ts";
import { interpret } from "../../src/proofs/recursion/interpret.ts";
import type { Block, Shape } from "../../src/proofs/stark/systems/shape.ts";
import {
  createStackShape,
  type StackedBlock,
  type StackRange,
  type StackShape,
} from "../../src/proofs/stark/systems/stack-shape.ts";
import { createRandom, type Random } from "../stark/fuzz/random.ts";
import { randomBlocks } from "../stark/stacked/random-blocks.ts";

const field = createExtension(5);
const { add, sub, mul, scale } = field;
const LOWEST_BIT = 4;
const LOG_PARTS = 4;

const element = (random: Random): Ext => Array.from({ length: 5 }, () => random.below(P));
const elements = (random: Random, count: number): Ext[] => Array.from({ length: count }, () => element(random));
const bitOf = (place: number, bit: number): number => Math.floor(place / 2 ** bit) % 2;
const powerOfX = (c: number): Ext => Array.from({ length: 5 }, (_, i) => (i === c ? 1 : 0));
const line = (r: Ext, zero: Ext, one: Ext): Ext => add(zero, mul(r, sub(one, zero)));

/** All that a claim is about: challenges, and what a prover says. */
interface Claim {
  readonly blocks: readonly Block[];
  readonly stack: StackShape;
  readonly tallest: number;
  readonly z: Ext;
  readonly next: Ext;
  readonly alpha: readonly Ext[];
  readonly rounds: readonly { readonly atZero: Ext; readonly atTwo: Ext; readonly challenge: Ext }[];
  readonly atPoint: readonly Ext[];
  readonly atNext: readonly Ext[];
  /** Σ Q·W over all places. */
  readonly sum: Ext;
  /** W's extension at the point of the rounds. */
  readonly weight: Ext;
}

/** Blocks as a shape has them: values in the order of columns, of which five that are joined have one. */
function blocksOf(stacked: readonly StackedBlock[]): Block[] {
  let [firstColumn, firstValue, firstNext] = [0, 0, 0];
  return stacked.map((block, table) => {
    const own = { ...block, table, firstColumn, firstValue, firstNext };
    firstColumn += block.width;
    firstValue += block.width / block.joined;
    firstNext += block.nextWidth / block.joined;
    return own;
  });
}

/** Random columns at their places and random challenges; values, sum and weight place by place, by what the words mean. */
function randomClaim(random: Random, blocks: readonly Block[], stack: StackShape): Claim {
  const bitCount = stack.logStack + stack.logWidth;
  const tallest = Math.max(...blocks.map(({ logRows }) => logRows));
  const [z, next, alpha] = [element(random), element(random), elements(random, bitCount - LOWEST_BIT)] as const;
  const rounds = elements(random, bitCount).map((challenge) => ({ atZero: element(random), atTwo: element(random), challenge }));
  const [atPoint, atNext]: [Ext[], Ext[]] = [[], []];
  const weights = new Array<Ext>(2 ** bitCount).fill(field.zero);
  let sum = field.zero;
  blocks.forEach(({ logRows, width, nextWidth, joined }, b) => {
    const point = field.pow(z, 2 ** (tallest - logRows));
    const nextPoint = scale(point, rootOfUnity(logRows));
    for (let first = 0; first < width; first += joined) {
      const isNext = first < nextWidth;
      const start = stack.places[b]![first]!;
      const tau = alpha.reduce((product, a, k) => (bitOf(start, LOWEST_BIT + k) === 1 ? mul(product, a) : product), field.one);
      let [value, nextValue] = [field.zero, field.zero];
      for (let c = 0; c < joined; c++) {
        let [power, nextPower] = [mul(powerOfX(c), field.one), mul(powerOfX(c), field.one)];
        for (let row = 0; row < 2 ** logRows; row++) {
          const coefficient = random.below(P);
          const place = stack.places[b]![first + c]! + row;
          weights[place] = mul(tau, isNext ? add(power, mul(next, nextPower)) : power);
          sum = add(sum, scale(weights[place]!, coefficient));
          value = add(value, scale(power, coefficient));
          nextValue = add(nextValue, scale(nextPower, coefficient));
          [power, nextPower] = [mul(power, point), mul(nextPower, nextPoint)];
        }
      }
      atPoint.push(value);
      if (isNext) atNext.push(nextValue);
    }
  });
  return { blocks, stack, tallest, z, next, alpha, rounds, atPoint, atNext, sum, weight: extensionAt(weights, stack, rounds) };
}

/** Rounds take the lowest bits, then those of a stack column's number, then those between. */
function extensionAt(weights: readonly Ext[], { logStack, logWidth }: StackShape, rounds: Claim["rounds"]): Ext {
  const bitOfRound = (i: number): number => {
    if (i < LOG_PARTS) return i;
    return i < LOG_PARTS + logWidth ? logStack - LOG_PARTS + i : i - logWidth;
  };
  const byBit = rounds.map((_, bit) => rounds.find((_round, i) => bitOfRound(i) === bit)!.challenge);
  const [value] = byBit.reduce(
    (left, r) => Array.from({ length: left.length / 2 }, (_, i) => line(r, left[2 * i]!, left[2 * i + 1]!)),
    weights,
  );
  return value!;
}

/** A final polynomial of two coefficients that closes the claim: all else is random, so one of them is what the others leave. */
function closingPolynomial(random: Random, { rounds, sum, weight }: Claim): [Ext, Ext] {
  const left = rounds.reduce((claim, { atZero, atTwo, challenge: r }) => {
    // Lagrange's polynomials of 0, 1 and 2.
    const [r1, r2] = [sub(r, field.one), sub(r, field.fromBase(2))];
    const [zero, one, two] = [scale(mul(r1, r2), (P + 1) / 2), field.neg(mul(r, r2)), scale(mul(r, r1), (P + 1) / 2)];
    return add(add(mul(zero, atZero), mul(one, sub(claim, atZero))), mul(two, atTwo));
  }, sum);
  const r = rounds.at(-1)!.challenge;
  const constant = element(random);
  const closing = mul(left, field.inv(weight));
  return [constant, mul(sub(closing, mul(sub(field.one, r), constant)), field.inv(r))];
}

/** True if the program's claim holds, with constants for all its inputs. */
function holds({ blocks, stack, tallest, z, ...claim }: Claim, finalPolynomial: readonly Ext[]): boolean {
  const assembler = new Assembler();
  assembler.section("claim", "ClaimMismatch");
  const forms = new FormArithmetic(assembler);
  const form = (value: Ext): Form => forms.cell(assembler.constant(value));
  writeClaim({ blocks, tallest } as Shape, stack, forms, {
    ...{ atPoint: claim.atPoint.map(form), atNext: claim.atNext.map(form), next: form(claim.next), lowestBit: LOWEST_BIT },
    bits: claim.alpha.map((value) => () => form(value)),
    rounds: claim.rounds.map(({ atZero, atTwo, challenge }) => {
      return { atZero: form(atZero), atTwo: form(atTwo), challenge: form(challenge) };
    }),
    finalPolynomial: finalPolynomial.map(form),
    powers: Array.from({ length: tallest + 1 }, (_, k) => form(field.pow(z, 2 ** k))),
  });
  assembler.dropUnread();
  return interpret(assembler.build("claim"), [], { words: [], octets: [] }).ok;
}

/** Properties of a range of joined columns. */
function traitsOf({ first, count, nextCount, logRows, joined }: StackRange, { logStack, logWidth, width }: StackShape): string[] {
  if (joined === 1) return [];
  const firsts = Array.from({ length: count / joined }, (_, i) => (first + i * joined) % 8);
  return [
    ...firsts.map((within) => `begins at ${within} of 8`),
    `${Math.min(logStack + logWidth - logRows, 6)} bits of a column's number`,
    ...(nextCount > 0 && nextCount < count ? ["only some at the next row"] : []),
    ...(width > 22 ? ["more than 22 stack columns"] : []),
  ];
}

describe("a program's claim about columns that hold coordinates", () => {
  it("is what the slow sum over all places says, of random layouts and challenges, and of no other polynomial", () => {
    const random = createRandom(258);
    const seen = new Set<string>();
    for (let i = 0; i < 40; i++) {
      const logRowsMax = LOWEST_BIT + (i % 3);
      const blocks = blocksOf(randomBlocks(random, { logRowsMin: LOWEST_BIT, logRowsMax, width: i % 4 === 0 ? 9 : 3 }, 5));
      // Every other stack is as short as its tallest column, however many stack columns that takes.
      const least = Math.max(...blocks.map(({ logRows }) => logRows));
      const stack = createStackShape(blocks, { logStackMin: least, logStackMax: i % 2 === 0 ? least : 20 });
      assert.ok(stack !== undefined);
      const claim = randomClaim(random, blocks, stack);
      const [constant, linear] = closingPolynomial(random, claim);
      assert.ok(holds(claim, [constant, linear]), JSON.stringify(blocks));
      assert.ok(!holds(claim, [constant, add(linear, field.one)]));
      for (const range of stack.ranges) for (const trait of traitsOf(range, stack)) seen.add(trait);
    }
    for (let within = 0; within < 8; within++) assert.ok(seen.has(`begins at ${within} of 8`), `${within}`);
    for (const bits of [3, 4, 5, 6]) assert.ok(seen.has(`${bits} bits of a column's number`), `${bits}`);
    for (const trait of ["only some at the next row", "more than 22 stack columns"]) assert.ok(seen.has(trait), trait);
  });
});
