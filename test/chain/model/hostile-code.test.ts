import assert from "node:assert/strict";
import { it } from "node:test";
import { isHostileCode } from "../../../src/chain/model/hostile-code.ts";
import { fromHex } from "../../../src/ground/protocol/hex.ts";

it("code that ends the process of EDR is a first PUSH20 without all of its bytes", () => {
  const hostile = (code: string): boolean => isHostileCode(fromHex(code));
  assert.equal(hostile("0x73"), true);
  assert.equal(hostile(`0x73${"00".repeat(19)}`), true);
  assert.equal(hostile(`0x73${"00".repeat(20)}`), false);
  assert.equal(hostile("0x"), false);
  assert.equal(hostile("0x5b73"), false);
  assert.equal(hostile("0x7200"), false);
});
