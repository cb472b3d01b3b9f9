import assert from "node:assert/strict";
import { test } from "node:test";
import { interopCallValue } from "../../src/ground/protocol/interop-request.ts";

test("writes an attribute as the call of a function", () => {
  assert.equal(interopCallValue(5n).length, 2 + 8 + 64);
  assert.equal(BigInt(`0x${interopCallValue(5n).slice(10)}`), 5n);
});
