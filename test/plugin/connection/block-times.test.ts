import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { createHardhat, openUnproven } from "./support/open.ts";

/** Deploys code that reverts where it ran in this second before: votes, oracles and timelocks tell blocks apart by their time. */
const ONCE_A_SECOND = "0x600f8060095f395ff3425f5414600b57425f55005b5f5ffd";
/** Deploys 30,000 zeros: PUSH2 PUSH0 RETURN. */
const LARGE_INIT_CODE = "0x6175305ff3";
const RULES = { allowBlocksWithSameTimestamp: true, allowUnlimitedContractSize: true };
const HOUR = 3_600;

/** Timestamps of `count` transactions, a block each. */
async function timestamps({ ethers }: Member, count: number): Promise<number[]> {
  const [signer] = await ethers.getSigners();
  const found: number[] = [];
  for (let i = 0; i < count; i++) {
    const receipt = await (await signer!.sendTransaction({ to: signer!.address, value: 1n })).wait();
    found.push((await receipt!.getBlock()).timestamp);
  }
  return found;
}

describe("A1: times of blocks in tests", () => {
  let connection: NetworkConnection;
  let alpha: Member;
  let beta: Member;
  before(async () => {
    connection = await openUnproven();
    [alpha, beta] = [connection.hyperchains.chain("alpha"), connection.hyperchains.chain("beta")];
  });
  after(() => connection.close());

  test("transactions in consecutive blocks have different timestamps, on each chain", async () => {
    for (const member of [alpha, beta]) {
      const found = await timestamps(member, 5);
      assert.ok(
        found.every((time, i) => i === 0 || time > found[i - 1]!),
        found.join(),
      );
    }
  });

  test("what tells blocks apart by their time works in consecutive blocks", async () => {
    const [signer] = await alpha.ethers.getSigners();
    const created = await (await signer!.sendTransaction({ data: ONCE_A_SECOND })).wait();
    for (let i = 0; i < 4; i++) {
      const receipt = await (await signer!.sendTransaction({ to: created!.contractAddress })).wait();
      assert.equal(receipt?.status, 1);
    }
  });

  test("time is moved as in Hardhat's network, also for the first block of a batch", async () => {
    const { time } = alpha.networkHelpers;
    for (const isFirst of [false, true]) {
      if (isFirst) await connection.hyperchains.settle();
      const start = await time.latest();
      const then = await time.increase(HOUR);
      assert.equal(await time.latest(), then);
      assert.ok(then >= start + HOUR && then <= start + HOUR + 2, `${start} ${then}`);
      if (isFirst) await connection.hyperchains.settle();
      await time.setNextBlockTimestamp(then + 50);
      assert.deepEqual(await timestamps(alpha, 2), [then + 50, then + 51]);
      await time.increaseTo(then + 100);
      assert.equal(await time.latest(), then + 100);
      await assert.rejects(time.setNextBlockTimestamp(then + 100), /allowBlocksWithSameTimestamp/);
    }
    const before = await time.latest();
    await alpha.networkHelpers.mine(3, { interval: 12 });
    assert.ok((await time.latest()) >= before + 24);
  });

  test("the other chain and L1 are not earlier, and L1 executes these blocks", async () => {
    await timestamps(alpha, 30);
    const latest = await alpha.networkHelpers.time.latest();
    assert.ok((await timestamps(beta, 1))[0]! >= latest);
    assert.ok((await connection.hyperchains.settle()).length > 0);
    const { timestamp } = (await connection.ethers.provider.getBlock("latest"))!;
    assert.ok(timestamp >= latest, `${timestamp} ${latest}`);
  });

  test("a fixture takes its time back, and blocks after it have a second each again", async () => {
    const { networkHelpers } = alpha;
    async function fixture() {
      return networkHelpers.time.latest();
    }
    const start = await networkHelpers.loadFixture(fixture);
    const [first] = await timestamps(alpha, 3);
    await networkHelpers.loadFixture(fixture);
    assert.equal(await networkHelpers.time.latest(), start);
    const again = await timestamps(alpha, 3);
    assert.ok(again[0]! - first! <= 2, `${first} ${again.join()}`);
    assert.ok(new Set(again).size === 3);
  });

  test("a network that allows it repeats seconds, and one that allows it deploys code of any size", async () => {
    const hre = await createHardhat({ proofs: "none" });
    const other = await hre.network.create({ network: "hyperchains", override: RULES });
    try {
      const member = other.hyperchains.chain("alpha");
      const latest = await member.networkHelpers.time.latest();
      await member.networkHelpers.time.setNextBlockTimestamp(latest + 10);
      await timestamps(member, 1);
      await member.networkHelpers.time.setNextBlockTimestamp(latest + 10);
      assert.deepEqual(await timestamps(member, 1), [latest + 10]);
      const [signer] = await member.ethers.getSigners();
      const created = await (await signer!.sendTransaction({ data: LARGE_INIT_CODE })).wait();
      assert.equal((await member.ethers.provider.getCode(created!.contractAddress!)).length, 2 + 2 * 30_000);
      await assert.rejects((await alpha.ethers.getSigners())[0]!.sendTransaction({ data: LARGE_INIT_CODE }));
    } finally {
      await other.close();
    }
  });
});
