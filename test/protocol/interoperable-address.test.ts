import assert from "node:assert/strict";
import { test } from "node:test";
import { interoperableAddress } from "../../src/ground/protocol/interoperable-address.ts";

test("writes chains and accounts as ERC-7930 does", () => {
  // The example of the ERC for chain 1, and chain ids of one and two bytes by hand.
  const account = "0xd8da6bf26964af9d7eed9e03e53415d37aa96045";
  assert.equal(interoperableAddress(1n, account), "0x00010000010114d8da6bf26964af9d7eed9e03e53415d37aa96045");
  assert.equal(interoperableAddress(271n), "0x0001000002010f00");
});
