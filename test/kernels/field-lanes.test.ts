import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../src/proofs/kernels/poseidon-rounds.ts";
import { MDS_MATRIX, WIDTH } from "../../src/proofs/kernels/poseidon.ts";
import { type FunctionBuilder, i32Function, type Local } from "../../src/proofs/kernels/wasm/assembler/function-builder.ts";
import { ModuleBuilder } from "../../src/proofs/kernels/wasm/assembler/module-builder.ts";
import { i32x4, v128, type Value } from "../../src/proofs/kernels/wasm/assembler/values.ts";
import { BEYOND, FieldLanes, halvesConstant, MAX_CUBED, SIGN_OF_LOW } from "../../src/proofs/kernels/wasm/emit/field-lanes.ts";
import { elementOf, MAX_MATRIX_RESULT, prepareMatrix } from "../../src/proofs/kernels/wasm/emit/poseidon-matrix.ts";
import { POSEIDON_CONSTANTS } from "../../src/proofs/kernels/wasm/emit/poseidon.ts";
import { elementSource } from "./support/random-elements.ts";

const p = BigInt(P);
/** States of sixteen such elements bring the matrix next to its bounds, by an interval of each of its sums. */
const OUTERMOST = [13_252, 2_130_689_919, 29_765, P - 1];
const VECTOR_BYTES = 16;
const OUT_AT = 4096;

const mod = (x: bigint): bigint => ((x % p) + p) % p;
function power(base: bigint, exponent: bigint): bigint {
  let [result, square] = [1n, mod(base)];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left % 2n === 1n) result = mod(result * square);
    square = mod(square * square);
  }
  return result;
}
const inverse = (x: bigint): bigint => power(x, p - 2n);

/** Runs a function of vectors of signed words, each of whose four lanes it computes alike. */
function onLanes(count: number, emit: (lanes: FieldLanes, inputs: readonly Local[], f: FunctionBuilder) => readonly Value[]) {
  const { f, p: parameters } = i32Function("run", ["at", "to"]);
  const lanes = new FieldLanes(f);
  const inputs = Array.from({ length: count }, (_, i) => f.let(v128.load(parameters.at, VECTOR_BYTES * i)));
  emit(lanes, inputs, f).forEach((value, i) => f.store(parameters.to, value, VECTOR_BYTES * i));
  const module = new ModuleBuilder();
  module.add(f);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 1 });
  const built = new WebAssembly.Module(module.build({ initialPages: 1, maximumPages: 1, shared: false }));
  const run = new WebAssembly.Instance(built, { env: { memory } }).exports["run"] as (at: number, to: number) => void;
  return (vectors: readonly (readonly number[])[], results: number): number[][] => {
    const words = new Int32Array(memory.buffer);
    vectors.forEach((vector, i) => words.set(vector, 4 * i));
    run(0, OUT_AT);
    return Array.from({ length: results }, (_, i) => [...words.slice(OUT_AT / 4 + 4 * i, OUT_AT / 4 + 4 * i + 4)]);
  };
}

/** Numbers of absolute value up to a bound: next to what halves, signs and p make special, and any. */
function signedNumbers(most: number, seed: number): number[] {
  const next = elementSource(seed);
  const special = [0, 1, 2 ** 15, 2 ** 16, 2 ** 24, 2 ** 30, (P - 1) / 2, P - 2 ** 16, P - 1, P, most - 2 ** 16, most];
  const near = special.flatMap((x) => [x - 2, x - 1, x, x + 1, x + 2, x ^ 0x8000, x ^ 0x7fff]).flatMap((x) => [x, -x]);
  const any = Array.from({ length: 400 }, () => next() - next());
  return [...near, ...any].filter((x) => Math.abs(x) <= most);
}

const inFours = (numbers: readonly number[]): number[][] =>
  Array.from({ length: Math.ceil(numbers.length / 4) }, (_, i) => Array.from({ length: 4 }, (__, j) => numbers[4 * i + j] ?? 0));

