import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { AbiCoder, concat, keccak256 } from "ethers";
import { boundOfAll, boundOfAny, NOTHING_BOUND } from "../../src/ground/protocol/data-choice.ts";
import { wordToHex } from "../../src/ground/protocol/hex.ts";

describe("F6: what composed policies answer", () => {
  test("nothing bound is keccak of nothing", () => {
    assert.equal(NOTHING_BOUND, keccak256("0x"));
  });

  test("all-of answers keccak of its members' answers, packed; any-of that of a number and an answer, as the ABI encodes them", () => {
    const bounds = [NOTHING_BOUND, wordToHex(7n), wordToHex(2n ** 255n)];
    for (let count = 1; count <= bounds.length; count++) {
      const some = bounds.slice(0, count);
      assert.equal(boundOfAll(some), keccak256(concat(some)));
    }
    for (const member of [0, 1, 7])
      for (const bound of bounds) {
        const encoded = AbiCoder.defaultAbiCoder().encode(["uint256", "bytes32"], [member, bound]);
        assert.equal(boundOfAny(member, bound), keccak256(encoded));
      }
  });
});
