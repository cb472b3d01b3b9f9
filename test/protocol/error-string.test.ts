import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, concat, toBeHex } from "ethers";
import { errorString } from "../../src/ground/protocol/error-string.ts";

const SELECTOR = "0x08c379a0";
const encoded = (text: string): string => concat([SELECTOR, AbiCoder.defaultAbiCoder().encode(["string"], [text])]);

test("a reason is the text that another implementation of the ABI has encoded", () => {
  for (const text of ["", "abc", "x".repeat(32), "y".repeat(1_000), "ünïcödé ✓ \u{1f600}", "\ufeffmark", "a\0b"])
    assert.equal(errorString(encoded(text)), text);
  assert.equal(errorString(encoded("abc").toUpperCase().replace("0X08C379A0", SELECTOR)), "abc");
});

test("reads a text after other words, also without padding", () => {
  const [word, length] = [toBeHex(64, 32), toBeHex(3, 32)];
  assert.equal(errorString(concat([SELECTOR, word, toBeHex(7, 32), length, "0x616263"])), "abc");
});

test("what is not one has no reason", () => {
  const [offset, largest] = [toBeHex(32, 32), toBeHex(2n ** 256n - 1n, 32)];
  const others = [
    ...["0x", SELECTOR, "0x4e487b71", concat(["0x12345678", encoded("abc")]), `${SELECTOR}${"zz".repeat(96)}`],
    concat([SELECTOR, offset]),
    concat([SELECTOR, largest]),
    concat([SELECTOR, offset, largest]),
    concat([SELECTOR, offset, toBeHex(4, 32), "0x616263"]),
    // No UTF-8.
    concat([SELECTOR, offset, toBeHex(2, 32), "0xc328"]),
  ];
  for (const other of others) assert.equal(errorString(other), undefined, other);
});