describe("elements in lanes", () => {
  it("are cubed up to the most, canonical, as themselves or by a known number more", () => {
    const run = onLanes(1, (lanes, [x]) => [lanes.cube(x!), lanes.cubeBeyond(x!)]);
    for (const vector of inFours(signedNumbers(MAX_CUBED, 1))) {
      const [exact, beyond] = run([vector], 2);
      const expected = vector.map((x) => mod(BigInt(x) ** 3n * inverse(2n ** 64n)));
      assert.deepEqual(exact!.map(BigInt), expected, vector.join());
      assert.deepEqual(
        beyond!.map(BigInt),
        expected.map((x) => mod(x + BigInt(BEYOND))),
        vector.join(),
      );
    }
  });

  it("are multiplied by any factor in halves, and are half of one less", () => {
    const next = elementSource(2);
    const numbers = signedNumbers(P - 1, 3);
    const factors = [0, 1, P - 1, (P - 1) / 2, (P + 1) / 2, 2 ** 16, 2 ** 15, ...Array.from({ length: 30 }, () => next())];
    for (const factor of factors) {
      const [high, low] = halvesConstant(factor);
      const run = onLanes(1, (lanes, [x]) => {
        return [
          lanes.multiplyByHalves(i32x4.add(x!, v128.const32(SIGN_OF_LOW)), { high: v128.const32(high), low: v128.const32(low) }),
        ];
      });
      for (const vector of inFours(numbers)) {
        const [product] = run([vector], 1);
        const expected = vector.map((x) => mod(BigInt(x) * BigInt(factor) - inverse(2n)));
        assert.deepEqual(product!.map(BigInt), expected, `${factor} ${vector.join()}`);
      }
    }
  });
});

describe("the matrix of Poseidon in lanes", () => {
  for (const beyond of [0, BEYOND]) {
    it(`keeps to its bounds with elements of edge values in any mixture that are ${beyond} more`, () => {
      const run = onLanes(WIDTH, (lanes, state, f) => {
        prepareMatrix(f, lanes, beyond)(state, (i) => elementOf(state, i));
        return state;
      });
      const next = elementSource(4);
      const edges = [
        0,
        1,
        P - 1,
        P - 2,
        (P - 1) / 2,
        2 ** 15,
        2 ** 15 - 1,
        2 ** 16,
        P - 2 ** 15 - 1,
        P - 2 ** 16,
        32512 * 2 ** 16 - 1,
      ];
      const mixtures = Array.from({ length: 600 }, () =>
        Array.from({ length: WIDTH }, () => Array.from({ length: 4 }, () => edges[next() % edges.length]!)),
      );
      for (const input of [Array.from({ length: WIDTH }, () => OUTERMOST), ...mixtures]) {
        const output = run(input, WIDTH);
        for (let lane = 0; lane < 4; lane++) {
          const given = input.map((vector) => BigInt(vector[lane]!) - BigInt(beyond));
          MDS_MATRIX.forEach((entries, row) => {
            const got = output[row]![lane]!;
            assert.ok(-P < got && got <= MAX_MATRIX_RESULT, `${got}`);
            const twice = 2n * entries.reduce((total, entry, i) => total + BigInt(entry) * given[i]!, 0n);
            // high·2^16 + low, by 2^−16: as 32512·2^16 is −1 modulo p, that is high − 32512·low.
            const low = BigInt.asUintN(16, twice);
            assert.equal(BigInt(got), (twice - low) / 2n ** 16n - 32512n * low);
            assert.equal(mod(BigInt(got)), mod(twice * inverse(2n ** 16n)));
          });
        }
      }
    });
  }

  it("is followed by constants with which no element is more than what is cubed", () => {
    const rounds = 2 * COMPACT_CONSTANTS.initial.length;
    const added = new Int32Array(POSEIDON_CONSTANTS.slice(0, rounds * WIDTH));
    for (const [i, constant] of added.entries()) {
      const isFirst = i % (WIDTH * COMPACT_CONSTANTS.initial.length) < WIDTH;
      const [least, most] = isFirst ? [0, P - 1] : [1 - P, MAX_MATRIX_RESULT];
      assert.ok(Math.max(Math.abs(least + constant), Math.abs(most + constant)) <= MAX_CUBED, `${i}: ${constant}`);
    }
  });
});
