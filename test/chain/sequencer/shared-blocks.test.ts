import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask } from "../support/ask.ts";

const ETHER = 10n ** 18n;
const SINK: Hex = `0x${"c4".repeat(20)}`;
/** Pays all that its account has to SINK. */
const EMPTIES: Hex = `0x${"d1".repeat(20)}`;
const EMPTIES_CODE: Hex = `0x5f5f5f5f4773${SINK.slice(2)}5af100`;

/** Runs a chain that packs waiting transactions into one block on command, with an account with one ETH and a rich one. */
async function withChain(run: (test: TestChain, poor: TestWallet, rich: TestWallet) => Promise<void>): Promise<void> {
  const poor = new TestWallet(140);
  const rich = new TestWallet(141);
  const test = await startTestChain({
    genesis: [
      { address: poor.address, balanceWei: ETHER },
      { address: rich.address, balanceWei: 100n * ETHER },
      { address: EMPTIES, code: EMPTIES_CODE, nonce: 1n },
      { address: TURNS, code: TURNS_CODE, nonce: 1n },
      { address: CALLER, code: CALLER_CODE, nonce: 1n },
    ],
    sequencer: { blocks: { type: "interval", intervalMs: 1_000_000, maxTransactions: 100 } },
  });
  try {
    await run(test, poor, rich);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

const balanceOf = async ({ chain }: TestChain, address: Hex): Promise<bigint> =>
  BigInt((await ask(chain, "eth_getBalance", [address, "latest"])) as Hex);

/** Without data stores 1; else deploys a byte that ends EDR, where it has stored 1. */
const TURNS: Hex = `0x${"d2".repeat(20)}`;
const TURNS_CODE: Hex = "0x3660095760015f55005b5f54601057005b60735f5360015f5ff000";
/** Calls an account that is in no state. */
const CALLER: Hex = `0x${"d3".repeat(20)}`;
const CALLER_CODE: Hex = "0x5f5f5f5f5f60995af100";

describe("transactions that must be inspected", () => {
  it("share the block for which they wait", async () => {
    await withChain(async (test, poor, rich) => {
      for (const wallet of [poor, rich, rich]) await test.chain.submit(await wallet.signRaw({ to: CALLER, gasLimit: 100_000n }));
      await test.chain.submit(await rich.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n }));
      await test.chain.submit(await rich.signRaw({ data: "0x6001600155", gasLimit: 200_000n }));
      await test.chain.sequencer.mine();
      assert.deepEqual(
        test.blocks.slice(-1).map(({ receipts }) => receipts.map(({ success }) => success)),
        [[true, true, true, true, true]],
      );
    });
  });

  it("are looked at behind those before them, by which they may become hostile", async () => {
    await withChain(async (test, poor, rich) => {
      await test.chain.submit(await poor.signRaw({ to: TURNS, data: "0x01", gasLimit: 200_000n }));
      await test.chain.sequencer.mine();
      await test.chain.submit(await rich.signRaw({ to: TURNS, gasLimit: 200_000n }));
      await test.chain.submit(await poor.signRaw({ to: TURNS, data: "0x01", gasLimit: 200_000n }));
      await test.chain.sequencer.mine();
      assert.equal(await ask(test.chain, "eth_getStorageAt", [TURNS, "0x0", "latest"]), `0x${"1".padStart(64, "0")}`);
      assert.equal(test.blocks.at(-1)?.receipts.length, 1);
      assert.equal(test.chain.mempool.size, 0);
      assert.equal(await ask(test.chain, "eth_getTransactionCount", [poor.address, "latest"]), "0x1");
    });
  });
});

