import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Kept } from "./support/kept.ts";

describe("H5: a pace that keeps proofs back, when its ecosystem starts again", () => {
  const chain = { chainId: 271n, batches: { maxAgeMs: undefined, maxTransactions: 1 }, pace: { maxBatches: 3 } };
  const kept = new Kept([chain]);
  before(async () => {
    await kept.start();
    // The deposits of the start are a batch of their own.
    await kept.devnet.settle();
  });
  after(() => kept.end());

  /** Until L1 has the commits of all batches. */
  const committed = async (): Promise<number> => {
    const progress = () => kept.chain().pipeline.progress();
    while (progress().committed < progress().sealed) await kept.devnet.l1.request("eth_blockNumber");
    return progress().sealed;
  };

  test("waits on with what waited, and sends all when their number is reached", async () => {
    const before = kept.chain().pipeline.progress().executed;
    for (const value of [1n, 2n]) await kept.pay(value);
    assert.equal(await committed(), before + 2);
    assert.match(kept.chain().pipeline.waitsFor() ?? "", /^2 proofs .*kept back by the chain's pace/);
    await kept.restart();
    assert.equal(kept.chain().pipeline.progress().executed, before);
    // Proofs are made again, and wait as before.
    while (kept.chain().pipeline.waitsFor() === undefined) await kept.devnet.l1.request("eth_blockNumber");
    await kept.pay(3n);
    while (kept.chain().pipeline.progress().executed < before + 3) await kept.devnet.l1.request("eth_blockNumber");
    assert.equal(kept.chain().pipeline.waitsFor(), undefined);
    assert.deepEqual(kept.devnet.faults, []);
  });

  test("goes on after the end of a process in which a user had settled", async () => {
    await kept.pay(4n);
    await committed();
    await kept.devnet.settle();
    await kept.restart();
    const { executed, sealed } = kept.chain().pipeline.progress();
    assert.equal(executed, sealed);
  });
});
