import assert from "node:assert/strict";
import { test } from "node:test";
import { AbiCoder } from "ethers";
import { textOf } from "../../page/token-answers.ts";

test("attack: of a token's text only the length of a symbol is read, however long it is", () => {
  const answer = AbiCoder.defaultAbiCoder().encode(["string"], ["a".repeat(1_000_000)]);
  assert.equal(textOf(answer), "a".repeat(1_024));
  assert.equal(textOf(AbiCoder.defaultAbiCoder().encode(["string"], ["Gold"])), "Gold");
});
