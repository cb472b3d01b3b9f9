import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LostChange } from "../../src/chain/sequencer/replay.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { checkStatement } from "./support/check-statement.ts";
import { startVerifiedChain, type VerifiedChain } from "./support/verified-chain.ts";
import { TestWallet } from "./support/wallet.ts";
import { ask } from "./support/ask.ts";

const SINK: Hex = `0x${"ee".repeat(20)}`;
const FROM_L1: Hex = `0x${"1a".repeat(20)}`;
const [ALICE, BOB] = [new TestWallet(1), new TestWallet(2)];

type Options = Omit<NonNullable<Parameters<typeof startVerifiedChain>[0]>, "accounts">;

async function withChain(options: Options, use: (test: VerifiedChain) => Promise<void>): Promise<void> {
  for (const wallet of [ALICE, BOB]) wallet.nonce = 0;
  const test = await startVerifiedChain({
    ...options,
    accounts: [ALICE, BOB].map(({ address }) => ({ address, balanceWei: 10n ** 20n })),
  });
  try {
    await use(test);
    assert.deepEqual(test.faults, []);
  } finally {
    await test.chain.close();
  }
}

const pay = async ({ chain }: VerifiedChain, wallet: TestWallet, value = 1n): Promise<Hex> =>
  chain.submit(await wallet.signRaw({ to: SINK, value }));
const balanceOf = async ({ chain }: VerifiedChain, address: Hex): Promise<bigint> =>
  BigInt((await ask(chain, "eth_getBalance", [address, "latest"])) as Hex);
const blockOf = async ({ chain }: VerifiedChain, hash: Hex): Promise<number | undefined> => {
  const receipt = (await ask(chain, "eth_getTransactionReceipt", [hash])) as { readonly blockNumber: Hex } | null;
  return receipt === null ? undefined : Number(receipt.blockNumber);
};
/** The signed transactions of a batch, in order. */
const signedIn = ({ blocks }: VerifiedChain, batch: bigint): Hex[] =>
  blocks
    .filter(({ batchNumber }) => batchNumber === batch)
    .flatMap(({ transactions }) => transactions.flatMap((each) => (each.kind === "signed" ? [each.hash] : [])));
const nothingLost: readonly LostChange[] = [];

