import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { readdirSync } from "node:fs";
import type { OnRepeated } from "../../src/ecosystem/devnet/keeping/world.ts";
import { Kept } from "./support/kept.ts";

/** Chain whose validator is a separate process, with its key and signatures in the folder. */
const PASSING = { name: "passing", chainId: 300, quorum: { members: 1, threshold: 1 } };

describe("I8 B5: an ecosystem in a folder knows which chains were stopped and removed", () => {
  const repeated = new Map<string, readonly [done: number, total: number]>();
  const onRepeated: OnRepeated = (member, done, total) => void repeated.set(String(member), [done, total]);
  const kept = new Kept([271n, 272n], { relayer: true }, undefined, { onRepeated });
  before(() => kept.start());
  after(() => kept.end());
  const names = (): readonly string[] => kept.devnet.chains.map(({ name }) => name);

  test("a stopped chain stays so after a restart, with its pool, its open batch and what L1 has for it", async () => {
    await kept.pay(5n, 1);
    await kept.devnet.settle(272n);
    await kept.pay(6n, 1);
    const nonce = await kept.wallet(1, 1).getNonce();
    const waiting = await kept.wallet(1, 1).sendTransaction({ to: kept.wallet(2).address, value: 7n, nonce });
    await waiting.wait();
    const { hash } = await kept
      .wallet(1, 1)
      .sendTransaction({ to: kept.wallet(2).address, value: 8n, nonce: nonce + 2, gasLimit: 100_000n });
    await kept.devnet.stopChain(272n);
    await kept.deposit(1);
    const { pipeline } = kept.chain(1);
    const [progress, head] = [pipeline.progress(), pipeline.chain.sequencer.head];
    assert.equal(repeated.size, 0);
    await kept.restart();
    // It reports the progress of L1 and each chain before each step of their past, so that a user sees that a long start
    // advances.
    for (const member of ["L1", "271", "272"]) {
      const [done = 0, total = 0] = repeated.get(member) ?? [];
      assert.ok(total > 0 && done === total - 1, `${member}: ${done} of ${total}`);
    }
    const again = kept.chain(1);
    assert.equal(again.runSwitch.run, "stopped");
    await kept.pollL1();
    await kept.devnet.settle();
    assert.deepEqual([again.pipeline.progress(), again.pipeline.chain.sequencer.head.number], [progress, head.number]);
    assert.equal((await kept.devnet.status()).chains[1]?.stopped, true);
    assert.equal((await kept.devnet.dump()).bytes.length > 0, true);

    await kept.devnet.startChain(272n);
    await kept.wallet(1, 1).sendTransaction({ to: kept.wallet(2).address, value: 9n, nonce: nonce + 1, gasLimit: 100_000n });
    // Behind both in the chain's order; a client that begins to wait after their blocks would wait for another one.
    await kept.client(1).send("evm_mine", []);
    assert.notEqual(await kept.client(1).getTransactionReceipt(hash), null);
    assert.equal((await again.pipeline.pollL1()).operations.length, 1);
    assert.equal((await kept.devnet.settle(272n)).length, 1);
    await kept.restart();
    assert.equal(kept.chain(1).runSwitch.run, "running");
  });

  test("a removed chain does not come again, and nothing of it is in the folder", async () => {
    await kept.devnet.addChain(PASSING);
    await kept.pay(1n, 2);
    await kept.devnet.settle(300n);
    await kept.devnet.snapshot();
    assert.equal(readdirSync(kept.folder).includes("validator-300-1"), true);
    await kept.devnet.removeChain(300n, { force: true });
    await kept.devnet.removeChain(271n, { force: true });
    // The snapshot would have brought them back; it ends with the process.
    await kept.restart();
    assert.deepEqual(names(), ["chain-272"]);
    assert.equal(readdirSync(kept.folder).includes("validator-300-1"), false);
    await kept.pay(2n, 0);
    assert.equal((await kept.devnet.settle()).length, 1);
  });
});
