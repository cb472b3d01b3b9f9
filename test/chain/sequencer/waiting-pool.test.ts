import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Mempool } from "../../../src/chain/mempool/mempool.ts";
import { WaitingPool } from "../../../src/chain/sequencer/waiting-pool.ts";
import { TestWallet } from "../support/wallet.ts";

/** A pool whose senders have sent nothing yet. */
function waitingPool(): WaitingPool {
  const mempool = new Mempool(
    { maxTransactions: 5, maxPerSender: 3, minGasPriceWei: 0n },
    { account: () => Promise.resolve({ nonce: 0n, balanceWei: 10n ** 20n, hasCode: false }) },
  );
  return new WaitingPool({ mempool, store: undefined });
}

describe("what waits to be in a block", () => {
  it("leaves no caller waiting if it returns to the pool after its predecessor was removed", async () => {
    const pool = waitingPool();
    const transaction = await new TestWallet(181).sign({ nonce: 1 });
    const included = pool.waiters.wait(transaction.hash).then(() => "taken in");
    assert.deepEqual(await pool.offer([transaction]), []);
    assert.equal(await Promise.race([included, new Promise((resolve) => setImmediate(resolve))]), "taken in");
  });

  it("stays in the pool when the chain returns to a mark before it could be offered", async () => {
    const pool = waitingPool();
    await pool.offer([await new TestWallet(182).sign({ nonce: 0 })]);
    const mark = pool.mark("snapshot");
    assert.equal(pool.takeAll().length, 1);
    assert.equal(pool.isOffering, true);
    pool.returnTo(mark);
    assert.equal(pool.isOffering, false);
  });
});
