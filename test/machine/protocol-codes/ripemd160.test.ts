import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ripemd160 } from "@noble/hashes/legacy.js";
import { Random } from "../../chain/state/support/random.ts";
import { precompileAnswer, returned } from "../support/precompile-call.ts";

const padded = (hash: Uint8Array): Uint8Array => Buffer.concat([new Uint8Array(12), hash]);

describe("RIPEMD-160 by bytecode of the kernel", () => {
  const random = new Random(160);

  async function check(input: Uint8Array, hash = ripemd160(input)): Promise<void> {
    const answer = await precompileAnswer(3, input);
    const { success, size } = answer;
    assert.deepEqual(
      { success, size, hash: answer.hash },
      { success: true, size: 32n, hash: returned(padded(hash)) },
      `${input.length} bytes`,
    );
  }

  test("gives the hashes that its authors published", async () => {
    // "The hash function RIPEMD-160", test values.
    for (const [text, hash] of [
      ["", "9c1185a5c5e9fc54612808977ee8f548b2258d31"],
      ["a", "0bdc9d2d256b3ee9daae347be6f4dc835a467ffe"],
      ["abc", "8eb208f7e05d987a9b044a8e98c6b087f15a0bfc"],
      ["message digest", "5d0689ef49d2fae572b881b123a85ffa21595f36"],
      ["abcdefghijklmnopqrstuvwxyz", "f71c27109c692c1b56bbdceb5b9d2865b3708dbc"],
      ["abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "12a053384a9c0c88e405a06c27dcf49ada62eb2b"],
      ["1234567890".repeat(8), "9b752e45573d4b39f4dbd3323cab82bf63326bfb"],
    ] as const)
      await check(Buffer.from(text, "latin1"), Buffer.from(hash, "hex"));
  });

  test("is another implementation's, of inputs that end anywhere in a block", async () => {
    for (const length of [1, 3, 4, 31, 32, 54, 55, 56, 57, 63, 64, 65, 118, 119, 120, 127, 128, 129, 400])
      await check(Uint8Array.from({ length }, () => random.below(256)));
    for (const value of [0, 0xff, 0x80]) await check(new Uint8Array(70).fill(value));
  });

  test("takes less than 25,000 opcodes a block", async () => {
    const [one, two] = await Promise.all([1, 65].map((length) => precompileAnswer(3, new Uint8Array(length))));
    const block = two!.userSteps - one!.userSteps;
    assert.ok(block > 10_000 && block < 25_000, `${block}`);
  });
});
