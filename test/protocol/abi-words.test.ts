import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder, keccak256 } from "ethers";
import { addressWord, bytesWord, keccakOfWords, uintWord } from "../../src/ground/protocol/abi-words.ts";

const POINT = `0x${"a1".repeat(20)}` as const;
const ADDRESS = `0x${"B2".repeat(20)}` as const;
const HASH = `0x${"c3".repeat(32)}` as const;

test("words hash as another implementation of the ABI's encoding of their values hashes", () => {
  const encoded = AbiCoder.defaultAbiCoder().encode(
    ["uint64", "uint256", "bytes20", "address", "bytes32"],
    [2n ** 64n - 1n, 2n ** 256n - 1n, POINT, ADDRESS.toLowerCase(), HASH],
  );
  const words = [
    uintWord(2n ** 64n - 1n, 64),
    uintWord(2n ** 256n - 1n),
    bytesWord(POINT, 20),
    addressWord(ADDRESS),
    bytesWord(HASH),
  ];
  assert.equal(keccakOfWords(words), keccak256(encoded));
});

test("rejects values that do not fit their type", () => {
  const outOfRange = { name: "WordError", code: "WordOutOfRange" };
  assert.throws(() => uintWord(2n ** 64n, 64), outOfRange);
  assert.throws(() => uintWord(2n ** 256n), outOfRange);
  assert.throws(() => uintWord(-1n), outOfRange);
  const malformed = { name: "HexError", code: "MalformedHex" };
  assert.throws(() => bytesWord(POINT), malformed);
  assert.throws(() => addressWord(HASH), malformed);
  assert.throws(() => keccakOfWords([bytesWord(`0x${"zz".repeat(32)}`)]), malformed);
});
