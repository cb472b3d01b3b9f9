import assert from "node:assert/strict";
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { describe, test } from "node:test";
import { createTx, type TypedTransaction } from "@ethereumjs/tx";
import { createAddressFromBigInt, privateToAddress } from "@ethereumjs/util";
import { p256 } from "@noble/curves/nist.js";
import { Random } from "../chain/state/support/random.ts";
import { comparedMeters } from "./support/meters.ts";
import { bytesOf, numberOf, rules } from "./support/reference.ts";
import type { WorldAccount } from "./support/world.ts";

const SENDER = bytesOf(0x5e0de4n, 32);
const CONTRACT = 0xc0de01n;
const { Point } = p256;
const { Fn, Fp } = Point;
const G = Point.BASE;

/** Answer of a precompiled contract to a contract. */
interface Answer {
  readonly success: boolean;
  readonly size: bigint;
  /** The first word of what it returns. */
  readonly word: bigint;
}

/** Lengths of inputs in bytes. */
const LENGTHS = [0, 1, 2, 30, 31, 32, 33, 54, 55, 56, 57, 63, 64, 65, 87, 118, 119, 120, 127, 128, 129, 1000];

/**
 * Calls a precompiled contract with the bytes behind the first `skipped` of the call data, without the last `left`, and stores 1 +
 * success, the size and the first word of what it returns.
 */
function callerCode(address: number, skipped: number, left: number): Uint8Array {
  const [skip, cut] = [skipped, skipped + left].map((count) => count.toString(16).padStart(2, "0"));
  const hex = [
    // CALLDATACOPY(0, 0, size), STATICCALL(gas, address, skipped, size − skipped − left, 0, 0)
    ...["365f5f37", `5f5f60${cut}360360${skip}`, `61${address.toString(16).padStart(4, "0")}5afa`],
    // 1 + success; the size; what is returned, copied to where the memory is 0
    ...["6001015f55", "3d600155", "3d5f6120003e", "61200051600255", "00"],
  ].join("");
  return Uint8Array.from(Buffer.from(hex, "hex"));
}

function worldWith(code: Uint8Array): ReadonlyMap<bigint, WorldAccount> {
  const sender: WorldAccount = { nonce: 0n, balance: 10n ** 24n, code: new Uint8Array(0), storage: new Map() };
  return new Map([
    [numberOf(privateToAddress(SENDER)), sender],
    [CONTRACT, { nonce: 1n, balance: 0n, code, storage: new Map() }],
  ]);
}

function transactionWith(data: Uint8Array): TypedTransaction {
  const fields = { type: 0, nonce: 0n, gasLimit: 1_000_000n, gasPrice: 3n, to: createAddressFromBigInt(CONTRACT), data };
  return createTx(fields, { common: rules }).sign(SENDER);
}

/** Answer of the machine; its units, gas, success and leaves equal the witness's. */
async function answerOf(address: number, input: Uint8Array, skipped = 0, left = 0): Promise<Answer> {
  const data = Uint8Array.from([...new Uint8Array(skipped).fill(0xaa), ...input, ...new Uint8Array(left).fill(0xbb)]);
  const compared = await comparedMeters(worldWith(callerCode(address, skipped, left)), transactionWith(data));
  assert.ok(compared.kind === "ran", compared.kind === "refused" ? compared.reason : "");
  const [success = 0n, size = 0n, word = 0n] = [0n, 1n, 2n].map(
    (slot) => compared.leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CONTRACT && leaf.slot === slot)?.after,
  );
  return { success: success === 2n, size, word };
}

