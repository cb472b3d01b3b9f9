import assert from "node:assert/strict";
import { test } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { DigestError, digestFromHex, digestToHex, FIELD_MODULUS } from "../../src/ground/protocol/digest.ts";
import { HexError } from "../../src/ground/protocol/hex.ts";

const code = (expected: string) => (error: unknown) => error instanceof DigestError && error.code === expected;

test("writes element 0 first, four big-endian bytes each", () => {
  const digest = [1, 2, 0x01020304, 0, P - 1, 5, 6, 0x7eeeeeee];
  const hex = "0x00000001000000020102030400000000" + "7f00000000000005000000067eeeeeee";
  assert.equal(digestToHex(digest), hex);
  assert.deepEqual(digestFromHex(hex), digest);
});

test("shares its modulus with the field", () => {
  assert.equal(FIELD_MODULUS, P);
});

test("refuses an element that is not canonical, at every place", () => {
  for (let i = 0; i < 8; i++) {
    for (const element of [P, P + 1, 0x7fffffff, 0x80000000, 0xffffffff]) {
      const words = new Array<string>(8).fill("00000000");
      words[i] = element.toString(16).padStart(8, "0");
      assert.throws(() => digestFromHex(`0x${words.join("")}`), code("DigestNotCanonical"));
      const digest = new Array<number>(8).fill(0);
      digest[i] = element;
      assert.throws(() => digestToHex(digest), code("DigestNotCanonical"));
    }
  }
});

test("refuses other lengths and other text", () => {
  assert.throws(() => digestToHex([1, 2, 3]), code("DigestLength"));
  assert.throws(() => digestFromHex("0x00"), HexError);
  assert.throws(() => digestFromHex("zz".repeat(32)), HexError);
});