describe("A7: a chain rebuilds batches", () => {
  it("takes an unseen operation into the first batch, and keeps every confirmed transaction, in its order and batch", async () => {
    await withChain({}, async (test) => {
      await pay(test, ALICE);
      await test.sealAndVerify();
      const first = [await pay(test, ALICE), await pay(test, BOB)];
      const refused = await test.sealAndVerify();
      const second = [await pay(test, BOB), await pay(test, ALICE)];
      await test.chain.seal();
      const open = [await pay(test, ALICE)];
      const height = test.chain.sequencer.head.number;
      // Alice's own operation uses up one of her nonces: behind her transactions of its batch, none of these is in its way.
      const operation = test.queueUnseen({ from: FROM_L1, to: SINK, valueWei: 7n });
      assert.deepEqual(await test.rewind(1n, [operation]), nothingLost);

      assert.deepEqual(
        [1n, 2n, 3n].map((batch) => signedIn(test, batch)),
        [first, second, open],
      );
      assert.equal(await balanceOf(test, SINK), 6n + 7n);
      assert.ok(test.chain.sequencer.head.number > height);
      const formed = test.batches[1]!;
      assert.deepEqual([formed.outputs.batchNumber, formed.outputs.priorityOpCount], [1n, 1n]);
      assert.notEqual(formed.commitment, refused.commitment);
      for (const batch of test.batches.slice(1)) checkStatement(batch);
      // A validator that had run the old batches verifies the new ones.
      await test.sealAndVerify();
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.batchNumber),
        [0n, 1n, 2n, 3n],
      );
    });
  });

  it("makes new blocks above the old height, at today's time, also where no operation waits", async () => {
    await withChain({}, async (test) => {
      await test.sealAndVerify().catch(() => undefined);
      const hash = await pay(test, ALICE);
      await test.chain.sequencer.mine();
      const old = await test.chain.seal();
      const { head } = test.chain.sequencer;
      test.clock.advance(5_000_000);
      assert.deepEqual(await test.rewind(0n, []), nothingLost);
      assert.ok(test.chain.sequencer.head.number > head.number);
      assert.equal(test.batches[0]!.outputs.firstTimestamp, old!.outputs.firstTimestamp + 5_000n);
      assert.notEqual(await blockOf(test, hash), undefined);
      await pay(test, ALICE);
      await test.sealAndVerify();
    });
  });

  it("moves operations that later batches took into the first, in the queue's order", async () => {
    await withChain({}, async (test) => {
      await pay(test, ALICE);
      await test.chain.seal();
      await test.request({ from: FROM_L1, to: SINK, valueWei: 100n });
      await pay(test, ALICE);
      await test.chain.seal();
      const operation = test.queueUnseen({ from: FROM_L1, to: SINK, valueWei: 10n });
      assert.deepEqual(await test.rewind(0n, [operation]), nothingLost);
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.priorityOpCount),
        [2n, 0n],
      );
      assert.equal(await balanceOf(test, SINK), 112n);
      await pay(test, BOB);
      await test.sealAndVerify();
    });
  });

  it("takes the operation first where the batch is too full to take it last", async () => {
    // By its gas limit of a million an operation surely fits after the opening, and not after twenty payments.
    await withChain({ limits: { gas: 1_400_000n } }, async (test) => {
      const payments: Hex[] = [];
      for (let i = 0; i < 20; i++) payments.push(await pay(test, ALICE));
      await test.chain.seal();
      assert.deepEqual(signedIn(test, 0n), payments);
      const operation = test.queueUnseen({ from: FROM_L1, to: SINK, valueWei: 10n });
      assert.deepEqual(await test.rewind(0n, [operation]), nothingLost);
      assert.equal(test.batches[0]!.outputs.priorityOpCount, 1n);
      assert.deepEqual(signedIn(test, 0n), payments);
      assert.equal(await balanceOf(test, SINK), 30n);
      const result = test.blocks.findIndex(({ transactions }) =>
        transactions.some((each) => each.kind === "unsigned" && each.to === SINK),
      );
      assert.ok(result < test.blocks.findIndex(({ transactions }) => transactions.some(({ kind }) => kind === "signed")));
      await pay(test, BOB);
      await test.sealAndVerify();
    });
  });

  it("returns a transaction whose nonce the operation has used up, and executes those of others", async () => {
    await withChain({}, async (test) => {
      await test.chain.sequencer.mine();
      await test.chain.seal();
      const [lost, kept] = [await pay(test, ALICE), await pay(test, BOB)];
      await test.chain.seal();
      const operation = test.queueUnseen({ from: ALICE.address, to: SINK, valueWei: 10n });
      const changes = await test.rewind(0n, [operation]);
      assert.deepEqual(
        changes.map(({ hash }) => hash),
        [lost],
      );
      assert.match(changes[0]!.reason, /nonce too low/);
      assert.equal(await blockOf(test, lost), undefined);
      assert.notEqual(await blockOf(test, kept), undefined);
    });
  });

  it("repeats imports, cheats and impersonated transactions, and keeps what waits in the pool", async () => {
    await withChain({ sequencer: { cheatsAllowed: true, firstBatch: 0n } }, async (test) => {
      const { chain } = test;
      await test.importRoots([{ registryIndex: 3n, root: `0x${"ab".repeat(32)}` }]);
      await chain.sequencer.cheat({ type: "balance", address: FROM_L1, balanceWei: 10n ** 18n });
      const impersonated = await chain.sequencer.impersonate({
        from: FROM_L1,
        to: SINK,
        valueWei: 5n,
        data: "0x",
        gasLimit: 100_000n,
      });
      const waiting = await ALICE.signRaw({ to: SINK, nonce: 1 });
      await chain.submit(waiting);
      const sealed = await chain.seal();
      assert.deepEqual(await test.rewind(0n, []), nothingLost);
      assert.equal(test.batches[0]!.outputs.cheatCount, sealed!.outputs.cheatCount);
      assert.deepEqual(test.batches[0]!.importedRoots, sealed!.importedRoots);
      assert.notEqual(await blockOf(test, impersonated), undefined);
      assert.equal(await balanceOf(test, SINK), 5n);
      assert.equal(chain.mempool.size, 1);
      await chain.submit(await ALICE.signRaw({ to: SINK, nonce: 0 }));
      await chain.sequencer.mine();
      assert.equal(chain.mempool.size, 0);
    });
  });

  it("keeps a user's mark from before the batch, and ends one that was taken in it", async () => {
    await withChain({}, async (test) => {
      const { chain } = test;
      const before = await chain.snapshot();
      await pay(test, ALICE);
      const within = await chain.snapshot();
      assert.deepEqual([chain.canRevert(before), chain.canRevert(within)], [true, true]);
      await chain.rewind(0n, [], () => void test.batches.splice(0));
      assert.deepEqual([chain.canRevert(before), chain.canRevert(within)], [true, false]);
      await chain.revert(before);
      assert.equal(await balanceOf(test, SINK), 0n);
    });
  });

  it("rewinds after a return to a user's mark, also to a batch that was executed meanwhile", async () => {
    await withChain({}, async (test) => {
      const { chain } = test;
      const first = await pay(test, ALICE);
      const mark = await chain.snapshot();
      await pay(test, BOB);
      await chain.seal();
      chain.executedOnL1(1n);
      await chain.revert(mark);
      await chain.seal();
      test.batches.shift();
      test.blocks.splice(0);
      const operation = test.queueUnseen({ from: FROM_L1, to: SINK, valueWei: 10n });
      assert.deepEqual(await chain.rewind(0n, [operation], () => void test.batches.splice(0)), nothingLost);
      assert.deepEqual(signedIn(test, 0n), [first]);
      assert.equal(test.batches[0]!.outputs.priorityOpCount, 1n);
    });
  });

  it("rewinds after a return to a user's mark to batches from before it that were executed meanwhile", async () => {
    await withChain({}, async (test) => {
      const { chain } = test;
      for (let i = 0; i < 2; i++) {
        await pay(test, ALICE);
        await chain.seal();
      }
      const mark = await chain.snapshot();
      await pay(test, BOB);
      await chain.seal();
      chain.executedOnL1(2n);
      await chain.revert(mark);
      test.batches.pop();
      assert.deepEqual([0n, 1n].map(chain.remembers), [true, true]);
      assert.deepEqual(await test.rewind(1n, []), nothingLost);
      chain.executedOnL1(2n);
      assert.deepEqual([0n, 1n].map(chain.remembers), [false, false]);
    });
  });

  it("keeps what it is doing when it is asked: blocks, cheats and the end of the batch among it", async () => {
    await withChain({ sequencer: { cheatsAllowed: true, firstBatch: 0n } }, async (test) => {
      const { chain } = test;
      chain.sequencer.setAutomatic(false);
      await chain.sequencer.mine();
      const hash = await pay(test, ALICE);
      const under = [
        chain.sequencer.mine(),
        chain.sequencer.cheat({ type: "balance", address: FROM_L1, balanceWei: 5n }),
        chain.seal(),
      ];
      const [lost] = await Promise.all([test.rewind(0n, []), ...under]);
      assert.deepEqual(lost, nothingLost);
      assert.deepEqual(signedIn(test, 0n), [hash]);
      assert.equal(await balanceOf(test, FROM_L1), 5n);
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.batchNumber),
        [0n],
      );
    });
  });

  it("has as many batches as before, also where the operations were all that later ones held", async () => {
    await withChain({}, async (test) => {
      await pay(test, ALICE);
      await test.chain.seal();
      for (let i = 0; i < 3; i++) {
        await test.request({ from: FROM_L1, to: SINK, valueWei: 100n });
        await test.chain.seal();
      }
      assert.deepEqual(await test.rewind(0n, []), nothingLost);
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.priorityOpCount),
        [3n, 0n, 0n, 0n],
      );
      for (const batch of test.batches) checkStatement(batch);
      await pay(test, BOB);
      await test.sealAndVerify();
    });
  });

  it("rewinds twice, but not to a state that L1 has executed", async () => {
    await withChain({}, async (test) => {
      for (let i = 0; i < 3; i++) {
        await pay(test, ALICE);
        await test.chain.seal();
      }
      test.chain.executedOnL1(1n);
      await assert.rejects(test.rewind(0n, []), /cannot rewind to before batch 0/);
      await test.rewind(1n, []);
      await test.rewind(1n, [test.queueUnseen({ from: FROM_L1, to: SINK, valueWei: 10n })]);
      assert.deepEqual(
        test.batches.map(({ outputs }) => outputs.priorityOpCount),
        [0n, 1n, 0n],
      );
      assert.equal(await balanceOf(test, SINK), 13n);
      for (const batch of test.batches) checkStatement(batch);
    });
  });
});