describe("SHA-256 block by block", () => {
  const hashOf = (bytes: Uint8Array): bigint => numberOf(createHash("sha256").update(bytes).digest());
  const random = new Random(2);
  const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, () => random.below(256));

  test("is OpenSSL's, of inputs that end anywhere in a word and about the ends of blocks", async () => {
    for (const length of LENGTHS) {
      const input = bytes(length);
      assert.deepEqual(await answerOf(2, input), { success: true, size: 32n, word: hashOf(input) }, `${length} bytes`);
    }
  });

  test("takes no byte before its input or behind it, wherever that stands", async () => {
    for (const length of [0, 1, 31, 55, 56, 63, 64, 100, 128])
      for (const [skipped, left] of [
        [1, 7],
        [33, 64],
      ] as const) {
        const input = bytes(length);
        assert.equal((await answerOf(2, input, skipped, left)).word, hashOf(input), `${length} bytes`);
      }
  });

  test("is that of 64,000 bytes, which takes no more than 25 rows of the kernel for a block", async () => {
    // RETURNDATACOPY(0, 0, 32) behind STATICCALL(gas, 2, 0, 64000, 0, 0), and the word is stored.
    const code = Uint8Array.from(Buffer.from("5f5f61fa005f60025afa5060205f5f3e5f515f5500", "hex"));
    const fields = { type: 0, nonce: 0n, gasLimit: 5_000_000n, gasPrice: 3n, to: createAddressFromBigInt(CONTRACT) };
    const compared = await comparedMeters(worldWith(code), createTx(fields, { common: rules }).sign(SENDER));
    assert.ok(compared.kind === "ran");
    const word = compared.leaves.find((leaf) => leaf.leafKind === 0 && leaf.account === CONTRACT && leaf.slot === 0n)?.after;
    assert.equal(word, hashOf(new Uint8Array(64_000)));
    const blocks = 1_001;
    assert.ok(compared.kernelSteps > blocks && compared.kernelSteps < 25 * blocks, `${compared.kernelSteps} rows`);
  });

  test("is right where words carry most and least", async () => {
    for (const value of [0, 0xff, 0x80, 0x7f])
      for (const length of [55, 64, 119]) {
        const input = new Uint8Array(length).fill(value);
        assert.equal((await answerOf(2, input)).word, hashOf(input));
      }
  });
});

