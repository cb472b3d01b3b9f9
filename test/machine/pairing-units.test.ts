import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { bn254 } from "@noble/curves/bn254.js";
import { SERVED_WEIGHTS } from "../../src/ground/protocol/served-weights.ts";
import { toHex } from "../../src/ground/protocol/hex.ts";
import { type Code, push } from "../chain/support/assembler.ts";
import { callOf, worldOf } from "./support/contract-call.ts";
import { type Agreed, comparedMeters } from "./support/meters.ts";
import { encodedPair } from "./support/twist-points.ts";
import { bytesOf } from "./support/reference.ts";

const [FIRST, SECOND] = [bn254.G1.Point.BASE, bn254.G2.Point.BASE];
const GOOD = encodedPair(FIRST, SECOND);
const OPPOSITE = encodedPair(FIRST.negate(), SECOND);
const CALLER = 0xc0de01n;
const [STATICCALL, SSTORE, STOP, GAS] = [0xfa, 0x55, 0x00, 0x5a];

/** Contract that calls 0x08 with its call data, and stores 1 + success and the first word of the output. */
const callerWith = (gas: Code): Code => [
  ...[0x36, 0x5f, 0x5f, 0x37, ...push(32), ...push(2 ** 16), 0x36, 0x5f],
  ...[...push(8), ...gas, STATICCALL, ...push(1), 0x01, 0x5f, SSTORE],
  ...[...push(2 ** 16), 0x51, ...push(1), SSTORE, STOP],
];

interface Pairing {
  readonly success: boolean;
  readonly word: bigint;
  readonly agreed: Agreed;
}

/** Calls 0x08 by the kernel and by the witness, which agree on units, gas and leaves. */
async function call(input: Uint8Array, gas: Code = [GAS], gasLimit = 2n ** 24n): Promise<Pairing> {
  const world = worldOf(new Map([[CALLER, { code: callerWith(gas) }]]));
  const agreed = await comparedMeters(world, callOf(CALLER, { gasLimit, data: new Uint8Array(input) }));
  assert.ok(agreed.kind === "ran", agreed.kind === "refused" ? agreed.reason : "");
  const slot = (number: bigint) =>
    agreed.leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CALLER && leaf.slot === number)?.after ?? 0n;
  return { success: slot(0n) === 2n, word: slot(1n), agreed };
}

const repeated = (pairs: number): Uint8Array =>
  Buffer.concat(Array.from({ length: pairs }, (_, i) => (i % 2 === 0 ? GOOD : OPPOSITE)));
const unitsOf = (pairs: number): number => SERVED_WEIGHTS.pairing + pairs * SERVED_WEIGHTS.pairOfPoints;
/** Maximum number of pairs of a transaction: its units also pay for its call data and a call of 0x08. */
const MOST_PAIRS = 22;

describe("pairings in the kernel and in the witness", () => {
  it("have one result, one price and one weight", async () => {
    const none = await call(new Uint8Array(0));
    assert.deepEqual([none.success, none.word], [true, 1n]);
    for (const [input, word] of [
      [GOOD, 0n],
      [repeated(2), 1n],
      [repeated(4), 1n],
      [new Uint8Array(192), 1n],
    ] as const) {
      const pairs = input.length / 192;
      const { success, word: got, agreed } = await call(input);
      assert.deepEqual([success, got], [true, word], `${pairs} pairs`);
      const { receipt } = agreed;
      const more = receipt.native.units - none.agreed.receipt.native.units;
      assert.ok(more > unitsOf(pairs) && more < unitsOf(pairs) + 20_000, `${more} units for ${pairs} pairs`);
    }
  });

  it("cost no more than their gas", async () => {
    const { receipt } = (await call(repeated(4))).agreed;
    assert.ok(BigInt(receipt.native.units) < 6n * receipt.gasUsed);
  });

  it("weigh as much if a point is bad, and nothing if the length or the gas is", async () => {
    const bad = Uint8Array.from(GOOD);
    bad.set(bytesOf(7n, 32), 32);
    const units = async (...parameters: Parameters<typeof call>) => (await call(...parameters)).agreed.receipt.native.units;
    const given = push(100_000);
    assert.equal((await call(bad, given)).success, false);
    assert.ok((await units(bad, given)) > unitsOf(1));
    for (const [input, gas] of [
      [GOOD.subarray(0, 191), given],
      [GOOD, push(78_999)],
    ] as const) {
      assert.equal((await call(input, gas)).success, false);
      assert.ok((await units(input, gas)) < SERVED_WEIGHTS.pairing, toHex(input));
    }
    assert.equal((await call(GOOD, push(79_000))).success, true);
  });

  it("a spent budget computes nothing: 22 pairs are the most, and one more fails", async () => {
    assert.equal((await call(repeated(MOST_PAIRS))).success, true);
    const { success, agreed } = await call(repeated(MOST_PAIRS + 1));
    assert.equal(success, false);
    assert.ok(agreed.kernelSteps < 12_000, `${agreed.kernelSteps} rows`);
  });

  it("pairs beyond the budget fail alone: their caller continues, and its slot is stored", async () => {
    const { agreed } = await call(repeated(MOST_PAIRS + 1));
    assert.deepEqual([agreed.receipt.success, agreed.receipt.native.spent], [true, undefined]);
    assert.equal(
      agreed.leaves.find(({ account, slot, leafKind }) => leafKind === 0 && account === CALLER && slot === 0n)?.after,
      1n,
    );
  });
});
