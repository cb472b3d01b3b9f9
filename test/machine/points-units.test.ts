import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { keccak_256 } from "@noble/hashes/sha3.js";
import { gasOfUnits } from "../../src/ground/protocol/native-budget.ts";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { Random } from "../chain/state/support/random.ts";
import { byNight } from "../support/nightly.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { comparedMeters } from "./support/meters.ts";
import { bytesOf, numberOf } from "./support/reference.ts";
import { FIRST, type FirstPoint, randomNumber } from "./support/twist-points.ts";

const { Point } = bn254.G1;
const PRIME = bn254.fields.Fp.ORDER;
const ORDER = bn254.fields.Fr.ORDER;
const CALLER = 0xc0de01n;
const [STATICCALL, SSTORE, STOP, GAS, KECCAK256] = [0xfa, 0x55, 0x00, 0x5a, 0x20];
/** Calls a contract with the call data, and stores 1 + success and the hash of what it returns. */
const callerOf = (address: number, gas: Code): Code => [
  ...[0x36, 0x5f, 0x5f, 0x37, 0x5f, 0x5f, 0x36, 0x5f, ...push(address), ...gas, STATICCALL, ...push(1), 0x01, 0x5f, SSTORE],
  ...[0x3d, 0x5f, 0x5f, 0x3e, 0x3d, 0x5f, KECCAK256, ...push(1), SSTORE, STOP],
];
const words = (...values: readonly bigint[]): Uint8Array => Buffer.concat(values.map((value) => bytesOf(value, 32)));
const encoded = (point: FirstPoint): Uint8Array => {
  const { x, y } = point.equals(Point.ZERO) ? { x: 0n, y: 0n } : point.toAffine();
  return words(x, y);
};

/** Calls by the kernel and the witness, which agree on units, gas and leaves. Undefined for a failure. */
async function call(address: number, input: Uint8Array, gas: Code = [GAS]) {
  const world = worldOf(new Map([[CALLER, { code: callerOf(address, gas) }]]));
  const agreed = await comparedMeters(world, callOf(CALLER, { gasLimit: 2_000_000n, data: new Uint8Array(input) }));
  assert.ok(agreed.kind === "ran", agreed.kind === "refused" ? agreed.reason : "");
  const slot = (number: bigint) =>
    agreed.leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CALLER && leaf.slot === number)?.after ?? 0n;
  return { hash: slot(0n) === 2n ? slot(1n) : undefined, ...agreed.receipt };
}

async function check(address: number, input: Uint8Array, expected: FirstPoint | undefined): Promise<void> {
  const { hash } = await call(address, input);
  const label = `${address}: ${Buffer.from(input).toString("hex")}`;
  assert.equal(hash, expected === undefined ? undefined : numberOf(keccak_256(encoded(expected))), label);
}

/** Factor of the image (β·x, y) of a point, a root of λ² + λ + 1 modulo the order. */
const LAMBDA = ((x) => (36n * x ** 3n + 18n * x ** 2n + 6n * x + 1n) % ORDER)(4_965_661_367_192_848_881n);

/** Scalars with short, long, zero and negative halves. */
function halfEdges(random: Random): bigint[] {
  const { Fr } = bn254.fields;
  const half = (): bigint => randomNumber(random) >> 128n;
  const pairs = [
    [0n, 1n],
    [1n, 1n],
    [1n, -1n],
    [0n, -1n],
    [3n, 3n],
    [half(), half()],
    [half(), -half()],
    [2n ** 126n, -1n],
  ] as const;
  return pairs.map(([low, high]) => Fr.create(low + high * LAMBDA));
}

describe("points of BN254 by the kernel", () => {
  const random = new Random(7);
  const point = (): FirstPoint => FIRST.multiply(1n + (randomNumber(random) % (ORDER - 1n)));

  it("are summed as another library does: any two, the same, opposites and infinity", async () => {
    const [p, q] = [point(), point()];
    for (const [one, other] of [
      [p, q],
      [p, p],
      [p, p.negate()],
      [p, Point.ZERO],
      [Point.ZERO, q],
      [Point.ZERO, Point.ZERO],
    ] as const)
      await check(6, Buffer.concat([encoded(one), encoded(other)]), one.add(other));
    await check(6, encoded(p), p);
    await check(6, Buffer.concat([encoded(p), encoded(q), words(5n)]), p.add(q));
    await check(6, Uint8Array.of(0), Point.ZERO);
  });

  it("are multiplied by all of 256 bits, past the group's order", async () => {
    const p = point();
    const scalars = [
      0n,
      1n,
      2n,
      15n,
      16n,
      17n,
      randomNumber(random),
      ORDER - 1n,
      ORDER,
      ORDER + 1n,
      5n * ORDER,
      2n ** 256n - 1n,
      ...halfEdges(random),
    ];
    for (const scalar of scalars)
      await check(7, Buffer.concat([encoded(p), words(scalar)]), p.multiplyUnsafe(bn254.fields.Fr.create(scalar)));
    await check(7, Buffer.concat([encoded(Point.ZERO), words(7n)]), Point.ZERO);
    await check(7, Buffer.concat([encoded(p), Uint8Array.of(1)]), p.multiplyUnsafe(2n ** 248n));
  });

  it("are multiplied by random scalars", async () => {
    for (let i = 0; i < byNight(200, 3); i++) {
      const [p, scalar] = [point(), (randomNumber(random) << 3n) % 2n ** 256n];
      await check(7, Buffer.concat([encoded(p), words(scalar)]), p.multiplyUnsafe(bn254.fields.Fr.create(scalar)));
    }
  });

  it("fail with coordinates off the curve or not below the prime", async () => {
    const { x, y } = point().toAffine();
    for (const [badX, badY] of [
      [x, y + 1n],
      [PRIME, 0n],
      [0n, PRIME],
      [x, y + PRIME],
      [2n ** 256n - 1n, y],
    ] as const) {
      await check(7, words(badX, badY, 5n), undefined);
      await check(6, words(badX, badY, x, y), undefined);
      await check(6, words(x, y, badX, badY), undefined);
    }
  });

  it("cost Ethereum's gas for a multiple, and the gas of its units for a sum", async () => {
    const input = Buffer.concat([encoded(point()), encoded(point())]);
    const sum = gasOfUnits(SERVED_WEIGHTS.pointSum);
    assert.ok(sum > 150n && sum < 2_000n, `${sum}`);
    for (const [address, price] of [
      [6, sum],
      [7, 6_000n],
    ] as const) {
      assert.notEqual((await call(address, input, push(price))).hash, undefined);
      assert.equal((await call(address, input, push(price - 1n))).hash, undefined);
    }
  });

  it("weigh as much if a point is bad", async () => {
    const units = async (address: number, input: Uint8Array) => (await call(address, input, push(20_000))).native!.units;
    for (const [address, weight] of [
      [6, SERVED_WEIGHTS.pointSum],
      [7, SERVED_WEIGHTS.pointMultiple],
    ] as const)
      assert.ok((await units(address, words(1n, 3n, 1n, 2n))) > weight);
  });
});
