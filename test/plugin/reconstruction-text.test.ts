import assert from "node:assert/strict";
import { test } from "node:test";
import type { ReconstructionSummary } from "../../src/ecosystem/devnet/reconstruction/summary.ts";
import { reconstructionText } from "../../src/tool/plugin/tasks/from-l1/reconstruction-text.ts";

const ADDRESS = `0x${"c0".repeat(20)}` as const;
const [EXPECTED, STATED] = [`0x${"11".repeat(32)}`, `0x${"22".repeat(32)}`] as const;
const summary: ReconstructionSummary = {
  chainId: 7,
  hyperchain: `0x${"aa".repeat(20)}`,
  settlementChainId: 1,
  isFromMessages: false,
  heldBatches: 0,
  protocolVersion: 1,
  l1: { fromBlock: 0, toBlock: 9, toBlockHash: STATED },
  stateRoot: EXPECTED,
  isExecuted: true,
  batches: 1,
  lastBatch: 0,
  lastBlock: 3,
  leaves: 5,
  accounts: 2,
  contracts: 1,
  storageSlots: 1,
  falseCodeDigests: [],
  messages: 0,
  pubdataBytes: 100,
  priorityOps: { taken: 0, waiting: 0, unknown: [] },
  revertedBatches: 0,
  unapplied: [],
  exited: false,
};

test("what is said of L1 is said of the chain below for a chain on it", () => {
  assert.match(reconstructionText(summary), /^.*chain 7, rebuilt from L1 alone.*as executed on L1.*L1 blocks +0 to 9/s);
  const onChain = { ...summary, chainId: 2 ** 32 + 7, settlementChainId: 7, isExecuted: false };
  assert.match(
    reconstructionText(onChain),
    /^.*chain 4294967303, rebuilt from chain 7 alone.*not executed on chain 7 yet.*chain 7 blocks +0 to 9/s,
  );
  assert.match(reconstructionText({ ...onChain, isFromMessages: true }), /rebuilt from L1 alone/);
});

test("the accounts of a porter are counted, or named as missing with the option to set; holders are named by the data that they gave", () => {
  assert.doesNotMatch(reconstructionText(summary), /porter/);
  const whole = reconstructionText({ ...summary, porter: { chainId: 1271, accounts: 4, heldLists: 2 } });
  assert.match(whole, /rebuilt from L1 and those who store 2 lists of the porter.*porter +chain 1271; 4 accounts/s);
  const published = reconstructionText({ ...summary, porter: { chainId: 1271, accounts: 4, heldLists: 0 } });
  assert.match(published, /rebuilt from L1 alone.*porter +chain 1271; 4 accounts/s);
  const missing = reconstructionText({ ...summary, porter: { chainId: 1271, heldLists: 0, missing: "its data are withheld" } });
  assert.match(
    missing,
    /rebuilt from L1 alone.*the porter \(chain 1271\) are not rebuilt: its data are withheld\. Name a guardian .*--data/s,
  );
  assert.match(reconstructionText({ ...summary, heldBatches: 1 }), /from L1 and those who store the data of 1 batch/);
});

test("reports a false code digest by account and both digests, and the functions that still work", () => {
  assert.doesNotMatch(reconstructionText(summary), /false/);
  const told = reconstructionText({ ...summary, falseCodeDigests: [{ address: ADDRESS, expected: EXPECTED, stated: STATED }] });
  assert.match(
    told,
    new RegExp(`the state is false: the code of ${ADDRESS} has the digest ${EXPECTED}, the state says ${STATED}`),
  );
  assert.match(told, /Balances can be proven, the chain cannot be continued/);
});
