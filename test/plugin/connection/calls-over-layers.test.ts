import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import { l1AccountOf } from "../../../src/ecosystem/client/calls/chain-accounts.ts";
import type { Hyperchains } from "../../../src/tool/plugin/api/hyperchains.ts";
import { openUnproven } from "./support/open.ts";

describe("C7: hyperchains.call reaches L1 from a chain on a chain", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  before(async () => {
    connection = await openUnproven({ chains: { alpha: {}, x: { settlesOn: "alpha" } } });
    ({ hyperchains } = connection);
  });
  after(() => connection.close());

  test("as one message, whose steps begin with those of the first call and end with the last", async () => {
    const target = await hyperchains.l1.ethers.deployContract("CallTarget");
    const call = async (argument: bigint) =>
      hyperchains.call({
        chain: "x",
        to: `${await target.getAddress()}@l1`,
        data: target.interface.encodeFunctionData("double", [argument]),
      });
    const message = await call(4n);
    assert.match((await message.refresh()).waitingFor ?? "", /its batch is sealed/);
    await message.reach("inTransactionRoot");
    const { transactionHash, chainId } = await message.delivered();
    assert.equal(chainId, hyperchains.info.l1.chainId);
    const [sender] = await hyperchains.chain("x").ethers.getSigners();
    const account = l1AccountOf(hyperchains.info, { chain: "x", sender: sender!.address, on: "l1" });
    const receipt = await hyperchains.l1.ethers.provider.getTransactionReceipt(transactionHash);
    const [made] = receipt!.logs.flatMap((log) => target.interface.parseLog(log) ?? []);
    assert.deepEqual([String(made!.args[0]).toLowerCase(), made!.args[1]], [account, 4n]);
    const ids = { x: hyperchains.chain("x").chainId, alpha: hyperchains.chain("alpha").chainId, l1: hyperchains.info.l1.chainId };
    assert.deepEqual(
      message.steps.map((step) => [step.step, step.chainId]),
      [
        ["initiated", ids.x],
        ["settled", ids.alpha],
        ["inTransactionRoot", ids.alpha],
        ["delivered", ids.l1],
        ["executed", ids.l1],
      ],
    );
    await assert.rejects((await call(5n)).delivered(), { code: "CallFailed", message: /reverts there with Odd\(5\)/ });
  });
});
