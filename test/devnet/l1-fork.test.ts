import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { ContractFactory, HDNodeWallet } from "ethers";
import { deposit } from "../../src/ecosystem/client/queue/deposit.ts";
import { bridgedToken } from "../../src/ecosystem/client/tokens/token.ts";
import { DEVELOPMENT_MNEMONIC, ACCOUNT_NUMBERS } from "../../src/ecosystem/devnet/accounts/accounts.ts";
import { serveLocalL1, type LocalL1 } from "../../src/ecosystem/devnet/l1/local-l1.ts";
import { MAX_CHAINS } from "../../src/ecosystem/options/config.ts";
import { DevnetOptionsError, type DevnetOptions } from "../../src/ecosystem/devnet/described/options.ts";
import { testContract } from "../chain/support/artifact.ts";
import { ALICE, clientOf, dependencies, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const CHAIN_ID = 271n;
const UNITS = 1_000n;
const FRIEND = "0x00000000000000000000000000000000000a11ce";
/** EIP-7702's designator of the account that would receive all payments to the delegated account. */
const DELEGATION = `0xef0100${"5e".repeat(20)}`;
/** An account that signs, and the operator of the last chain that there can be. */
const DELEGATED = [5, ACCOUNT_NUMBERS.firstOperator + MAX_CHAINS - 1].map(
  (number) => HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, `m/44'/60'/0'/0/${number}`).address,
);

const closing: (() => Promise<void>)[] = [];
after(async () => {
  for (const close of closing.reverse()) await close();
});

/** An L1 of another operator. */
async function startOriginal(): Promise<LocalL1> {
  const original = await serveLocalL1({ host: "127.0.0.1", port: 0 }, await dependencies.connectL1({}));
  closing.push(() => original.close());
  return original;
}

async function startCopy(fork: NonNullable<DevnetOptions["l1"]>["fork"], more: Partial<DevnetOptions> = {}): Promise<FlowDevnet> {
  const devnet = await startFlowDevnet([CHAIN_ID], { proofs: "none", l1: { fork }, ...more });
  closing.push(() => devnet.close());
  return devnet;
}

/** A transfer on the chain, executed on L1. */
async function settle(devnet: FlowDevnet): Promise<void> {
  const client = clientOf(devnet.chains[0]!);
  closing.push(() => Promise.resolve(client.destroy()));
  const alice = devnet.accounts.wallet(ALICE).connect(client);
  await (await alice.sendTransaction({ to: FRIEND, value: 1n })).wait();
  await devnet.settle();
  const [status] = (await devnet.status()).chains;
  assert.equal(status?.batches.executed, status?.batches.sealed);
  assert.deepEqual(devnet.faults, []);
}

