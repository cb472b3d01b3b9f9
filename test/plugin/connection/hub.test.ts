import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { createWorkplace } from "../support/run-task.ts";
import { ETHER, openUnproven } from "./support/open.ts";

const PROVEN = { execution: "proven", pace: { aggregatorSeconds: 900 } } as const;

describe("hyperchains.hub", () => {
  const workplace = createWorkplace();
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  before(async () => {
    connection = await openUnproven({
      hubs: { main: { members: ["alpha", "beta"], aggregators: 4 } },
      chains: { alpha: PROVEN, beta: { ...PROVEN, facts: { from: ["alpha"] } } },
    });
    ({ hyperchains } = connection);
  });
  after(async () => {
    await connection.close();
    await workplace.close();
  });

  /** Sends coin on both chains, so that both have a batch to seal. */
  async function payOnBoth(): Promise<void> {
    for (const chain of hyperchains) {
      const [alice, bob] = await chain.ethers.getSigners();
      await alice!.sendTransaction({ to: bob!.address, value: ETHER });
    }
  }

  test("a block lands with a batch of each member, which L1 executes, also after a return to a snapshot", async () => {
    const mark = await hyperchains.snapshot();
    await payOnBoth();
    const hub = hyperchains.hub("main");
    const block = await hub.land(); // seals the members' open batches first
    assert.deepEqual(
      block.batches.map(({ chainId }) => chainId),
      [271, 272],
    );
    assert.deepEqual(
      (await hub.look()).aggregators.map(({ isRunning }) => isRunning),
      [true, true, true, true],
    );
    await hub.silence(3); // three of four decide
    assert.deepEqual(
      (await hub.look()).aggregators.map(({ account, isRunning }) => [account, isRunning]),
      [0, 1, 2, 3].map((account) => [account, account !== 3]),
    );
    const { transactionHash, ...decided } = block;
    assert.deepEqual(await hub.block(), decided);
    assert.equal(await hub.block(decided.number + 1), undefined);
    assert.equal((await hyperchains.l1.ethers.provider.getTransactionReceipt(transactionHash))?.status, 1);
    await hyperchains.settle();
    await payOnBoth();
    assert.equal((await hub.land()).number, decided.number + 1);
    await hyperchains.revert(mark);
    assert.equal((await hub.look()).block, 0);
    assert.deepEqual(
      (await hub.look()).aggregators.map(({ isRunning }) => isRunning),
      [true, true, true, true],
    );
  });

  test("a message to a member that takes facts waits for a fact or for L1, whichever is first", async () => {
    const [, bob] = await hyperchains.chain("beta").ethers.getSigners();
    const message = await hyperchains.send({ chain: "alpha", to: `${bob!.address}@beta`, amount: ETHER / 2n });
    const { waitingFor } = await message.refresh();
    assert.equal(waitingFor, "the receiving chain imports a fact about the sender's batch, or L1 has executed that batch");
  });

  test("two silent aggregators of four stop it, and starting one or clearing faults ends that", async () => {
    const hub = hyperchains.hub("main");
    await payOnBoth();
    await hub.silence(0);
    await hub.silence(1);
    await assert.rejects(hub.land(), /2 of 4 aggregators run, and 3 decide/);
    await hub.start(1);
    await hub.land();
    await hub.silence(1);
    await hyperchains.faults.clear();
    assert.ok((await hub.look()).aggregators.every(({ isRunning }) => isRunning));
    await hub.equivocate(0);
    assert.ok((await hub.look()).aggregators.every(({ isRunning, stakeWei }) => isRunning && stakeWei === undefined));
    await hub.start(0);
    await assert.rejects(hub.silence(4), /main has no aggregator with account 4; its aggregators are accounts 0, 1, 2, 3/);
  });

  test("other aggregators are scheduled by account, shown with their second, and replaced", async () => {
    const hub = hyperchains.hub("main");
    assert.equal((await hub.look()).scheduled, undefined);
    const { epoch, since, aggregators } = await hub.schedule([4, 1, 2, 3]);
    const { timestamp } = (await hyperchains.l1.ethers.provider.getBlock("latest"))!;
    assert.deepEqual([epoch, since], [1, timestamp + 3_600]);
    assert.deepEqual(
      aggregators.map(({ account }) => account),
      [1, 2, 3, 4],
    );
    const run = (...args: readonly string[]) =>
      workplace.run(["hyperchain:hub", "main", ...args, "--url", hyperchains.info.chains[0]!.url]);
    const shown = await run("--schedule", "0,2");
    assert.equal(shown.code, 0, shown.stderr);
    assert.match(
      shown.stdout,
      /Aggregators from \d{4}-\S+Z on L1 \(epoch 1\)\naccount 0 +0x[0-9a-f]{40}\naccount 2 +0x[0-9a-f]{40}\n/,
    );
    const { scheduled } = JSON.parse((await run("--json")).stdout) as { readonly scheduled: { readonly aggregators: unknown[] } };
    assert.equal(scheduled.aggregators.length, 2);
    for (const wrong of ["", "1,1", "0,1,2,3,4,5,6,7", "32", "-1", "0x5", "one"]) {
      const { code, stderr } = await run("--schedule", wrong);
      assert.equal(code, 1, wrong);
      assert.match(stderr, /names no aggregators; write 1 to 7 different numbers of the hub's accounts, each from 0 to 31/);
    }
    for (const wrong of [[], [1, 1], [32], ["1"], [0.5]] as number[][])
      await assert.rejects(hub.schedule(wrong), /params\[1\] must be a list of the next aggregators: 1 to 7 different numbers/);
    assert.equal((await hub.look()).scheduled?.epoch, 1);
  });

  test("an unknown hub is refused by name, and the only one needs none", async () => {
    assert.throws(() => hyperchains.hub("other"), { name: "ClientError", code: "UnknownHub", message: /the ecosystem has main/ });
    const run = (...args: readonly string[]) =>
      workplace.run(["hyperchain:hub", ...args, "--url", hyperchains.info.chains[0]!.url]);
    await payOnBoth();
    const landed = await run("--land", "--json");
    assert.equal(landed.code, 0, landed.stderr);
    const { block, newest } = JSON.parse(landed.stdout) as {
      readonly block: number;
      readonly newest: { readonly batches: readonly unknown[] };
    };
    assert.deepEqual([block, newest.batches.length], [(await hyperchains.hub("main").look()).block, 2]);
    const shown = await run("main");
    assert.match(shown.stdout, /Hub main of alpha, beta \(0x[0-9a-f]{40} on L1\)/);
    assert.match(shown.stdout, /Aggregators\naccount 0 +0x[0-9a-f]{40} +runs +block 2\naccount 1 +0x/);
    assert.match(shown.stdout, /Block \d+\nalpha +batch \d+/);
    const refused = await run("other");
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, /there is no hub "other"; the ecosystem has main/);
  });
});
