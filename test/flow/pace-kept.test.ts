import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { until } from "../support/until.ts";
import { Kept } from "./support/kept.ts";

describe("H5: a pace that keeps proofs back, when its ecosystem starts again", () => {
  const chain = { chainId: 271n, batches: { maxAgeMs: undefined, maxTransactions: 1 }, pace: { maxBatches: 3 } };
  const kept = new Kept([chain]);
  before(async () => {
    await kept.start();
    // The deposits of the start are a separate batch.
    await kept.devnet.settle();
  });
  after(() => kept.end());

  const progress = () => kept.chain().pipeline.progress();
  const waitsFor = () => kept.chain().pipeline.waitsFor();
  /** Waits until L1 has the commits of this number of batches. A batch is sealed after the answer to its last transaction. */
  const committed = async (batches: number): Promise<void> => {
    await until(() => progress().sealed >= batches && progress().committed === progress().sealed);
    assert.equal(progress().sealed, batches);
  };

  test("waits on with what waited, and sends all when their number is reached", async () => {
    const before = progress().executed;
    for (const value of [1n, 2n]) await kept.pay(value);
    await committed(before + 2);
    await until(() => waitsFor()?.startsWith("1 proof is") === false);
    assert.match(waitsFor() ?? "", /^2 proofs .*kept back by the chain's pace/);
    await kept.restart();
    assert.equal(progress().executed, before);
    // Proofs are repeated, and wait as before.
    await until(() => waitsFor() !== undefined);
    await kept.pay(3n);
    await until(() => progress().executed >= before + 3);
    assert.equal(waitsFor(), undefined);
    assert.deepEqual(kept.devnet.faults, []);
  });

  test("continues after the end of a process in which a user had settled", async () => {
    const before = progress().sealed;
    await kept.pay(4n);
    await committed(before + 1);
    await kept.devnet.settle();
    await kept.restart();
    const { executed, sealed } = progress();
    assert.equal(executed, sealed);
  });
});
