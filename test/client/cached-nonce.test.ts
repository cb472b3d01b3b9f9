import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { deposit } from "../../src/client/deposit.ts";
import type { Hex } from "../../src/protocol/hex.ts";
import { deploy, startClientEcosystem } from "./support.ts";
import type { ClientEcosystem } from "./support.ts";

const DEPLOYER = 0;

describe("a dapp with a provider of ethers as it comes", () => {
  let ecosystem: ClientEcosystem;
  let token: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    token = await deploy(ecosystem.on("l1", DEPLOYER), "L2TestToken", 100n, false, false);
  });
  after(() => ecosystem.close());

  test("approves and deposits, though ethers answers nonces from its cache", async () => {
    // A cache that outlives the approval on a slow machine too; its timers go on after the test, so it is no longer than that.
    const provider = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { cacheTimeout: 10_000 });
    try {
      const payer = new Wallet(ecosystem.devnet.accounts.wallet(DEPLOYER).privateKey, provider);
      const { approvals } = await deposit(ecosystem.info, { chain: "a", amount: 3n, token }, payer);
      assert.equal(approvals.length, 1);
    } finally {
      provider.destroy();
    }
  });
});
