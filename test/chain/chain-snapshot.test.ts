import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { engineAround } from "../../src/tool/kit/engine-around.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain, type TestChainOptions } from "./support/chain.ts";
import { GENESIS_TIMESTAMP } from "./support/engine.ts";
import { TestWallet } from "./support/wallet.ts";
import { ask } from "./support/ask.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;

async function withChain(options: TestChainOptions, use: (test: TestChain, wallet: TestWallet) => Promise<void>): Promise<void> {
  const wallet = new TestWallet(1);
  const test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: 10n ** 21n }], ...options });
  try {
    await use(test, wallet);
  } finally {
    await test.chain.close();
  }
}

const refusal = (code: string) => (error: unknown) => error instanceof Error && "code" in error && error.code === code;
const nextTimestamp = ({ chain }: TestChain): bigint => chain.sequencer.nextEnvironment.timestamp - GENESIS_TIMESTAMP;

describe("B4: a chain returns to a mark", () => {
  it("with its time, moved or fixed, and continues from there", async () => {
    await withChain({}, async (test) => {
      const { chain, clock } = test;
      await chain.sequencer.skipTime(1000n);
      const moved = await chain.snapshot();
      await chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 5000n);
      const fixed = await chain.snapshot();
      await chain.sequencer.mine();
      clock.advance(7000);
      assert.equal(nextTimestamp(test), 5007n);
      await chain.revert(fixed);
      assert.equal(nextTimestamp(test), 5000n);
      await chain.sequencer.mine();
      await chain.revert(moved);
      assert.equal(nextTimestamp(test), 1000n);
      clock.advance(1000);
      assert.equal(nextTimestamp(test), 1001n);
    });
  });

  it("and takes in nothing that came before, whatever of it was still being looked at", async () => {
    await withChain({}, async ({ chain }, wallet) => {
      chain.sequencer.setAutomatic(false);
      for (let ticks = 0; ticks < 8; ticks++) {
        const mark = await chain.snapshot();
        const come = async (): Promise<void> => {
          for (let tick = 0; tick < ticks; tick++) await Promise.resolve();
          await chain.submit(await wallet.signRaw({ to: SINK, nonce: ticks }));
        };
        const returned = chain.revert(mark);
        await Promise.allSettled([come(), returned]);
        assert.equal(chain.mempool.size, 0);
      }
    });
  });

  it("with what waited in its pool, and refuses what came later", async () => {
    await withChain({}, async ({ chain }, wallet) => {
      const [zero, one, two] = [
        await wallet.signRaw({ to: SINK, nonce: 0 }),
        await wallet.signRaw({ to: SINK, nonce: 1 }),
        await wallet.signRaw({ to: SINK, nonce: 3 }),
      ];
      await chain.submit(one);
      const mark = await chain.snapshot();
      await chain.submit(two);
      await chain.submit(zero);
      assert.ok(chain.sequencer.head.number > 0n);
      await chain.revert(mark);
      assert.deepEqual([chain.mempool.size, chain.sequencer.head.number], [1, 0n]);
      await chain.submit(zero);
      await chain.sequencer.mine();
      assert.equal(chain.mempool.size, 0);
      assert.equal(BigInt((await ask(chain, "eth_getTransactionCount", [wallet.address, "latest"])) as Hex), 2n);
    });
  });

  it("while transactions pour in: each is included or refused, and nothing hangs", async () => {
    await withChain({}, async ({ chain }, wallet) => {
      const raws = await Promise.all(Array.from({ length: 60 }, (_, nonce) => wallet.signRaw({ to: SINK, nonce })));
      for (const raw of raws.slice(0, 5)) await chain.submit(raw);
      const mark = await chain.snapshot();
      const outcomes = raws.slice(5).map((raw) =>
        chain.submit(raw).then(
          () => "included",
          (error: Error & { code: string }) => error.code,
        ),
      );
      for (let i = 0; i < 4; i++) await chain.sequencer.skipTime(0n);
      await chain.revert(mark);
      const all = await Promise.all(outcomes);
      assert.deepEqual(
        [...new Set(all)].filter((outcome) => outcome !== "included" && outcome !== "StateReverted"),
        [],
      );
      assert.ok(all.includes("StateReverted"));
      for (const raw of raws.slice(5)) await chain.submit(raw).catch(() => undefined);
      await chain.sequencer.mine();
      assert.equal(BigInt((await ask(chain, "eth_getTransactionCount", [wallet.address, "latest"])) as Hex), 60n);
      assert.ok(await chain.seal());
    });
  });

  it("after a fault, which ends then", async () => {
    let fails = false;
    const engine: TestChainOptions["engine"] = (own) =>
      engineAround(own, {
        mine: (...block) => (fails ? Promise.reject(new Error("the engine has failed")) : own.mine(...block)),
      });
    const sequencer = { blocks: { type: "interval", intervalMs: 100, maxTransactions: 9 } } as const;
    await withChain({ engine, sequencer }, async ({ chain, clock, faults }, wallet) => {
      const raw = await wallet.signRaw({ to: SINK });
      const mark = await chain.snapshot();
      await chain.submit(raw);
      fails = true;
      await chain.sequencer.mine().catch(() => undefined);
      await assert.rejects(chain.seal());
      assert.equal(faults.length, 1);
      fails = false;
      await chain.revert(mark);
      assert.equal(chain.sequencer.fault, undefined);
      await chain.submit(raw);
      clock.advance(100);
      await chain.sequencer.skipTime(0n);
      assert.equal((await chain.seal())?.transactionCount, 1);
      assert.equal(clock.pendingTimers, 1);
    });
  });

  it("once, and not when it is closed", async () => {
    await withChain({}, async ({ chain }) => {
      const mark = await chain.snapshot();
      await chain.close();
      await assert.rejects(chain.revert(mark), refusal("Stopped"));
    });
  });
});
