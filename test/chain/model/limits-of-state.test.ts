import assert from "node:assert/strict";
import { test } from "node:test";
import { codeLimitsOf } from "../../../src/chain/model/limits-of-state.ts";
import { UNLIMITED_CONTRACT_SIZE } from "../../../src/ground/protocol/genesis.ts";

test("a state has Ethereum's limits of code, unless a slot of the system context lifts them", () => {
  const { address, slot } = UNLIMITED_CONTRACT_SIZE;
  const storage = [{ slot: BigInt(slot), value: 1n }];
  const other = `0x${"11".repeat(20)}` as const;
  const runtimeBytes = (...accounts: Parameters<typeof codeLimitsOf>[0]): number => codeLimitsOf(accounts).runtimeBytes;
  // EIP-170.
  assert.equal(runtimeBytes(), 24_576);
  assert.equal(runtimeBytes({ address: other, storage }, { address, storage: [{ slot: 1n, value: 1n }] }, { address }), 24_576);
  assert.ok(runtimeBytes({ address: other }, { address, storage }) > 24_576);
});
