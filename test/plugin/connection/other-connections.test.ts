import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { createHardhat, openUnproven } from "./support/open.ts";

const NOBODY = "0x00000000000000000000000000000000000a11ce";

describe("I2: other connections", () => {
  test("say where ecosystems are to be had", async () => {
    const hre = await createHardhat();
    const connection = await hre.network.create();
    assert.throws(() => connection.hyperchains, /the network "default" has no ecosystem: use network.create\("hyperchains"\)/);
    await connection.close();
  });

  test("a network of the user's own is an ecosystem with its own chains, and closed it answers nothing", async () => {
    const hre = await createHardhat({ chains: { one: {} } });
    const override = { hyperchains: { chains: { uno: { chainId: 1001 }, due: {}, tre: {} }, proofs: "none" } } as const;
    const connection = await hre.network.create({ network: "hyperchains", override });
    const chains = [...connection.hyperchains];
    const names = chains.map(({ name, chainId }) => [name, chainId]);
    await connection.close();
    assert.deepEqual(names, [
      ["uno", 1001],
      ["due", 272],
      ["tre", 273],
    ]);
    await assert.rejects(chains[0]!.provider.request({ method: "eth_chainId" }), /the connection is closed/);
    await assert.rejects(fetch(chains[0]!.url, { method: "POST", body: "{}" }));
  });

  test('"hyperchain" is the first chain itself, so that suites run on it unchanged', async () => {
    const hre = await createHardhat({ proofs: "none" });
    const connection = await hre.network.create("hyperchain");
    const { ethers, networkHelpers, hyperchains } = connection;
    assert.equal((await ethers.provider.getNetwork()).chainId, 271n);
    assert.deepEqual(
      hyperchains.chains.map(({ name }) => name),
      ["alpha"],
    );
    const fixture = async () => ethers.deployContract("CallTarget");
    const target = await networkHelpers.loadFixture(fixture);
    await (await target.getFunction("double").send(2n)).wait();
    assert.equal((await networkHelpers.loadFixture(fixture)).target, target.target);
    await connection.close();
    await assert.rejects(ethers.provider.getBlockNumber(), /the connection is closed/);
    await assert.rejects(fetch(hyperchains.l1.url, { method: "POST", body: "{}" }));
  });

  test("I5: what a network says about its ecosystem is checked", async () => {
    const hre = await createHardhat();
    const create = (hyperchains: object) => hre.network.create({ network: "hyperchains", override: { hyperchains } });
    await assert.rejects(create({ proofs: "fast" }), /hyperchains\.proofs[\s\S]*must be "stark" or "none"/);
    await assert.rejects(create({ chain: {} }), /"chain" is not a field; the fields are/);
  });

  test("a running ecosystem is joined by its URL, and survives", async () => {
    const owner = await openUnproven();
    const guestHre = await createHardhat({ url: owner.hyperchains.l1.url });
    const guest = await guestHre.network.create("hyperchains");
    const { hyperchains } = guest;
    assert.deepEqual(hyperchains.info, owner.hyperchains.info);
    const sent = await hyperchains.send({ chain: "alpha", to: `${NOBODY}@beta`, amount: 9n });
    await sent.delivered();
    await (await hyperchains.deposit({ to: `${NOBODY}@beta`, amount: 4n })).delivered();
    await guest.close();
    // A chain's URL does as well: the connection is then that chain's.
    const chainHre = await createHardhat({ url: owner.hyperchains.chain("beta").url });
    const onChain = await chainHre.network.create("hyperchains");
    assert.equal(onChain.hyperchains.chain("beta"), onChain);
    assert.equal((await onChain.hyperchains.l1.ethers.provider.getNetwork()).chainId, 31337n);
    await (await onChain.hyperchains.deposit({ to: `${NOBODY}@alpha`, amount: 6n })).delivered();
    assert.equal(await onChain.hyperchains.chain("alpha").ethers.provider.getBalance(NOBODY), 6n);
    await onChain.close();
    assert.equal(await owner.hyperchains.chain("beta").ethers.provider.getBalance(NOBODY), 13n);
    await owner.close();
    const late = await createHardhat({ url: owner.hyperchains.l1.url });
    await assert.rejects(
      late.network.create("hyperchains"),
      /no ecosystem answers at .*; start one with "npx hardhat hyperchain:spawn"/,
    );
  });
});
