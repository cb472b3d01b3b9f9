import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import { announceName, takeName } from "../../../src/client/names.ts";
import { deployNames } from "../../../src/client/names-contract.ts";
import type { Hyperchains } from "../../../src/plugin/api/hyperchains.ts";
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
