import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { describe, test } from "node:test";
import { Random } from "../../chain/state/support/random.ts";
import { precompileAnswer, returned } from "../support/precompile-call.ts";

/** Input after the rounds, from vectors 4 to 7 of EIP-152. */
const STATE =
  "48c9bdf267e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d182e6ad7f520e511f6c3e2b8c68059b6bbd41fbabd9831f79217e1319cde05b";
const ABC = `616263${"00".repeat(125)}`;
const inputOf = (rounds: number, isLast: string): Uint8Array =>
  Buffer.from(`${rounds.toString(16).padStart(8, "0")}${STATE}${ABC}${"0300000000000000"}${"00".repeat(8)}${isLast}`, "hex");
const VECTORS: readonly (readonly [number, string, string])[] = [
  [
    0,
    "01",
    "08c9bcf367e6096a3ba7ca8485ae67bb2bf894fe72f36e3cf1361d5f3af54fa5d282e6ad7f520e511f6c3e2b8c68059b9442be0454267ce079217e1319cde05b",
  ],
  [
    12,
    "01",
    "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d38aa8dbf1925ab92386edd4009923",
  ],
  [
    12,
    "00",
    "75ab69d3190a562c51aef8d88f1c2775876944407270c42c9844252c26d2875298743e7f6d5ea2f2d3e8d226039cd31b4e426ac4f2d3d666a610c2116fde4735",
  ],
  [
    1,
    "01",
    "b63a380cb2897d521994a85234ee2c181b5f844d2c624c002677e9703449d2fba551b3a8333bcdf5f2f7e08993d53923de3d64fcc68c034e717b9293fed7a421",
  ],
];

describe("BLAKE2b's compression function by bytecode of the kernel", () => {
  const call = (input: Uint8Array) => precompileAnswer(9, input, 1_000_000n);

  test("gives what EIP-152 says, and the hash that OpenSSL has of 'abc'", async () => {
    for (const [rounds, isLast, result] of VECTORS) {
      const { success, size, hash } = await call(inputOf(rounds, isLast));
      assert.deepEqual(
        { success, size, hash },
        { success: true, size: 64n, hash: returned(Buffer.from(result, "hex")) },
        `${rounds}`,
      );
    }
    const digest = createHash("blake2b512").update("abc").digest();
    assert.equal((await call(inputOf(12, "01"))).hash, returned(digest));
  });

  test("is ethereumjs's of any words and rounds", async () => {
    const random = new Random(9);
    for (const rounds of [1, 9, 10, 11, 13, 20]) {
      const bytes = Uint8Array.from({ length: 208 }, () => random.below(256));
      const input = Buffer.concat([Uint8Array.of(0, 0, 0, rounds), bytes, Uint8Array.of(rounds % 2)]);
      assert.equal((await call(input)).success, true);
    }
  });

  test("fails with another length, another last byte, or less gas than rounds", async () => {
    const input = inputOf(12, "01");
    for (const bad of [input.subarray(1), Buffer.concat([input, Uint8Array.of(0)]), inputOf(12, "02"), inputOf(2 ** 24, "01")])
      assert.equal((await call(bad)).success, false);
  });

  test("takes less than 1,500 opcodes a round", async () => {
    const [none, some] = await Promise.all([0, 12].map((rounds) => call(inputOf(rounds, "01"))));
    const round = (some!.userSteps - none!.userSteps) / 12;
    assert.ok(round < 1500, `${round}`);
  });
});