describe("signatures of P-256 by the kernel's own code", () => {
  const VALID: Answer = { success: true, size: 32n, word: 1n };
  const INVALID: Answer = { success: true, size: 0n, word: 0n };
  const words = (...values: readonly bigint[]): Uint8Array => Buffer.concat(values.map((value) => bytesOf(value, 32)));
  const random = new Random(256);
  const number = (): bigint => Fn.create(numberOf(Uint8Array.from({ length: 32 }, () => random.below(256))));

  /** Signs with the private key `d` and the nonce `k`. */
  function signed(hash: bigint, d: bigint, k: bigint): { readonly r: bigint; readonly s: bigint; readonly key: typeof G } {
    const r = Fn.create(G.multiply(k).toAffine().x);
    const s = Fn.mul(Fn.inv(k), Fn.create(hash + r * d));
    return { r, s, key: G.multiply(d) };
  }
  const check = (hash: bigint, r: bigint, s: bigint, { x, y }: { readonly x: bigint; readonly y: bigint }): Promise<Answer> =>
    answerOf(0x100, words(hash, r, s, x, y));

  test("are those that OpenSSL makes; each changed word is refused", async () => {
    for (let round = 0; round < 4; round++) {
      const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const { x = "", y = "" } = publicKey.export({ format: "jwk" });
      const message = Uint8Array.of(round, 1, 2);
      const parts = [
        createHash("sha256").update(message).digest(),
        sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
        ...[x, y].map((text) => Buffer.from(text, "base64url")),
      ];
      const input = Buffer.concat(parts);
      assert.deepEqual(await answerOf(0x100, input), VALID);
      for (let word = 0; word < 5; word++) {
        const changed = Buffer.from(input);
        changed[32 * word + random.below(32)]! ^= 1 << random.below(8);
        assert.deepEqual(await answerOf(0x100, changed), INVALID, `word ${word}`);
      }
    }
  });

  test("are right where sums meet the same point, its opposite and infinity", async () => {
    // Keys that are small multiples of the generator, or of its opposite, meet the sums that are made of both.
    for (const d of [1n, 2n, 3n, 4n, 6n, 12n, Fn.ORDER - 1n, Fn.ORDER - 2n, Fn.ORDER - 3n]) {
      const [hash, k] = [number(), number()];
      const { r, s, key } = signed(hash, d, k);
      assert.deepEqual(await check(hash, r, s, key.toAffine()), VALID, `${d}`);
      assert.deepEqual(await check(hash, r, Fn.neg(s), key.toAffine()), VALID, "the opposite s is as good");
      assert.deepEqual(await check(hash + 1n, r, s, key.toAffine()), INVALID);
    }
    // With the hash 0 the generator's factor is 0; with the hash r and the opposite key all sums are infinity.
    const { r, s, key } = signed(0n, 5n, 7n);
    assert.deepEqual(await check(0n, r, s, key.toAffine()), VALID);
    assert.deepEqual(await check(Fn.ORDER, r, s, key.toAffine()), VALID);
    for (const one of [1n, number()]) assert.deepEqual(await check(one, one, number(), G.negate().toAffine()), INVALID);
    // The same with the generator itself as the key: each sum is twice a point.
    const twice = signed(number(), 1n, 2n);
    assert.deepEqual(await check(twice.r, twice.r, Fn.div(Fn.mul(2n, twice.r), 2n), G.toAffine()), VALID);
  });

  test("may have an r that is the sum's coordinate less the order", async () => {
    const found: bigint[] = [];
    for (let r = 1n; found.length < 3; r++) {
      const x = Fn.ORDER + r;
      const square = Fp.add(Fp.mul(Fp.sqr(x), x), Fp.add(Fp.mul(Fp.create(-3n), x), p256.Point.CURVE().b));
      try {
        const sum = Point.fromAffine({ x, y: Fp.sqrt(square) });
        const [hash, s] = [number(), number()];
        // key = (s sum − hash G) / r
        const key = sum.multiply(s).subtract(G.multiply(hash)).multiply(Fn.inv(r)).toAffine();
        assert.deepEqual(await check(hash, r, s, key), VALID);
        assert.deepEqual(await check(hash, r + Fn.ORDER, s, key), INVALID, "r is below the order");
        found.push(r);
      } catch (error) {
        if (!(error instanceof Error) || !error.message.includes("square root")) throw error;
      }
    }
  });

  test("need numbers in their ranges and a key on the curve", async () => {
    const [hash, d] = [number(), number()];
    const { r, s, key } = signed(hash, d, number());
    const { x, y } = key.toAffine();
    assert.deepEqual(await check(hash, r, s, { x, y }), VALID);
    const refused: readonly (readonly [bigint, bigint, bigint, bigint])[] = [
      ...[0n, Fn.ORDER, 2n ** 256n - 1n].flatMap((value) => [[value, s, x, y] as const, [r, value, x, y] as const]),
      ...[Fp.ORDER, 2n ** 256n - 1n, 0n].flatMap((value) => [[r, s, value, y] as const, [r, s, x, value] as const]),
      ...[[r, s, 0n, 0n] as const, [r, s, x, Fp.neg(y)] as const, [r, s, y, x] as const],
    ];
    for (const [otherR, otherS, otherX, otherY] of refused)
      assert.deepEqual(await check(hash, otherR, otherS, { x: otherX, y: otherY }), INVALID);
    // A coordinate and the prime are the same number modulo the prime, and not the same key.
    const small = [...Array(40).keys()].map((i) => BigInt(i + 1)).find((value) => value + Fp.ORDER < 2n ** 256n) ?? 0n;
    assert.deepEqual(await check(hash, r, s, { x: small + Fp.ORDER, y }), INVALID);
  });

  test("need an input of 160 bytes, and no other", async () => {
    const { r, s, key } = signed(3n, 5n, 7n);
    const { x, y } = key.toAffine();
    const input = words(3n, r, s, x, y);
    assert.deepEqual(await answerOf(0x100, input), VALID);
    assert.deepEqual(await answerOf(0x100, input, 3, 9), VALID);
    for (const other of [input.subarray(0, 159), Buffer.concat([input, Buffer.of(0)]), Buffer.of()])
      assert.deepEqual(await answerOf(0x100, other), INVALID);
  });
});
