import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import {
  everyLane,
  lanes,
  lanesOf,
  MONTGOMERY,
  MUL_LEFT_LIMIT,
  MUL_OUT,
  MUL_RIGHT_LIMIT,
  normalizedBound,
  PRIME,
  SCALE_LIMIT,
  SCALE_OUT,
} from "../../../scripts/verifier-generator/lanes.ts";
import { divisionFunction } from "../../../scripts/verifier-generator/yul-evaluator.ts";
import {
  declareConstants,
  EXT_CUBE,
  EXT_MUL_WIDE,
  EXTENSION_FUNCTIONS,
  MUL_ADD_CONSTANTS,
  stackMul,
  stackMulAdd,
} from "../../../scripts/verifier-generator/yul-extension.ts";
import { createExtension } from "../../../src/proofs/field/extension.ts";
import { inv, mul, P, pow, reduce } from "../../../src/proofs/field/koala-bear.ts";
import { packElements } from "../../../src/proofs/kernels/leaf-encoding.ts";
import { type CodeChain, deployYul, startCodeChain } from "./support/chain.ts";
import { createRandom } from "./support/random.ts";

/*
 * Every case runs many calls inside one `eth_call`: the Yul below maps a function over records of the calldata. Inputs at
 * the limits of the lanes matter most: a multiply with too small a bias passes every random test and fails those.
 */

const field = createExtension(5);
const unmontgomery = inv(Number(MONTGOMERY));
const canonical = (word: bigint): number[] => lanesOf(word).map(reduce);
const BATCH = 500;

/** The forms that are written out with constants on the stack, as functions. */
const ON_STACK = `
function mulOnStack(a, b) -> r { ${declareConstants(...MUL_ADD_CONSTANTS)} ${stackMul("r", "a", "b")} }
function mulAddOnStack(a, b, x) -> r { ${declareConstants(...MUL_ADD_CONSTANTS)} ${stackMulAdd("r", "a", "b", "x")} }`;

/** Applies `expression` to records of `arity` words and returns one word each. */
const mapped = (arity: number, expression: string): { body: string; functions: string } => ({
  body: `let to := 0x1000
  for { let p := 0 } lt(p, calldatasize()) { p := add(p, ${32 * arity}) } { mstore(to, ${expression}) to := add(to, 32) }
  return(0x1000, sub(to, 0x1000))`,
  functions: EXTENSION_FUNCTIONS + EXT_CUBE + EXT_MUL_WIDE + ON_STACK + divisionFunction(1) + divisionFunction(24),
});

let chain: CodeChain;
let call: Awaited<ReturnType<typeof deployYul>>;

before(async () => {
  chain = await startCodeChain();
  call = await deployYul(chain, {
    Mul: mapped(2, "extMul(calldataload(p), calldataload(add(p, 32)))"),
    MulOnStack: mapped(2, "mulOnStack(calldataload(p), calldataload(add(p, 32)))"),
    MulAdd: mapped(3, "extMulAdd(calldataload(p), calldataload(add(p, 32)), calldataload(add(p, 64)))"),
    MulAddOnStack: mapped(3, "mulAddOnStack(calldataload(p), calldataload(add(p, 32)), calldataload(add(p, 64)))"),
    MulWide: mapped(2, "extMulWide(calldataload(p), calldataload(add(p, 32)))"),
    Cube: mapped(1, "extCube(calldataload(p))"),
    Scale: mapped(2, "extScale(calldataload(p), calldataload(add(p, 32)))"),
    Normalize: mapped(1, "extNormalize(calldataload(p))"),
    Canonical: mapped(1, "extCanonical(calldataload(p))"),
    Inverse: mapped(1, "extInverse(calldataload(p))"),
    Spread: mapped(1, "extSpread(calldataload(p))"),
    Pack: mapped(1, "extPack(calldataload(p))"),
    Halve: mapped(1, "extDivide1(calldataload(p))"),
    Divide24: mapped(1, "extDivide24(calldataload(p))"),
  });
});
after(() => chain.close());

/** Runs records through a mapped function in batches. */
async function run(name: string, records: readonly (readonly bigint[])[]): Promise<bigint[]> {
  const results: bigint[] = [];
  for (let i = 0; i < records.length; i += BATCH) results.push(...(await call(name, records.slice(i, i + BATCH).flat())));
  assert.equal(results.length, records.length);
  return results;
}

/** Lanes that are 0, the limit, the limit with chosen low bits, or anything below it. */
function adversarial(random: ReturnType<typeof createRandom>, limit: bigint): bigint[] {
  return [0, 1, 2, 3, 4].map(() => {
    const choice = random.below(5);
    if (choice === 0) return 0n;
    if (choice === 1) return limit;
    if (choice === 2) return ((limit >> 16n) << 16n) - 1n;
    if (choice === 3) return (limit >> 16n) << 16n;
    return random.big(limit + 1n);
  });
}

