import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import { announceName, takeName } from "../../../src/ecosystem/client/names/names.ts";
import { deployNames } from "../../../src/ecosystem/client/names/names-contract.ts";
import type { Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { ETHER, openUnproven } from "./support/open.ts";

const BOB = "0x0000000000000000000000000000000000000b0b";

describe("C9: names in the test API", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    const [signer] = await hyperchains.l1.ethers.getSigners();
    assert.ok(signer);
    await deployNames(hyperchains.info, signer);
    const request = { chain: "beta", label: "bob", account: BOB };
    const { secret } = await announceName(hyperchains.info, request, signer);
    await takeName(hyperchains.info, { ...request, secret }, signer);
  });
  after(() => connection.close());

  test("deposits, sends, calls and their estimates take names", async () => {
    const { ethers } = hyperchains.chain("beta");
    await (await hyperchains.deposit({ to: "bob@beta", amount: ETHER })).delivered();
    await (await hyperchains.send({ chain: "alpha", to: "bob@272", amount: 2n * ETHER })).delivered();
    await (await hyperchains.call({ chain: "alpha", to: "bob@beta", data: "0x", value: 4n * ETHER })).delivered();
    assert.equal(await ethers.provider.getBalance(BOB), 7n * ETHER);
    assert.ok((await hyperchains.estimateSend({ chain: "alpha", to: "bob@beta", amount: 1n })).deliveryGas > 0n);
    assert.ok((await hyperchains.estimateCall({ chain: "alpha", to: "bob@beta", data: "0x", value: 1n })).gasLimit > 0n);
  });

  test("a number is a development account, wherever an account is named", async () => {
    // The eighth of the public phrase "test test … junk".
    const seventh = "0x14dC79964da2C08b23698B3D3cc7Ca32193d9955";
    const { provider } = hyperchains.chain("beta").ethers;
    const before = await provider.getBalance(seventh);
    await (await hyperchains.deposit({ to: "7@beta", amount: 1n })).delivered();
    await (await hyperchains.send({ chain: "alpha", to: "7@beta", amount: 2n })).delivered();
    await (await hyperchains.call({ chain: "beta", to: "7@beta", data: "0x", value: 4n })).delivered();
    assert.equal((await provider.getBalance(seventh)) - before, 7n);
    assert.ok((await hyperchains.estimateSend({ chain: "alpha", to: "7@beta", amount: 1n })).deliveryGas > 0n);
    assert.equal(hyperchains.address("7@beta").account, seventh.toLowerCase());
    await assert.rejects(hyperchains.send({ chain: "alpha", to: "30@beta", amount: 1n }), {
      message: /there is no account 30: development accounts have numbers 0 to 29/,
    });
  });

  test("flows take names, and the recipient's chain is the party's unless it is named", async () => {
    const [party] = await hyperchains.chain("beta").ethers.getSigners();
    assert.ok(party);
    const flow = await hyperchains.flow({ legs: [{ party: `${party.address}@beta`, to: "bob@beta", amount: 1n }] });
    assert.equal(flow.terms.legs[0]?.recipient, BOB);
  });

  test("each refuses an unknown name in the same words", async () => {
    const unknown = { code: "UnknownName", message: /there is no name eve@beta: it was not taken; write the account's address/ };
    const to = "eve@beta";
    await assert.rejects(hyperchains.deposit({ to, amount: 1n }), unknown);
    await assert.rejects(hyperchains.send({ chain: "alpha", to, amount: 1n }), unknown);
    await assert.rejects(hyperchains.call({ chain: "alpha", to, data: "0x" }), unknown);
    await assert.rejects(hyperchains.estimateSend({ chain: "alpha", to, amount: 1n }), unknown);
    await assert.rejects(hyperchains.estimateCall({ chain: "alpha", to, data: "0x" }), unknown);
    await assert.rejects(hyperchains.swap({ chain: "alpha", at: to, amount: 1n }), unknown);
    await assert.rejects(hyperchains.estimateSwap({ chain: "alpha", at: `${BOB}@beta`, to, amount: 1n }), unknown);
    await assert.rejects(hyperchains.flow({ legs: [{ party: to, to, amount: 1n }] }), unknown);
  });
});
