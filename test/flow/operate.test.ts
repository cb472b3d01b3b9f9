import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../src/chain/clock.ts";
import type { SettledBatch } from "../../src/devnet/chains/settled-batch.ts";
import { operateChain } from "../../src/devnet/reconstruction/operate-chain.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { ALICE, BOB, clientOf, dependencies } from "./support/devnet.ts";
import { RebuiltRollup } from "./support/rebuilt-rollup.ts";

test("A7: a rebuilt chain is operated by somebody else: its users go on at another URL, and L1 executes what they do", async () => {
  const rollup = await RebuiltRollup.start(3, [], { prover: { mode: "none" } });
  try {
    const { devnet } = rollup;
    await rollup.settle();
    const rebuilt = await rollup.rebuild();
    const faults: unknown[] = [];
    const settled: SettledBatch[] = [];
    const operated = await operateChain(
      rebuilt,
      { l1Url: devnet.l1.url, key: rollup.operator().privateKey as Hex, host: "127.0.0.1", port: 0, batchAgeMs: 50, pollIntervalMs: 50, minGasPriceWei: 0n },
      { connect: dependencies.connectChain, clock: systemClock, onSettled: (batch) => settled.push(batch), onWait: () => undefined, onStop: (error) => faults.push(error) },
    );
    const client = clientOf({ chainId: rebuilt.contract.configuration.chainId, url: operated.url });
    try {
      assert.equal(operated.proverMode, "none");
      const to = devnet.accounts.wallet(BOB).address;
      const before = await client.getBalance(to);
      const receipt = await (await devnet.accounts.wallet(ALICE).connect(client).sendTransaction({ to, value: 5n })).wait();
      assert.equal(receipt?.status, 1);
      assert.equal((await client.getBalance(to)) - before, 5n);
      while (settled.length === 0 && faults.length === 0) await client.getBlockNumber();
      assert.deepEqual(faults, []);
      const after = await rollup.rebuild();
      assert.equal(after.stateRoot, digestToHex(settled.at(-1)!.batch.newStateRoot));
      assert.ok(after.batches.length > rebuilt.batches.length);
      // What L1 knows of the batch, the chain's readers learn.
      const details = (await client.send("zks_getL1BatchDetails", [rebuilt.batches.length])) as { readonly executeTxHash: string };
      assert.equal(details.executeTxHash, settled[0]!.receipts.execute?.hash);
    } finally {
      client.destroy();
      await operated.close();
    }
  } finally {
    await rollup.close();
  }
});
