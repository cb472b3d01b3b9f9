import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { NetworkConnection } from "hardhat/types/network";
import type { Hyperchains, Member } from "../../../src/tool/plugin/api/hyperchains.ts";
import { openUnproven } from "./support/open.ts";

describe("B1: calls to another chain that run out of gas", () => {
  let connection: NetworkConnection;
  let hyperchains: Hyperchains;
  let beta: Member;
  before(async () => {
    connection = await openUnproven();
    ({ hyperchains } = connection);
    beta = hyperchains.chain("beta");
  });
  after(() => connection.close());

  for (const [what, asMessage] of [
    ["the contract's own code", true],
    ["the gas that the sender gave it", false],
  ] as const) {
    test(`are delivered, and fail for want of gas, where ${what} is the reason`, async () => {
      const recipient = await beta.ethers.deployContract("InteropRecipient");
      const to = `${await recipient.getAddress()}@beta`;
      const deploy = recipient.interface.encodeFunctionData("receiveMessage", [`0x${"00".repeat(32)}`, "0x", "0x"]);
      // The recipient's code loops for as long as it has gas; the other call has too little for one storage slot.
      const call = asMessage ? { data: "0xfd", asMessage } : { data: deploy, gasLimit: 60_000n };
      const message = await hyperchains.call({ chain: "alpha", to, value: 7n, ...call });
      const failure = await message.delivered().then(
        () => undefined,
        (error: unknown) => error as Error & { code: string; data: string },
      );
      assert.deepEqual([failure?.code, failure?.data], ["CallFailed", "0x"]);
      assert.ok(failure!.message.length < 500, failure!.message);
      assert.equal(message.refusal, undefined);
      assert.ok((await message.refresh()).has("executed"));
      assert.equal(await recipient.getFunction("count").staticCall(), 0n);
      assert.equal(await beta.ethers.provider.getBalance(recipient), 0n);
    });
  }
});
