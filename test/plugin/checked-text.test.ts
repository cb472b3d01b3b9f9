import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { test } from "node:test";
import type { CheckedExecution } from "../../src/devnet/execution/check-execution.ts";
import { checkedText } from "../../src/plugin/tasks/from-l1/checked-text.ts";
import { wordToHex } from "../../src/protocol/hex.ts";

const CHECKED: CheckedExecution = {
  ...{ chainId: 271n, batchNumber: 4n, stage: "executed", cheatCount: 0n, chunks: 1, provenBits: 100 },
  ...{ oldStateRoot: wordToHex(1n), newStateRoot: wordToHex(2n), coinbase: `0x${"33".repeat(20)}`, isProvenOnL1: false },
};

test("of a batch that was checked is said what L1 itself has checked of it: its changes, or its execution", () => {
  const text = (isProvenOnL1: boolean): string => stripVTControlCharacters(checkedText({ ...CHECKED, isProvenOnL1 }, "L1"));
  for (const isOnL1 of [false, true])
    assert.match(
      text(isOnL1),
      /^batch 4 of chain 271 is verified, which L1 has executed: its transactions, and nothing else, lead/,
    );
  assert.match(text(false), /L1 itself has checked the published changes and the quorum's signatures, not this\.$/);
  assert.match(
    text(true),
    /L1 itself took the batch by one proof of the same, which its contracts have checked: hyperchain_proof/,
  );
  assert.doesNotMatch(text(true), /quorum/);
});

test("cheats are told", () => {
  const text = stripVTControlCharacters(checkedText({ ...CHECKED, cheatCount: 2n }, "L1"));
  assert.match(text, /and its cheats, lead/);
  assert.match(text, /\n2 of its changes are cheats, which no account has signed\.$/);
});
