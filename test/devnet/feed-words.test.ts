import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { hasFailed, whereItIs } from "../../src/ecosystem/devnet/view/books/message-state.ts";

const SENT = { messageHash: "0x01", sender: "0x02", type: "bundle", sourceChainId: 271, destinationChainId: 272 } as const;
const executed = { step: "executed", chainId: 272, transactionHash: "0x03" } as const;

/** Message, its text, and true if that is a failure of the act that sent it. */
const CASES: readonly (readonly [string, Partial<MessageInfo>, kind: string, text: RegExp, isFailure: boolean])[] = [
  ["pending", { steps: [], waitingFor: "x" }, "under-way", /^waits until x$/, false],
  ["arrived", { steps: [executed], waitingFor: "x" }, "good", /^arrived; waits until x$/, false],
  ["done", { steps: [executed] }, "good", /^all steps done$/, false],
  [
    "arrived, and its call reverted",
    { steps: [executed], waitingFor: "x", failed: { because: "reverted", why: "it reverted", goesBack: false } },
    ...(["bad", /^it reverted$/, true] as const),
  ],
  [
    "a listener that refuses its outcome, which is repeated",
    { type: "callback", steps: [], waitingFor: "x", refusal: "r", stuck: { why: "its listener failed", help: "" } },
    ...(["bad", /^stuck: its listener failed$/, false] as const),
  ],
  [
    "a withdrawal that any account can claim",
    { type: "withdrawal", steps: [], waitingFor: "x", ready: { action: "claim it", command: "npx hardhat c" } },
    ...(["ready", /^ready: claim it$/, false] as const),
  ],
  ["a call on L1 that expired", { type: "l1Call", steps: [], ended: "expired", refusal: "too late" }, "bad", /too late/, true],
  ["one that its sender canceled", { type: "l1Call", steps: [], ended: "canceled", refusal: "r" }, "quiet", /^canceled$/, false],
  ["what went back", { steps: [], sentTooEarly: "wentBack", refusal: "SentBeforeChain" }, "bad", /^not delivered: Sent/, true],
];

for (const [name, more, kind, text, isFailure] of CASES)
  test(`describes a message by its progress: ${name}`, () => {
    const message = { ...SENT, steps: [], ...more } as MessageInfo;
    const where = whereItIs(message);
    assert.equal(where.kind, kind);
    assert.match(where.text, text);
    assert.equal(hasFailed(message), isFailure);
  });