test("multiplies operands at every combination of lane limits and below", async () => {
  const random = createRandom(1);
  const cases = Array.from({ length: 4000 }, (_, i): [bigint[], bigint[]] =>
    i < 1024
      ? [
          [0, 1, 2, 3, 4].map((k) => ((i >> k) & 1 ? MUL_LEFT_LIMIT : 0n)),
          [0, 1, 2, 3, 4].map((k) => ((i >> (5 + k)) & 1 ? MUL_RIGHT_LIMIT : 0n)),
        ]
      : [adversarial(random, MUL_LEFT_LIMIT), adversarial(random, MUL_RIGHT_LIMIT)],
  );
  const results = await run(
    "Mul",
    cases.map(([a, b]) => [lanes(a), lanes(b)]),
  );
  cases.forEach(([a, b], i) => {
    const expected = field.scale(field.mul(a.map(reduce), b.map(reduce)), unmontgomery);
    const word = results[i]!;
    assert.deepEqual(canonical(word), expected, `case ${i}`);
    assert.ok(word < 1n << 255n && lanesOf(word).every((lane) => lane <= MUL_OUT), `lanes of case ${i}`);
  });
});

test("multiplies the same way in every form", async () => {
  const random = createRandom(7);
  const cases = Array.from({ length: 1000 }, () => [
    lanes(adversarial(random, MUL_LEFT_LIMIT)),
    lanes(adversarial(random, MUL_RIGHT_LIMIT)),
    lanes(adversarial(random, 30n * PRIME)),
  ]);
  const pairs = cases.map((words) => words.slice(0, 2));
  assert.deepEqual(await run("MulOnStack", pairs), await run("Mul", pairs));
  assert.deepEqual(await run("MulAddOnStack", cases), await run("MulAdd", cases));
});

test("multiplies by an operand that is normalized first, and cubes one", async () => {
  const random = createRandom(8);
  // Largest operands whose normalized lanes multiplication takes, on the right and on the left.
  const below = (limit: bigint): bigint => {
    const top = (limit - (1n << 31n) + 1n) / 0xffffffn;
    assert.ok(normalizedBound(((top + 1n) << 31n) - 1n) <= limit && normalizedBound((top + 1n) << 31n) > limit);
    return ((top + 1n) << 31n) - 1n;
  };
  const [wide, cubed] = [below(MUL_RIGHT_LIMIT), below(MUL_LEFT_LIMIT)];
  const cases = Array.from({ length: 1000 }, (_, i) => ({
    a: i < 32 ? [0, 1, 2, 3, 4].map((k) => ((i >> k) & 1 ? MUL_LEFT_LIMIT : 0n)) : adversarial(random, MUL_LEFT_LIMIT),
    b: adversarial(random, wide),
    x: i < 32 ? [0, 1, 2, 3, 4].map((k) => ((i >> k) & 1 ? cubed : 0n)) : adversarial(random, cubed),
  }));
  const products = await run(
    "MulWide",
    cases.map(({ a, b }) => [lanes(a), lanes(b)]),
  );
  const cubes = await run(
    "Cube",
    cases.map(({ x }) => [lanes(x)]),
  );
  cases.forEach(({ a, b, x }, i) => {
    assert.deepEqual(canonical(products[i]!), field.scale(field.mul(a.map(reduce), b.map(reduce)), unmontgomery));
    const value = x.map(reduce);
    const square = field.scale(field.mul(value, value), unmontgomery);
    assert.deepEqual(canonical(cubes[i]!), field.scale(field.mul(value, square), unmontgomery));
    for (const word of [products[i]!, cubes[i]!])
      assert.ok(
        lanesOf(word).every((lane) => lane <= MUL_OUT),
        `lanes of case ${i}`,
      );
  });
});

test("scales lanes at their limit by base elements at theirs", async () => {
  const random = createRandom(2);
  const cases = Array.from({ length: 2000 }, (_, i): [bigint[], bigint] => [
    i < 32 ? [0, 1, 2, 3, 4].map((k) => ((i >> k) & 1 ? SCALE_LIMIT : 0n)) : adversarial(random, SCALE_LIMIT),
    [0n, 1n, PRIME - 1n, (1n << 31n) - 1n, 0xffffn, 0x7fff0000n][i % 8] ?? random.big(PRIME),
  ]);
  const results = await run(
    "Scale",
    cases.map(([a, s]) => [lanes(a), s]),
  );
  cases.forEach(([a, s], i) => {
    const word = results[i]!;
    assert.deepEqual(canonical(word), field.scale(a.map(reduce), mul(reduce(s), unmontgomery)), `case ${i}`);
    assert.ok(
      lanesOf(word).every((lane) => lane <= SCALE_OUT),
      `lanes of case ${i}`,
    );
  });
});

