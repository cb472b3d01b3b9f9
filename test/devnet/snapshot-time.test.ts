import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { NetworkHelpers } from "../../node_modules/@nomicfoundation/hardhat-network-helpers/dist/src/internal/network-helpers/network-helpers.js";
import { connectInProcess } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import type { Eip1193Provider } from "../../src/chain/node/serving/eip1193.ts";
import { ALICE, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { until } from "../support/until.ts";

const [A, B] = [271n, 272n];
const DELAY = 3_600;
/** Far more than a test takes, on the slowest machine. */
const LONG = 1_000_000;
const CAROL = "0x00000000000000000000000000000000000ca201";

interface Member {
  readonly name: string;
  readonly provider: Eip1193Provider;
  readonly helpers: NetworkHelpers<string>;
}

function helpersOf(networkName: string, provider: Eip1193Provider): NetworkHelpers<string> {
  return new NetworkHelpers({ provider, networkName } as unknown as ConstructorParameters<typeof NetworkHelpers>[0]);
}

describe("B4: one clock for L1 and all chains", () => {
  let devnet: FlowDevnet;
  let members: readonly Member[];
  before(async () => {
    devnet = await startFlowDevnet([A, { chainId: B, executionDelaySeconds: DELAY }], { proofs: "none" });
    const all = [{ name: "L1", provider: devnet.l1.eip1193 }, ...devnet.chains];
    members = all.map(({ name, provider }) => ({ name, provider, helpers: helpersOf(name, provider) }));
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** The time of a fresh block on each member. */
  const times = async (): Promise<number[]> => {
    const latest: number[] = [];
    for (const { helpers } of members) {
      await helpers.mine();
      latest.push(await helpers.time.latest());
    }
    return latest;
  };
  const isClose = (got: number, expected: number, what: string): void =>
    assert.ok(got >= expected && got < expected + LONG / 2, `${what}: ${got - expected}`);

  for (const place of [0, 1, 2]) {
    const name = ["L1", "chain A", "chain B"][place]!;

    test(`time.increase on ${name} moves everyone, and a snapshot brings everyone back`, async () => {
      const { helpers } = members[place]!;
      const start = await times();
      const snapshot = await helpers.takeSnapshot();
      const before = await helpers.time.latest();
      assert.equal(await helpers.time.increase(LONG), before + LONG);
      // Blocks of users that come faster than the clock lead it by their seconds, so the moved clock is what bounds every member.
      for (const [i, time] of (await times()).entries()) isClose(time, before + LONG, members[i]!.name);
      await snapshot.restore();
      assert.equal(await helpers.time.latest(), before);
      for (const [i, time] of (await times()).entries()) isClose(time, start[i]!, members[i]!.name);
    });

    test(`time.increaseTo, setNextBlockTimestamp and mine at intervals are exact on ${name}`, async () => {
      const { helpers, provider } = members[place]!;
      const target = (await helpers.time.latest()) + LONG;
      await helpers.time.increaseTo(target);
      assert.equal(await helpers.time.latest(), target);
      await helpers.time.setNextBlockTimestamp(target + 500);
      await helpers.mine();
      assert.equal(await helpers.time.latest(), target + 500);
      await provider.request({ method: "evm_mine", params: [target + LONG] });
      assert.equal(await helpers.time.latest(), target + LONG);
      for (const [i, time] of (await times()).entries()) isClose(time, target + LONG, members[i]!.name);
      const [height, first] = [await helpers.time.latestBlock(), await helpers.time.latest()];
      await helpers.mine(5, { interval: 60 });
      assert.equal(await helpers.time.latestBlock(), height + 5);
      isClose(await helpers.time.latest(), first + 4 * 60, name);
      await provider.request({ method: "evm_increaseTime", params: [1_000] });
      await helpers.mine();
      isClose(await helpers.time.latest(), first + 4 * 60 + 1_000, name);
      await assert.rejects(helpers.time.setNextBlockTimestamp(target));
      await devnet.settle(A);
    });

    test(`loadFixture on ${name} restores everything, again and again`, async () => {
      const { helpers } = members[place]!;
      const client = connectInProcess(A, devnet.chains[0]!.provider);
      const alice = devnet.accounts.wallet(ALICE).connect(client);
      let runs = 0;
      async function fixture(): Promise<bigint> {
        runs++;
        await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
        return client.getBalance(CAROL);
      }
      const first = await helpers.loadFixture(fixture);
      const heights = await Promise.all(members.map((member) => member.helpers.time.latestBlock()));
      for (let i = 0; i < 3; i++) {
        await (await alice.sendTransaction({ to: CAROL, value: 1n })).wait();
        await devnet.settle(A);
        assert.equal(await helpers.loadFixture(fixture), first);
        assert.equal(await client.getBalance(CAROL), first);
        assert.deepEqual(await Promise.all(members.map((member) => member.helpers.time.latestBlock())), heights);
      }
      assert.equal(runs, 1);
      client.destroy();
    });
  }

  test("a batch waits for its delay, and is executed as soon as the time is moved; also after a return to that point", async () => {
    const [, b] = devnet.chains;
    const helpers = members[2]!.helpers;
    await helpers.mine();
    const batch = await b!.pipeline.seal();
    const settled = b!.pipeline.settled(batch!.outputs.batchNumber);
    await until(() => b!.pipeline.progress().proven >= b!.pipeline.progress().sealed);
    const waiting = await devnet.snapshot();
    await helpers.time.increase(DELAY + 10);
    assert.equal((await settled).receipts.execute?.status, 1);
    assert.equal(await devnet.revert(waiting), true);
    assert.equal(b!.pipeline.progress().executed, b!.pipeline.progress().sealed - 1);
    await members[1]!.helpers.time.increase(DELAY + 10);
    assert.equal((await b!.pipeline.settled(batch!.outputs.batchNumber)).receipts.execute?.status, 1);
  });

  test("a batch is not held up by a timestamp that was fixed for L1 and never used, or by a time put back", async () => {
    const [l1, a] = members as [Member, Member, Member];
    const now = await a.helpers.time.latest();
    await l1.helpers.mine();
    await l1.helpers.time.setNextBlockTimestamp(now + LONG);
    await a.helpers.time.increaseTo(now + 2 * LONG);
    assert.ok((await devnet.settle(A)).length > 0);
    const head = await l1.helpers.time.latest();
    await a.helpers.time.increase(LONG);
    await l1.provider.request({ method: "evm_mine", params: [head + LONG / 2] });
    assert.ok((await l1.helpers.time.latest()) < (await a.helpers.time.latest()));
    assert.ok((await devnet.settle(A)).length > 0);
  });

  test("an impossible time of a block is refused, and everything continues", async () => {
    for (const { provider, helpers } of members) {
      await assert.rejects(provider.request({ method: "evm_increaseTime", params: ["0xffffffffffffff"] }));
      await assert.rejects(provider.request({ method: "evm_setNextBlockTimestamp", params: ["0xffffffffffffff"] }));
      await assert.rejects(provider.request({ method: "hardhat_mine", params: ["0x2", "0xffffffffffffff"] }));
      await helpers.mine();
    }
    assert.ok((await devnet.settle(A)).length > 0);
  });

  test("network helpers change a chain's state, and L1 executes the batch", async () => {
    const { helpers, provider } = members[1]!;
    const whale = "0x000000000000000000000000000000000c0ffee0";
    await helpers.impersonateAccount(whale);
    await helpers.setBalance(whale, 3n * ETHER);
    await helpers.setCode(CAROL, "0x5f5ff3");
    await helpers.setStorageAt(CAROL, 1, 7);
    await helpers.setNonce(whale, 4);
    const hash = await provider.request({ method: "eth_sendTransaction", params: [{ from: whale, to: CAROL, value: "0x5" }] });
    const receipt = (await provider.request({ method: "eth_getTransactionReceipt", params: [hash] })) as {
      readonly status: string;
    };
    assert.equal(receipt.status, "0x1");
    assert.equal(await helpers.getStorageAt(CAROL, 1), `0x${"00".repeat(31)}07`);
    await helpers.stopImpersonatingAccount(whale);
    const batch = await devnet.chains[0]!.pipeline.seal();
    assert.equal(batch!.outputs.cheatCount, 5n);
    assert.equal((await devnet.chains[0]!.pipeline.settled(batch!.outputs.batchNumber)).receipts.execute?.status, 1);
  });
});
