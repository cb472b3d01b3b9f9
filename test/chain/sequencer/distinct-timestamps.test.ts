import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

const SINK = `0x${"c4".repeat(20)}` as const;

describe("A1: blocks with a second each", () => {
  let test: TestChain;
  const wallet = new TestWallet(220);

  before(async () => {
    test = await startTestChain({
      genesis: [{ address: wallet.address, balanceWei: 10n ** 18n }],
      distinctTimestamps: true,
      // Much younger than the seconds that blocks add.
      sequencer: { batches: { maxAgeMs: 2_000, maxTransactions: undefined } },
    });
  });
  after(() => test.chain.close());

  const send = async (): Promise<bigint> => {
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 1n }));
    return test.chain.sequencer.head.timestamp - GENESIS_TIMESTAMP;
  };
  const times = (): bigint[] => test.blocks.map(({ environment }) => environment.timestamp - GENESIS_TIMESTAMP);

  it("increase while the machine's clock is constant; the chain's own repeat a second", async () => {
    assert.deepEqual([await send(), await send(), await send()], [1n, 2n, 3n]);
    // The opening block is the first.
    assert.deepEqual(times(), [0n, 1n, 2n, 3n]);
    await test.chain.seal();
    assert.equal(await send(), 4n);
    assert.deepEqual(times().slice(4), [3n, 3n, 4n]);
    // Seconds that blocks add age no batch.
    for (let i = 5n; i < 12n; i++) assert.equal(await send(), i);
    assert.equal(test.batches.length, 1);
  });

  it("follow the clock where it is ahead, exactly, also as the first of a batch", async () => {
    await test.chain.seal();
    await test.chain.sequencer.skipTime(100n);
    // The clock stood at the last block's second.
    assert.equal(await send(), 111n);
    assert.deepEqual(times().slice(-2), [110n, 111n]);
  });

  it("have the timestamp that is set for them, which the chain's own blocks leave to them", async () => {
    await test.chain.seal();
    await test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 500n);
    await test.chain.sequencer.mine();
    assert.deepEqual(times().slice(-2), [499n, 500n]);
    await assert.rejects(test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 500n), {
      code: "TimestampInPast",
      message: /allowBlocksWithSameTimestamp/,
    });
    await assert.rejects(test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 499n), {
      code: "TimestampInPast",
      message: /is before it/,
    });
    await test.chain.sequencer.setNextTimestamp(GENESIS_TIMESTAMP + 501n);
    assert.equal(await send(), 501n);
    assert.equal(await send(), 502n);
  });

  it("are restored by a return to a mark", async () => {
    const mark = await test.chain.snapshot();
    const { nonce } = wallet;
    assert.equal(await send(), 503n);
    assert.equal(await send(), 504n);
    await test.chain.revert(mark);
    wallet.nonce = nonce;
    assert.equal(await send(), 503n);
    assert.deepEqual(test.faults, []);
  });
});
