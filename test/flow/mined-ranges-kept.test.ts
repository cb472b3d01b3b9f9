import assert from "node:assert/strict";
import { test } from "node:test";
import { answers, Kept } from "./support/kept.ts";

test("A1 I8: blocks that were mined in one call are settled with real proofs, and are the same after a restart", async () => {
  const kept = new Kept([271n], { proofs: "stark", prover: { workers: 2 } });
  await kept.start();
  try {
    const numberNow = async (): Promise<number> => Number(await kept.request("eth_blockNumber"));
    const first = await numberNow();
    // 700, two seconds apart.
    await kept.request("hardhat_mine", "0x2bc", "0x2");
    assert.equal((await numberNow()) - first, 700);
    const [settled] = await kept.devnet.settle(271n);
    assert.ok((settled?.proof?.bytes ?? 0) > 0, "a proof went to L1");
    // In the next batch: the open batch is stored also. Its opening is a separate block.
    const second = await numberNow();
    await kept.request("hardhat_mine", "0x12c");
    assert.equal((await numberNow()) - second, 301);
    await kept.pollL1();
    const before = await answers(kept.devnet);
    await kept.restart();
    assert.deepEqual(await answers(kept.devnet), before);
    await kept.pay(1n);
    assert.equal((await kept.devnet.settle(271n)).length, 1);
  } finally {
    await kept.end();
  }
});
