import assert from "node:assert/strict";
import { test } from "node:test";
import { aliasOf } from "../../src/ground/protocol/address-alias.ts";

test("an alias on a chain holds the id of the chain that it settles on, and none on L1's chains", () => {
  const contract = "0xff00000000000000000000000000000000000001";
  // By hand: the address, 0x1111…1111, and the id two bytes up, without what goes beyond 20 bytes.
  assert.equal(aliasOf(271n, contract), "0x1011000000000000000000000000000000001112");
  assert.equal(aliasOf(0x1_0000_010fn, contract), "0x10110000000000000000000000000000010f1112");
  assert.equal(aliasOf(0x9005_0000_010fn, contract), "0x10110000000000000000000000050000010f1112");
});
