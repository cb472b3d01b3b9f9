import assert from "node:assert/strict";
import { test } from "node:test";
import { toLimbs, WordError } from "../../src/ground/protocol/word.ts";

test("splits a word into sixteen 16-bit limbs, least significant first", () => {
  const word = 0xffff_eeee_dddd_cccc_bbbb_aaaa_9999_8888_7777_6666_5555_4444_3333_2222_1111_0001n;
  assert.deepEqual(
    toLimbs(word),
    [
      0x0001, 0x1111, 0x2222, 0x3333, 0x4444, 0x5555, 0x6666, 0x7777, 0x8888, 0x9999, 0xaaaa, 0xbbbb, 0xcccc, 0xdddd, 0xeeee,
      0xffff,
    ],
  );
});

test("splits at the edges: zero, the largest word, an address", () => {
  assert.deepEqual(toLimbs(0n), new Array(16).fill(0));
  assert.deepEqual(toLimbs((1n << 256n) - 1n), new Array(16).fill(0xffff));
  assert.deepEqual(toLimbs((1n << 160n) - 2n, 10), [0xfffe, ...new Array<number>(9).fill(0xffff)]);
});

test("refuses what does not fit", () => {
  const code = (expected: string) => (error: unknown) => error instanceof WordError && error.code === expected;
  assert.throws(() => toLimbs(1n << 256n), code("WordOutOfRange"));
  assert.throws(() => toLimbs(-1n), code("WordOutOfRange"));
  assert.throws(() => toLimbs(1n << 160n, 10), code("WordOutOfRange"));
});
