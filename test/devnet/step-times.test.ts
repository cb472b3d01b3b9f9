import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { StepTimes, type AskMember } from "../../src/ecosystem/devnet/view/feed/step-times.ts";

const [L1, CLOSED] = [1, 271];
const MESSAGE = {
  steps: [
    { step: "initiated", chainId: L1, transactionHash: "0x01", blockNumber: 7 },
    { step: "delivered", chainId: CLOSED, transactionHash: "0x02", blockNumber: 8 },
  ],
} as unknown as MessageInfo;

test("a reader's requests about a chain are shown to no client that may not read it", async () => {
  const ask: AskMember = (_chainId, method) =>
    Promise.resolve(method === "eth_getTransactionReceipt" ? { blockNumber: "0x8", from: "0xa1" } : { timestamp: "0x11" });
  const stepTimes = new StepTimes(() => 0);
  const { steps } = await stepTimes.of(MESSAGE, ask, () => true);
  assert.deepEqual(steps[1], { ...MESSAGE.steps[1], timestamp: 17, account: "0xa1" });
  const refused: AskMember = () => Promise.reject(new Error("a session of a reader is required"));
  const seen = await stepTimes.of(MESSAGE, refused, (chainId) => chainId !== CLOSED);
  assert.deepEqual(seen.steps, [{ ...MESSAGE.steps[0], timestamp: 17 }, MESSAGE.steps[1]]);
});
