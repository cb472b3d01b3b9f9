import assert from "node:assert/strict";
import { it } from "node:test";
import { needsInspection } from "../../../src/chain/sequencer/needs-inspection.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";

const to: Hex = `0x${"aa".repeat(20)}`;
const CALL = { to, gasLimit: 150_000n, delegates: false };

it("a call needs an inspection above 150,000 gas, and a creation or a delegation with any gas", () => {
  const rules = { isMetered: false, hasLists: false } as const;
  assert.equal(needsInspection(CALL, rules), false);
  assert.equal(needsInspection({ ...CALL, gasLimit: 150_001n }, rules), true);
  assert.equal(needsInspection({ ...CALL, to: undefined }, rules), true);
  assert.equal(needsInspection({ ...CALL, delegates: true }, rules), true);
});

it("if lists are in force, all but a transfer need an inspection; if the block is metered, all do", () => {
  const transfer = { ...CALL, gasLimit: 21_000n };
  assert.equal(needsInspection(transfer, { isMetered: false, hasLists: true }), false);
  assert.equal(needsInspection({ ...CALL, gasLimit: 21_001n }, { isMetered: false, hasLists: true }), true);
  assert.equal(needsInspection(transfer, { isMetered: true, hasLists: false }), true);
});