describe("transactions that leave each other without funds or a nonce", () => {
  it("an account that can pay each of two, but not both, has the first one included and the second refused", async () => {
    await withChain(async (test, poor, rich) => {
      const half = { to: SINK, value: (ETHER * 6n) / 10n, gasLimit: 21_000n };
      await test.chain.submit(await poor.signRaw(half));
      await test.chain.submit(await poor.signRaw(half));
      await test.chain.submit(await rich.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n }));
      await test.chain.sequencer.mine();
      assert.equal(await balanceOf(test, SINK), half.value + 1n);
      assert.equal(test.chain.mempool.size, 0);
    });
  });

  it("an account that others can empty has a separate block, after any account has emptied it", async () => {
    await withChain(async (test, poor, rich) => {
      await test.chain.submit(await rich.signRaw({ type: 4, to: SINK, authorizationList: [poor.authorize(EMPTIES, 0)] }));
      await test.chain.sequencer.mine();
      await test.chain.submit(await rich.signRaw({ to: poor.address, gasLimit: 100_000n }));
      await test.chain.submit(await poor.signRaw({ to: rich.address, value: ETHER / 2n, nonce: 1, gasLimit: 21_000n }));
      await test.chain.submit(await rich.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n }));
      await test.chain.sequencer.mine();
      assert.equal(await balanceOf(test, SINK), ETHER + 1n);
      assert.equal(test.chain.mempool.size, 0);
    });
  });

  it("what follows a refused transaction of its sender waits for another with that nonce", async () => {
    await withChain(async (test, poor, rich) => {
      const pay = { to: SINK, value: 1n, gasLimit: 21_000n };
      await test.chain.submit(await poor.signRaw({ data: "0x73", gasLimit: 100_000n }));
      await test.chain.submit(await poor.signRaw(pay));
      await test.chain.submit(await poor.signRaw({ ...pay, gasLimit: 500_000n }));
      await test.chain.submit(await rich.signRaw(pay));
      await test.chain.sequencer.mine();
      assert.equal(await balanceOf(test, SINK), 1n);
      assert.equal(test.chain.mempool.size, 2);
      await test.chain.submit(await poor.signRaw({ ...pay, nonce: 0 }));
      await test.chain.sequencer.mine();
      assert.equal(await balanceOf(test, SINK), 4n);
      assert.equal(test.chain.mempool.size, 0);
    });
  });

  it("tells each submitter why, where blocks are made at once", async () => {
    const poor = new TestWallet(142);
    const test = await startTestChain({
      genesis: [{ address: poor.address, balanceWei: ETHER }],
      sequencer: { blocks: { type: "instant", maxTransactions: 100 } },
    });
    try {
      const half = { to: SINK, value: (ETHER * 6n) / 10n, gasLimit: 21_000n };
      const pay = { to: SINK, gasLimit: 21_000n };
      const raws = [await poor.signRaw(pay), await poor.signRaw(half), await poor.signRaw(half), await poor.signRaw(pay)];
      const [, first, second, behind] = raws.map((raw) => test.chain.submit(raw));
      // The block that cannot include it and the pool with a finished block report the same text.
      const saysWhy = { code: "InsufficientFunds", message: /^insufficient funds for gas \* price \+ value: / };
      await Promise.all([first, assert.rejects(second ?? Promise.resolve(), saysWhy), behind]);
      assert.equal(await balanceOf(test, SINK), half.value);
      assert.equal(test.chain.mempool.size, 1);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });

  it("says that a nonce is too low, as the pool does, where another account uses it in the block before it", async () => {
    const [owner, other] = [new TestWallet(143), new TestWallet(144)];
    const test = await startTestChain({
      genesis: [owner, other].map(({ address }) => ({ address, balanceWei: ETHER })),
      sequencer: { blocks: { type: "instant", maxTransactions: 100 } },
    });
    try {
      const authorization = { type: 4, to: SINK, authorizationList: [owner.authorize(EMPTIES, 0)] };
      const raws = [await other.signRaw(authorization), await owner.signRaw({ to: SINK, value: 1n, gasLimit: 21_000n })];
      const [first, second] = raws.map((raw) => test.chain.submit(raw));
      const message = `nonce too low: 0 of ${owner.address} is used, the next one is 1`;
      await Promise.all([first, assert.rejects(second ?? Promise.resolve(), { code: "NonceTooLow", message })]);
      assert.equal(test.chain.mempool.size, 0);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });
});
