import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
/** TIMESTAMP, PUSH0, SSTORE: init code that stores the time. */
const STORES_TIME: Hex = "0x425f55";

/** Advances the clock between an inspection and the next step, as if a second ended there. */
function moveClockAfterPreviews({ chain, clock }: TestChain): void {
  const { witness } = chain;
  const request = witness.request.bind(witness);
  const slow: Witness["request"] = async (operation, parameters) => {
    const result = await request(operation, parameters);
    if (operation === "preview") clock.advance(5000);
    return result;
  };
  Object.assign(witness, { request: slow });
}

describe("what must be inspected before it runs", () => {
  it("runs at the time at which it was inspected, however long that took", async () => {
    const wallet = new TestWallet(140);
    const test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: ETHER }] });
    moveClockAfterPreviews(test);
    const before = BigInt(Math.floor(test.clock.nowMs() / 1000));
    const hash = await test.chain.submit(await wallet.signRaw({ data: STORES_TIME }));
    const receipt = (await ask(test.chain, "eth_getTransactionReceipt", [hash])) as { contractAddress: Hex };
    const stored = (await ask(test.chain, "eth_getStorageAt", [receipt.contractAddress, "0x0", "latest"])) as Hex;
    assert.equal(BigInt(stored), before);
    assert.ok(BigInt(Math.floor(test.clock.nowMs() / 1000)) > before);

    const inspected = BigInt(Math.floor(test.clock.nowMs() / 1000));
    const operation = await test.chain.sequencer.runPriorityOp({
      canonicalTxHash: `0x${"ab".repeat(32)}` as const,
      payout: [],
      operation: { from: wallet.address, to: undefined, valueWei: 0n, data: STORES_TIME, gasLimit: 100_000n },
      conclusion: () => [{ from: wallet.address, to: wallet.address, valueWei: 0n, data: "0x", gasLimit: 21_000n }],
    });
    const created = (await ask(test.chain, "eth_getTransactionReceipt", [operation.operationHash])) as {
      contractAddress: Hex;
    };
    assert.equal(
      BigInt((await ask(test.chain, "eth_getStorageAt", [created.contractAddress, "0x0", "latest"])) as Hex),
      inspected,
    );
    await test.chain.close();
  });
});