describe("I8: an ecosystem on a copy of another L1", () => {
  test("has that L1's contracts and tokens, which its chains take, and changes nothing there", async () => {
    const original = await startOriginal();
    const { abi, initCode } = await testContract("TokenDouble");
    const alice = HDNodeWallet.fromPhrase(DEVELOPMENT_MNEMONIC, undefined, `m/44'/60'/0'/0/${ALICE}`);
    const deployed = await new ContractFactory(abi, initCode, alice.connect(original.provider)).deploy();
    await deployed.waitForDeployment();
    const token = await deployed.getAddress();
    await (await deployed.getFunction("mint")(alice.address, UNITS)).wait();
    for (const account of DELEGATED) await original.request("hardhat_setCode", [account, DELEGATION]);
    await original.request("evm_mine");
    const newest = await original.provider.getBlockNumber();

    const devnet = await startCopy({ url: original.url });
    const info = devnet.info();
    assert.deepEqual(info.l1.fork, { chainId: 31_337, blockNumber: newest });
    assert.ok(info.l1.fromBlock > newest, "clients read no logs of the original");
    const signer = devnet.accounts.wallet(ALICE).connect(devnet.l1.provider);
    await deposit(info, { chain: String(CHAIN_ID), token, amount: UNITS }, signer);
    await devnet.relay();
    await settle(devnet);
    const client = clientOf(devnet.chains[0]!);
    closing.push(() => Promise.resolve(client.destroy()));
    const there = (await bridgedToken(info, token.toLowerCase() as `0x${string}`, client)) ?? assert.fail("no token came");
    const [balance] = abi.decodeFunctionResult(
      "balanceOf",
      await client.call({ to: there, data: abi.encodeFunctionData("balanceOf", [alice.address]) }),
    );
    assert.equal(balance, UNITS);
    for (const account of DELEGATED) {
      assert.equal(await devnet.l1.provider.getCode(account), "0x", "a development account receives for itself");
      assert.equal(await original.provider.getCode(account), DELEGATION);
    }

    assert.equal(await original.provider.getBlockNumber(), newest);
  });

  test("begins at the block that is named, and returns to snapshots", async () => {
    const original = await startOriginal();
    const early = HDNodeWallet.createRandom().address;
    const [payer] = (await original.request("eth_accounts")) as readonly string[];
    for (const value of ["0x7", "0x2"]) await original.request("eth_sendTransaction", [{ from: payer, to: early, value }]);
    assert.deepEqual([await original.provider.getBlockNumber(), await original.provider.getBalance(early)], [2, 9n]);
    const devnet = await startCopy({ url: original.url, blockNumber: 1 });
    assert.equal(await devnet.l1.provider.getBalance(early), 7n);
    const id = await devnet.snapshot();
    await settle(devnet);
    assert.equal(await devnet.revert(id), true);
    assert.equal(await devnet.l1.provider.getBalance(early), 7n);
    await settle(devnet);
  });

  test("continues from a newest block in the future", async () => {
    const original = await startOriginal();
    const day = 86_400;
    await original.request("evm_increaseTime", [day]);
    await original.request("evm_mine");
    const devnet = await startCopy({ url: original.url });
    await settle(devnet);
    const latest = (await devnet.l1.provider.getBlock("latest")) ?? assert.fail("no block");
    assert.ok(latest.timestamp >= ((await original.provider.getBlock("latest"))?.timestamp ?? 0));
  });

  test("of a public chain begins 64 blocks below the newest", async () => {
    const connection = await dependencies.connectL1({});
    const request = async (method: string, params: readonly unknown[] = []): Promise<unknown> =>
      method === "eth_chainId" || method === "net_version" ? "0xaa36a7" : connection.provider.request({ method, params });
    const original = await serveLocalL1(
      { host: "127.0.0.1", port: 0 },
      {
        ...connection,
        provider: {
          ...connection.provider,
          request: ({ method, params }) => request(method, params),
          on: (...all) => connection.provider.on(...all),
          removeListener: (...all) => connection.provider.removeListener(...all),
        },
        close: () => connection.close(),
      },
    );
    closing.push(() => original.close());
    await original.request("hardhat_mine", ["0x64"]);
    const devnet = await startCopy({ url: original.url });
    assert.deepEqual(devnet.info().l1.fork, { chainId: 11_155_111, blockNumber: 36 });
    await settle(devnet);
  });

  test("is refused if no node answers, if the block does not exist yet, and with invalid options", async () => {
    const original = await startOriginal();
    const refused = (fork: NonNullable<DevnetOptions["l1"]>["fork"], message: RegExp, more: Partial<DevnetOptions> = {}) =>
      assert.rejects(startCopy(fork, more), (error) => {
        assert.ok(error instanceof DevnetOptionsError);
        assert.match(error.message, message);
        return true;
      });
    await refused(
      { url: "http://127.0.0.1:1" },
      /^l1\.fork: there is no Ethereum node at http:\/\/127\.0\.0\.1:1 .*leave l1\.fork out/,
    );
    // Paths and passwords are keys.
    await refused(
      { url: "http://me:secret@127.0.0.1:1/key" },
      /no Ethereum node at http:\/\/127\.0\.0\.1:1 \((?!.*(secret|key))/,
    );
    await refused({ url: original.url, blockNumber: 5 }, /^l1\.fork: chain 31337 has no block 5 yet, its newest is 0/);
    await refused({ url: original.url }, /^data: keeps an L1 from its first block on; with l1\.fork/, { data: "never-made" });
    const fork = { url: original.url };
    await refused(fork, /^l1\.fork is what an L1 that is started begins with; with l1\.url none is/, {
      l1: { url: original.url, fork },
    });
  });
});
