import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { Random } from "../../chain/state/support/random.ts";
import { bytesOf } from "../support/reference.ts";
import { precompileAnswer, returned } from "../support/precompile-call.ts";

const { Point } = bn254.G1;
const { Fp, Fn } = Point;
type PointOfCurve = typeof Point.BASE;
const FAILED = { success: false, size: 0n, hash: returned(new Uint8Array(0)) };

const words = (...values: readonly bigint[]): Uint8Array => Buffer.concat(values.map((value) => bytesOf(value, 32)));
const encoded = (point: PointOfCurve): Uint8Array => {
  const { x, y } = point.equals(Point.ZERO) ? { x: 0n, y: 0n } : point.toAffine();
  return words(x, y);
};

describe("points of BN254 by bytecode of the kernel", () => {
  const random = new Random(254);
  const number = (): bigint =>
    Array.from({ length: 32 }, () => BigInt(random.below(256))).reduce((sum, byte) => 256n * sum + byte, 0n);
  const point = (): PointOfCurve => Point.BASE.multiply(Fn.create(number()));

  async function check(address: number, input: Uint8Array, expected: PointOfCurve | undefined): Promise<void> {
    const { success, size, hash } = await precompileAnswer(address, input);
    const label = `${address}: ${Buffer.from(input).toString("hex")}`;
    const answer = expected === undefined ? FAILED : { success: true, size: 64n, hash: returned(encoded(expected)) };
    assert.deepEqual({ success, size, hash }, answer, label);
  }

  test("are summed as another implementation does: any two, the same, opposites, and infinity", async () => {
    const [p, q] = [point(), point()];
    for (const [one, other] of [
      ...[
        [p, q],
        [p, p],
        [p, p.negate()],
        [p, Point.ZERO],
        [Point.ZERO, q],
        [Point.ZERO, Point.ZERO],
      ],
      ...[
        [p.double(), p],
        [p, p.double().negate()],
        [Point.BASE, Point.BASE],
      ],
    ] as [PointOfCurve, PointOfCurve][])
      await check(6, Buffer.concat([encoded(one), encoded(other)]), one.add(other));
    // What is missing of an input is 0, and what is too much is nothing.
    await check(6, encoded(p), p);
    await check(6, Buffer.concat([encoded(p), encoded(q), words(5n)]), p.add(q));
    await check(6, Uint8Array.of(0), Point.ZERO);
  });

  test("are multiplied by all of 256 bits, past the group's order", async () => {
    const p = point();
    const order = Fn.ORDER;
    for (const scalar of [0n, 1n, 2n, 3n, number(), order - 1n, order, order + 1n, 2n * order, 2n * order + 1n, 2n ** 256n - 1n])
      await check(7, Buffer.concat([encoded(p), words(scalar)]), p.multiplyUnsafe(Fn.create(scalar)));
    await check(7, Buffer.concat([encoded(Point.ZERO), words(number())]), Point.ZERO);
    // A scalar that ends early: zeros follow.
    await check(7, Buffer.concat([encoded(p), Uint8Array.of(1)]), p.multiplyUnsafe(Fn.create(2n ** 248n)));
  });

  test("fail with coordinates that belong to no point, or are not below the prime", async () => {
    const { x, y } = point().toAffine();
    const prime = Fp.ORDER;
    for (const [badX, badY] of [
      [x, y + 1n],
      [y, x],
      [prime, 0n],
      [0n, prime],
      [x, y + prime],
      [1n, 1n],
      [2n ** 256n - 1n, y],
    ] as const) {
      await check(7, words(badX, badY, 5n), undefined);
      await check(6, words(badX, badY, x, y), undefined);
      await check(6, words(x, y, badX, badY), undefined);
    }
  });

  test("are EIP-196's: the generator doubled, and multiplied by 9", async () => {
    // geth, core/vm/testdata/precompiles/bn256Add.json and bn256ScalarMul.json ("chfast1", "cdetrio11").
    const two = [
      0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3n,
      0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4n,
    ] as const;
    const { x, y } = Point.BASE.double().toAffine();
    assert.deepEqual([x, y], two);
    await check(6, words(1n, 2n, 1n, 2n), Point.fromAffine({ x: two[0], y: two[1] }));
    await check(7, words(1n, 2n, 9n), Point.BASE.multiply(9n));
  });

  test("take less than 65,000 opcodes for a multiple, 10,000 for a sum", async () => {
    const multiple = await precompileAnswer(7, words(1n, 2n, 2n ** 254n - 1n));
    const sum = await precompileAnswer(6, words(1n, 2n, 1n, 2n));
    assert.ok(multiple.userSteps < 65_000 && sum.userSteps < 10_000, `${multiple.userSteps}, ${sum.userSteps}`);
  });
});
