import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Random } from "../../chain/state/support/random.ts";
import { bytesOf } from "../support/reference.ts";
import { precompileAnswer, returned } from "../support/precompile-call.ts";

interface Power {
  readonly base: bigint;
  readonly exponent: bigint;
  readonly modulus: bigint;
  /** Bytes of each. */
  readonly sizes: readonly [number, number, number];
}

function encoded({ base, exponent, modulus, sizes: [b, e, m] }: Power): Uint8Array {
  const lengths = [b, e, m].map((size) => bytesOf(BigInt(size), 32));
  return Buffer.concat([...lengths, bytesOf(base, b), bytesOf(exponent, e), bytesOf(modulus, m)]);
}

/** Computes the power with bigints, square by square. */
function powerOf({ base, exponent, modulus }: Power): bigint {
  if (modulus === 0n) return 0n;
  let [result, square] = [1n % modulus, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

async function check(power: Power): Promise<void> {
  const { success, size, hash } = await precompileAnswer(5, encoded(power));
  const expected = returned(bytesOf(powerOf(power), power.sizes[2]));
  const label = `${power.base.toString(16)} ^ ${power.exponent.toString(16)} mod ${power.modulus.toString(16)}, ${power.sizes.join()}`;
  assert.deepEqual({ success, size, hash }, { success: true, size: BigInt(power.sizes[2]), hash: expected }, label);
}

describe("powers of numbers of more than 32 bytes, by bytecode of the kernel", () => {
  const random = new Random(5);
  const number = (bytes: number): bigint =>
    Array.from({ length: bytes }, () => BigInt(random.below(256))).reduce((sum, byte) => 256n * sum + byte, 0n);

  test("are those of integers without a bound, of any lengths, odd and even moduli", async () => {
    for (const [b, e, m] of [
      ...[
        [33, 1, 33],
        [1, 33, 1],
        [64, 2, 32],
        [96, 3, 33],
        [32, 3, 96],
        [0, 3, 40],
        [40, 0, 40],
        [100, 2, 65],
        [31, 40, 31],
      ],
      ...[
        [96, 2, 96],
        [160, 1, 160],
        [1024, 0, 1024],
        [1024, 1, 1],
        [1, 0, 1024],
      ],
    ] as [number, number, number][]) {
      const power = { base: number(b), exponent: number(e), modulus: number(m), sizes: [b, e, m] } as const;
      await check(power);
      await check({ ...power, modulus: power.modulus ^ 1n });
    }
  });

  test("are right where digits of quotients are too large at first, and where words are all zeros or ones", async () => {
    const ones = (bits: number): bigint => 2n ** BigInt(bits) - 1n;
    const moduli = [
      ...[ones(512), ones(512) - 1n, 1n << 511n, (1n << 511n) + 1n, ones(768) - ones(256), (ones(256) << 256n) + 1n],
      ...[(1n << 256n) + 1n, 1n << 256n, 1n, 2n, 3n, 0n, ones(256), (1n << 255n) << 256n, (1n << 512n) + ones(256), ones(511)],
    ];
    for (const modulus of moduli)
      for (const base of [0n, 1n, ones(512), ones(768), modulus, modulus + 1n, modulus - 1n < 0n ? 5n : modulus - 1n])
        for (const exponent of [2n, 3n]) await check({ base, exponent, modulus, sizes: [97, 1, 96] });
    for (const exponent of [0n, 1n, 1n << 255n, 1n << 256n, (1n << 264n) + 1n])
      await check({ base: ones(300), exponent, modulus: ones(280), sizes: [40, 40, 40] });
  });

  test("are EIP-198's and EIP-2565's examples", async () => {
    const p = 2n ** 256n - 2n ** 32n - 977n;
    // The first two of EIP-198, the first with leading zeros.
    await check({ base: 3n, exponent: p - 1n, modulus: p, sizes: [1, 33, 33] });
    await check({ base: 0n, exponent: p - 1n, modulus: p, sizes: [0, 33, 33] });
    assert.equal(powerOf({ base: 3n, exponent: p - 1n, modulus: p, sizes: [0, 0, 0] }), 1n);
    // Input that ends early continues with zeros: 3 ^ 0xffff mod 2^263 (EIP-198's fourth).
    const short = Buffer.concat([1n, 2n, 33n].map((size) => bytesOf(size, 32)));
    const { hash } = await precompileAnswer(5, Buffer.concat([short, Uint8Array.of(3, 0xff, 0xff, 0x80)]));
    assert.equal(hash, returned(bytesOf(powerOf({ base: 3n, exponent: 0xffffn, modulus: 2n ** 263n, sizes: [1, 2, 33] }), 33)));
  });

  test("check a signature of RSA-2048 in less than 180,000 opcodes", async () => {
    const power: Power = {
      base: number(256),
      exponent: 65_537n,
      modulus: number(256) | (1n << 2047n) | 1n,
      sizes: [256, 3, 256],
    };
    await check(power);
    const { userSteps } = await precompileAnswer(5, encoded(power));
    assert.ok(userSteps > 20_000 && userSteps < 180_000, `${userSteps} opcodes`);
  });

  test("fail where a number has more than 1,024 bytes or gas does not reach, and return nothing of a modulus without bytes", async () => {
    for (const sizes of [
      [1025, 1, 1],
      [1, 1025, 1],
      [1, 1, 1025],
    ] as const)
      assert.equal(
        (await precompileAnswer(5, encoded({ base: 1n, exponent: 1n, modulus: 1n, sizes }), 1_000_000n)).success,
        false,
      );
    const huge = Buffer.concat([2n ** 256n - 1n, 2n ** 255n, 33n].map((size) => bytesOf(size, 32)));
    assert.equal((await precompileAnswer(5, huge, 1_000_000n)).success, false);
    const none = await precompileAnswer(5, encoded({ base: 1n, exponent: 1n, modulus: 0n, sizes: [200, 40, 0] }));
    assert.deepEqual([none.success, none.size], [true, 0n]);
    const dear: Power = { base: 3n, exponent: 2n ** 2047n, modulus: 2n ** 2048n - 1n, sizes: [256, 256, 256] };
    assert.equal((await precompileAnswer(5, encoded(dear), 1_000_000n)).success, false);
  });
});
