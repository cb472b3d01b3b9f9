import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider, Wallet } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { send } from "../../src/ecosystem/client/transfers/send.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { deploy, startClientEcosystem, type ClientEcosystem } from "./support.ts";

const DEPLOYER = 0;
const PAYER = 1;
const RECIPIENT = `0x${"5e".repeat(20)}`;

describe("a dapp with a provider of ethers as it comes", () => {
  let ecosystem: ClientEcosystem;
  let token: Hex;
  before(async () => {
    ecosystem = await startClientEcosystem();
    token = await deploy(ecosystem.on("l1", DEPLOYER), "L2TestToken", 100n, false, false);
  });
  after(() => ecosystem.close());

  test("approves and deposits, though ethers answers nonces from its cache", async () => {
    // A cache that outlives the approval on a slow machine too; its timers continue after the test, so it is
    // no longer than that.
    const provider = new JsonRpcProvider(ecosystem.info.l1.url, undefined, { cacheTimeout: 10_000 });
    try {
      const payer = new Wallet(ecosystem.devnet.accounts.wallet(DEPLOYER).privateKey, provider);
      const { approvals } = await deposit(ecosystem.info, { chain: "a", amount: 3n, token }, payer);
      assert.equal(approvals.length, 1);
    } finally {
      provider.destroy();
    }
  });

  test("sends once, with the next nonce where another transaction of the account took its own meanwhile", async () => {
    const chain = ecosystem.info.chains[0]!;
    const { privateKey } = ecosystem.devnet.accounts.wallet(PAYER);
    const plain = new Wallet(privateKey, new JsonRpcProvider(chain.url, undefined, { cacheTimeout: -1 }));
    let taken = 0;
    /** Includes another transaction of the account before each of the first two that it sends. */
    class Raced extends JsonRpcProvider {
      override async send(method: string, params: unknown[]): Promise<unknown> {
        if (method === "eth_sendRawTransaction" && taken < 2) {
          taken++;
          await (await plain.sendTransaction({ to: plain.address })).wait();
        }
        return super.send(method, params);
      }
    }
    const raced = new Raced(chain.url);
    try {
      const before = await plain.getNonce();
      const to = { chain: "a", account: RECIPIENT };
      await send(ecosystem.info, { chain: "a", to, amount: 5n }, new Wallet(privateKey, raced));
      assert.equal(taken, 2);
      assert.equal(await plain.provider!.getBalance(RECIPIENT), 5n);
      assert.equal(await plain.getNonce(), before + 3);
      taken = -1;
      await assert.rejects(send(ecosystem.info, { chain: "a", to, amount: 5n }, new Wallet(privateKey, raced)), /nonce too low/);
    } finally {
      raced.destroy();
      plain.provider!.destroy();
    }
  });
});
