import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { TestWallet } from "../support/wallet.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";

const SINK: Hex = `0x${"51".repeat(20)}`;
const AGE_MS = 1_000;

/** Chain with a batch age, with a stopped clock. */
async function withAgingChain(work: (test: TestChain, wallet: TestWallet) => Promise<void>): Promise<void> {
  const wallet = new TestWallet(1);
  const chain = await startTestChain({
    genesis: [{ address: wallet.address, balanceWei: 10n ** 18n }],
    sequencer: { batches: { maxAgeMs: AGE_MS, maxTransactions: undefined }, cheatsAllowed: true },
  });
  try {
    await work(chain, wallet);
    assert.deepEqual(chain.faults, []);
  } finally {
    await chain.chain.close();
  }
}

/** Moves the clock, and waits for the work that this starts. */
async function pass({ chain, clock }: TestChain, ms: number): Promise<void> {
  clock.advance(ms);
  await chain.sequencer.skipTime(0n);
}

async function importRoots({ chain }: TestChain, from: bigint, to: bigint): Promise<void> {
  for (let i = from; i <= to; i++) await chain.sequencer.importRoots([{ registryIndex: i, root: wordToHex(i) }]);
}

describe("a batch that holds nothing but roots of other chains", () => {
  test("waits at any age, and has no timer", async () => {
    await withAgingChain(async (test) => {
      await importRoots(test, 1n, 2n);
      await pass(test, 1_000 * AGE_MS);
      await importRoots(test, 3n, 3n);
      await pass(test, 1_000 * AGE_MS);
      assert.equal(test.batches.length, 0);
      assert.equal(test.clock.pendingTimers, 0);
      assert.deepEqual([test.chain.sequencer.isIdle, test.chain.sequencer.isAwaited], [true, false]);
    });
  });

  test("has the age of its first other content: a transaction, an empty block on request, a cheat", async () => {
    const contents: ((test: TestChain, wallet: TestWallet) => Promise<unknown>)[] = [
      async ({ chain }, wallet) => chain.submit(await wallet.signRaw({ to: SINK, gasLimit: 21_000n })),
      ({ chain }) => chain.sequencer.mine(),
      ({ chain }) => chain.sequencer.mineMany(3, 1n),
      ({ chain }) => chain.sequencer.cheat({ type: "balance", address: SINK, balanceWei: 5n }),
    ];
    for (const [i, addContent] of contents.entries())
      await withAgingChain(async (test, wallet) => {
        await importRoots(test, 1n, 1n);
        await pass(test, 10 * AGE_MS);
        await addContent(test, wallet);
        assert.deepEqual([test.chain.sequencer.isIdle, test.chain.sequencer.isAwaited], [false, true], `content ${i}`);
        await pass(test, AGE_MS - 1);
        assert.equal(test.batches.length, 0, `content ${i}`);
        await importRoots(test, 2n, 2n);
        await pass(test, 1);
        assert.deepEqual(
          test.batches.map(({ outputs }) => outputs.importedRootCount),
          [2n],
          `content ${i}`,
        );
        assert.equal(test.clock.pendingTimers, 0);
      });
  });

  test("is sealed on request", async () => {
    await withAgingChain(async (test) => {
      await importRoots(test, 1n, 1n);
      assert.equal((await test.chain.seal())?.outputs.importedRootCount, 1n);
    });
  });

  test("ages from its 64th root", async () => {
    await withAgingChain(async (test) => {
      await importRoots(test, 1n, 63n);
      await pass(test, AGE_MS);
      assert.equal(test.batches.length, 0);
      await importRoots(test, 64n, 64n);
      await pass(test, AGE_MS);
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.importedRootCount),
        [64n],
      );
    });
  });

  test("is sealed on a change of rules, as no other batch is", async () => {
    await withAgingChain(async (test, wallet) => {
      await test.chain.sequencer.sealIdle();
      await importRoots(test, 1n, 1n);
      test.canSeal = false;
      await test.chain.sequencer.sealIdle();
      assert.equal(test.batches.length, 0);
      test.canSeal = true;
      await test.chain.sequencer.sealIdle();
      assert.equal(test.batches.length, 1);
      await test.chain.submit(await wallet.signRaw({ to: SINK, gasLimit: 21_000n }));
      await test.chain.sequencer.sealIdle();
      assert.equal(test.batches.length, 1);
    });
  });

  test("waits again after a return to its snapshot", async () => {
    await withAgingChain(async (test, wallet) => {
      await importRoots(test, 1n, 1n);
      const mark = await test.chain.snapshot();
      await test.chain.submit(await wallet.signRaw({ to: SINK, gasLimit: 21_000n }));
      await test.chain.revert(mark);
      assert.equal(test.clock.pendingTimers, 0);
      await pass(test, AGE_MS);
      assert.equal(test.batches.length, 0);
    });
  });
});
