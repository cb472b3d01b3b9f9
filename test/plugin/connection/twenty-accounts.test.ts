import assert from "node:assert/strict";
import { test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import { ACCOUNT_NUMBERS, createDevelopmentAccounts } from "../../../src/ecosystem/devnet/accounts/accounts.ts";
import { MAX_CHAINS } from "../../../src/ecosystem/options/config.ts";
import { ETHER, openUnproven } from "./support/open.ts";

test("a chain has the accounts of Hardhat's node, with as much money, and none of them is an operator's", async () => {
  const bare = await createHardhatRuntimeEnvironment({});
  const node = await bare.network.create();
  const expected = (await node.provider.request({ method: "eth_accounts" })) as readonly string[];
  await node.close();
  const { hyperchains, close } = await openUnproven();
  try {
    for (const chain of hyperchains.chains) {
      const unlocked = (await (
        await fetch(chain.url, { method: "POST", body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_accounts" }) })
      ).json()) as { readonly result: readonly string[] };
      assert.deepEqual(unlocked.result, expected, "over HTTP");
      const signers = await chain.ethers.getSigners();
      assert.deepEqual(
        signers.map(({ address }) => address.toLowerCase()),
        expected,
      );
      for (const account of expected.slice(1))
        assert.equal(await chain.ethers.provider.getBalance(account), 10_000n * ETHER, account);
    }
    const accounts = createDevelopmentAccounts();
    const operators = hyperchains.info.chains.map(({ operator }) => operator);
    assert.deepEqual(
      operators,
      operators.map((_, place) => accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place).address.toLowerCase()),
    );
    for (let place = 0; place < MAX_CHAINS; place++)
      assert.ok(!expected.includes(accounts.wallet(ACCOUNT_NUMBERS.firstOperator + place).address.toLowerCase()));
  } finally {
    await close();
  }
});
