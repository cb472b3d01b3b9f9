import assert from "node:assert/strict";
import { it } from "node:test";
import { Wallet } from "ethers";
import hre from "hardhat";
import { systemClock, type Clock } from "../../src/ground/runtime/clock.ts";
import type { EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { serveFaultyL1 } from "../support/faulty-l1.ts";
import { BOB, clientOf, ETHER, startFlowDevnet } from "../flow/support/devnet.ts";

const CHAIN_ID = 271n;
const OWNER = Wallet.createRandom();
/** Clock that reports full waits, but hardly waits in real time. */
const hurried: Clock = { ...systemClock, after: (ms, call) => systemClock.after(Math.min(ms, 2), call) };

it("A6: chains outlast an unreachable remote L1: they continue working, report the wait once, and settle after its return", async () => {
  const connection = await hre.network.create({ network: "local", override: { allowBlocksWithSameTimestamp: true } });
  await connection.provider.request({
    method: "hardhat_setBalance",
    params: [OWNER.address, `0x${(1_000n * ETHER).toString(16)}`],
  });
  const l1 = await serveFaultyL1((method, params) => connection.provider.request({ method, params: [...params] }));
  const said: (string | undefined)[] = [];
  const devnet = await startFlowDevnet(
    [CHAIN_ID],
    {
      proofs: "none",
      l1: { url: l1.url, deployerKey: OWNER.privateKey as `0x${string}` },
      fundedAccounts: [BOB],
      fundingWei: ETHER,
      pollIntervalMs: 10,
    },
    { clock: hurried, onUpdate: (_chainId, update) => update.type === "waiting" && said.push(update.reason) },
  );
  const [chain] = devnet.chains;
  const client = clientOf(chain!);
  try {
    const bob = devnet.accounts.wallet(BOB).connect(client);
    while ((await client.getBalance(bob.address)) === 0n) await devnet.relay();

    let refused = 0;
    l1.decide = () => (refused++ % 2 === 0 ? "unseen" : "limited");
    const pay = async () => (await bob.sendTransaction({ to: devnet.accounts.wallet(3).address, value: 1n })).wait();
    assert.equal((await pay())?.status, 1, "users notice nothing");
    const settled = devnet.settle();
    const isWaiting = (): boolean => chain!.pipeline.progress().sealed > chain!.pipeline.progress().executed;
    while (refused < 60 || !isWaiting()) assert.equal((await pay())?.status, 1);
    assert.equal(said.length, 1, "said once");
    assert.match(said[0]!, /L1 does not answer as it should \(/);
    const status = async (...params: unknown[]) =>
      (await chain!.provider.request({ method: "hyperchain_status", params })) as EcosystemStatus;
    const away = await status();
    assert.match(away.chains[0]!.waitsFor ?? "", /L1 does not answer as it should \(/);
    assert.match(away.messages.outdated ?? "", /socket hang up|429/);

    l1.decide = () => "answered";
    const [batch] = await settled;
    assert.ok(batch!.l1Transactions.execute !== undefined);
    while (said.length < 2) await client.getBlockNumber();
    assert.equal(said[1], undefined, "the end is reported");
    const back = await status({ fresh: true });
    assert.equal(back.chains[0]!.waitsFor, undefined);
    assert.deepEqual(back.messages, { inFlight: 0, delivered: 0, failed: 0, ended: 0, ready: [], stuck: [] });
    assert.deepEqual(devnet.faults, []);
  } finally {
    client.destroy();
    await devnet.close();
    await l1.close();
    await connection.close();
  }
});
