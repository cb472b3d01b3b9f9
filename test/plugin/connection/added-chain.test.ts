import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains, Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { createHardhat, ETHER, openUnproven } from "./support/open.ts";

const BOB = "0x00000000000000000000000000000000000b0b00";

describe("I8: tests add chains", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  const names = (): readonly string[] => [...hyperchains].map(({ name }) => name);

  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
  });
  after(() => connection.close());

  test("which come with a fixture, are members like the others, and go with the return from it", async () => {
    const mark = await hyperchains.snapshot();
    const withGamma = async (): Promise<Member> => hyperchains.addChain({ name: "gamma", chainId: 300 });
    const { loadFixture } = hyperchains.chain("alpha").networkHelpers;
    const gamma = await loadFixture(withGamma);
    assert.deepEqual(names(), ["alpha", "beta", "gamma"]);
    assert.equal(hyperchains.chain("gamma"), gamma);
    assert.equal(gamma.hyperchains, hyperchains);
    // The second time the fixture returns to the snapshot after the creation: the chain exists, and later
    // changes do not.
    for (let times = 0; times < 2; times++) {
      const loaded = await loadFixture(withGamma);
      assert.equal(loaded, gamma);
      assert.equal(await gamma.ethers.provider.getBalance(BOB), 0n);
      const sent = await hyperchains.send({ chain: "alpha", to: `${BOB}@gamma`, amount: ETHER });
      await sent.delivered();
      assert.equal(await gamma.ethers.provider.getBalance(BOB), ETHER);
      const token = await gamma.ethers.deployContract("L2TestToken", [5n, false, false]);
      assert.notEqual(await gamma.ethers.provider.getCode(await token.getAddress()), "0x");
    }
    await hyperchains.revert(mark);
    assert.deepEqual(names(), ["alpha", "beta"]);
    assert.throws(() => hyperchains.chain("gamma"), { code: "UnknownChain" });
    const again = await hyperchains.addChain({ name: "gamma", chainId: 300 });
    assert.notEqual(again, gamma);
    assert.equal(await again.ethers.provider.getBalance(BOB), 0n);
  });

  test("stop, start and remove them, and a return from a fixture undoes that", async () => {
    const before = async (): Promise<Member> => {
      const passing = await hyperchains.addChain({ name: "passing" });
      await hyperchains.settle();
      return passing;
    };
    const { loadFixture } = hyperchains.chain("alpha").networkHelpers;
    for (let times = 0; times < 2; times++) {
      const passing = await loadFixture(before);
      const { stopped } = await hyperchains.stopChain("passing");
      assert.equal(stopped, true);
      await assert.rejects(passing.ethers.provider.getBalance(BOB), /passing is paused/);
      // What a transaction on another chain sent is found all the same.
      const sent = await hyperchains.send({ chain: "alpha", to: `${BOB}@passing`, amount: ETHER });
      assert.equal((await hyperchains.message(sent.hash)).hash, sent.hash);
      assert.equal((await hyperchains.wallet(BOB)).members.at(-1)?.unavailable !== undefined, true);
      await hyperchains.startChain("passing");
      await sent.delivered();
      assert.equal(await passing.ethers.provider.getBalance(BOB), ETHER);
      await assert.rejects(hyperchains.removeChain("passing"), /passing has .*settle and relay first/);
      await hyperchains.settle();
      await hyperchains.relay();
      await hyperchains.settle();
      const { money } = await hyperchains.removeChain("passing");
      assert.match(money, /stays locked in L1's bridge/);
      assert.equal(names().includes("passing"), false);
      assert.throws(() => hyperchains.chain("passing"), { code: "UnknownChain" });
    }
  });

  test("to an ecosystem that runs elsewhere, too", async () => {
    const hre = await createHardhat({ url: hyperchains.l1.url });
    const remote = await hre.network.create("hyperchains");
    try {
      const delta = await remote.hyperchains.addChain({ name: "delta" });
      assert.equal(BigInt(String(await delta.provider.request({ method: "eth_chainId" }))), BigInt(delta.chainId));
      assert.equal(remote.hyperchains.chain("delta"), delta);
      const sent = await remote.hyperchains.deposit({ to: `${BOB}@delta`, amount: ETHER });
      await sent.delivered();
      assert.equal(await delta.ethers.provider.getBalance(BOB), ETHER);
      assert.equal((await remote.hyperchains.stopChain("delta")).stopped, true);
      assert.equal(remote.hyperchains.info.chains.at(-1)?.stopped, true);
      await remote.hyperchains.removeChain("delta", { force: true });
      assert.throws(() => remote.hyperchains.chain("delta"), { code: "UnknownChain" });
    } finally {
      await remote.close();
    }
  });
});