test("normalizes without changing the value and within the bound that the generator assumes", async () => {
  const random = createRandom(3);
  for (const limit of [PRIME, 4n * PRIME, (1n << 36n) - 1n, (1n << 51n) - 1n]) {
    const cases = Array.from({ length: 200 }, () => adversarial(random, limit));
    const results = await run(
      "Normalize",
      cases.map((a) => [lanes(a)]),
    );
    cases.forEach((a, i) => {
      assert.deepEqual(canonical(results[i]!), a.map(reduce));
      assert.ok(lanesOf(results[i]!).every((lane) => lane <= normalizedBound(limit)));
    });
  }
});

test("reduces lanes below 2^36 to canonical ones", async () => {
  const random = createRandom(4);
  const edges = [
    0n,
    1n,
    PRIME - 1n,
    PRIME,
    PRIME + 1n,
    2n * PRIME - 1n,
    2n * PRIME,
    (1n << 31n) - 1n,
    1n << 31n,
    (1n << 32n) - 1n,
    (1n << 36n) - 1n,
  ];
  const cases = [
    ...edges.map((lane) => Array.from({ length: 5 }, () => lane)),
    ...Array.from({ length: 300 }, () => adversarial(random, (1n << 36n) - 1n)),
  ];
  const results = await run(
    "Canonical",
    cases.map((a) => [lanes(a)]),
  );
  cases.forEach((a, i) =>
    assert.deepEqual(
      lanesOf(results[i]!),
      a.map((lane) => lane % PRIME),
    ),
  );
});

test("inverts in Montgomery form, zero to zero", async () => {
  const random = createRandom(5);
  const elements = [field.one, [0, 1, 0, 0, 0], [P - 1, 0, 0, 0, 0], ...Array.from({ length: 40 }, () => random.extension())];
  const montgomery = (a: readonly number[]): bigint => lanes(a.map((x) => (BigInt(x) * MONTGOMERY) % PRIME));
  const results = await run(
    "Inverse",
    elements.map((a) => [montgomery(a)]),
  );
  elements.forEach((a, i) => assert.deepEqual(canonical(results[i]!), canonical(montgomery(field.inv(a)))));
  assert.deepEqual(canonical((await run("Inverse", [[0n]]))[0]!), [0, 0, 0, 0, 0]);
});

test("spreads packed elements into lanes and packs them again", async () => {
  const random = createRandom(6);
  const elements = [
    [P - 1, P - 1, P - 1, P - 1, P - 1],
    [0, P - 1, 0, 0x7fffffff, 1],
    ...Array.from({ length: 50 }, () => random.extension()),
  ];
  const packed = elements.map((a) => BigInt(`0x${Buffer.from(packElements(a, 5)).toString("hex")}`));
  const spread = await run(
    "Spread",
    packed.map((word) => [word]),
  );
  elements.forEach((a, i) => assert.equal(spread[i], lanes(a.map(BigInt))));
  assert.deepEqual(
    await run(
      "Pack",
      spread.map((word) => [word]),
    ),
    packed,
  );
});

test("divides by powers of two", async () => {
  const random = createRandom(7);
  const cases = Array.from({ length: 200 }, () => adversarial(random, 16n * PRIME));
  for (const [name, bits] of [
    ["Halve", 1],
    ["Divide24", 24],
  ] as const) {
    const results = await run(
      name,
      cases.map((a) => [lanes(a)]),
    );
    cases.forEach((a, i) => {
      assert.deepEqual(canonical(results[i]!), field.scale(a.map(reduce), inv(pow(2, bits))));
      assert.ok(lanesOf(results[i]!).every((lane) => lane <= ((16n * PRIME) >> BigInt(bits)) + PRIME));
    });
  }
});

test("keeps the constants that the bounds rest on", () => {
  assert.equal(everyLane(1n), 1n | (1n << 51n) | (1n << 102n) | (1n << 153n) | (1n << 204n));
  // 16 products of an element with 16 bits, the lane sum of the final polynomial, stay inside 51 bits.
  assert.ok(16n * (PRIME - 1n) * 65535n < 1n << 51n);
  // 240 products of a coefficient with an element stay inside the top lane of a row sum.
  assert.ok(240n * MUL_OUT * ((1n << 31n) - 1n) < 1n << 70n);
});
