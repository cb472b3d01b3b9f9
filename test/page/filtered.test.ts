import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActivityTransaction, MessageInfo } from "../../page/answers.ts";
import { asCsv, asJson, begunBy, filtered } from "../../page/filtered.ts";
import type { Activity } from "../../page/happenings.ts";

const ACCOUNT = `0x${"aa".repeat(20)}` as const;
const NAMING = { nameOf: (id: number) => ({ 271: "alpha", 272: "beta" })[id] ?? "l1", addressName: () => undefined };
const FAILED_ONLY = { text: "", chain: "", failedOnly: true, withSystem: false };
const WHY = "the call arrived on beta and reverted there";

function transaction(hash: `0x${string}`, succeeded = true): ActivityTransaction {
  return { hash, from: ACCOUNT, to: ACCOUNT, value: "0", by: "user", succeeded, gasUsed: 1, fee: "0", events: [] };
}

function begun(by: `0x${string}`, more: Partial<MessageInfo>): MessageInfo {
  const steps = [{ step: "initiated", chainId: 271, transactionHash: by }];
  return { messageHash: `${by}ff`, sender: ACCOUNT, type: "bundle", sourceChainId: 271, destinationChainId: 272, steps, ...more };
}

const transactions = [
  transaction("0x01"),
  transaction("0x02", false),
  transaction("0x03"),
  transaction("0x04"),
  transaction("0x05"),
];
const activity: Activity = new Map([[271, [{ chainId: 271, number: 1, hash: "0x10", timestamp: 1_000, transactions }]]]);
const sent = begunBy([
  begun("0x03", { failed: { because: "reverted", why: WHY, goesBack: false } }),
  begun("0x03", {}),
  begun("0x04", {}),
  begun("0x05", { type: "withdrawal", ready: { action: "claim it", command: "npx hardhat c" }, waitingFor: "x" }),
]);

test("'failed only' keeps transactions that failed or sent a message which failed, not those whose message waits for a claim", () => {
  assert.deepEqual(
    filtered(activity, FAILED_ONLY, NAMING, sent).map(({ hash }) => hash),
    ["0x03", "0x02"],
  );
});

test("what is exported says of each message that a transaction began where it is, and whether it failed", () => {
  const rows = filtered(activity, FAILED_ONLY, NAMING, sent).slice(0, 1);
  const [row] = JSON.parse(asJson(rows, NAMING, sent)) as readonly { readonly messages: unknown }[];
  const message = { messageHash: "0x03ff", type: "bundle", to: "beta" };
  assert.deepEqual(row?.messages, [
    { ...message, failed: true, whereItIs: WHY },
    { ...message, failed: false, whereItIs: "all steps done" },
  ]);
  const [columns = "", line = ""] = asCsv(rows, NAMING, sent).split("\r\n");
  assert.match(columns, /,by,messages$/);
  assert.match(line, new RegExp(`"bundle to beta: ${WHY}; bundle to beta: all steps done"$`));
});
