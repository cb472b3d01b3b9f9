import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HDNodeWallet, JsonRpcProvider, TransactionRequest } from "ethers";
import { ethers as ethers5 } from "ethers5";
import { createPublicClient, createWalletClient, defineChain, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { Web3 } from "web3";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

const TO = "0x00000000000000000000000000000000000a11ce";
const ACCESS_LIST = [{ address: TO, storageKeys: [`0x${"00".repeat(32)}`] }];

describe("A3: clients' default fees are accepted", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let user: HDNodeWallet;
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none" });
    client = clientOf(devnet.chains[0]!);
    user = devnet.accounts.wallet(ALICE);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  /** foundry's rule, alloy's eip1559_default_estimator: twice the base fee, and the median of what was paid in ten blocks, or 1 wei. */
  async function estimateAsAlloy(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
    const history = (await client.send("eth_feeHistory", ["0xa", "latest", [20]])) as {
      baseFeePerGas: string[];
      reward: string[][];
    };
    const rewards = history.reward
      .map(([first]) => BigInt(first!))
      .filter((reward) => reward > 0n)
      .sort((a, b) => (a < b ? -1 : 1));
    const middle = rewards.length >> 1;
    const median =
      rewards.length === 0 ? 0n : rewards.length % 2 === 1 ? rewards[middle]! : (rewards[middle - 1]! + rewards[middle]!) / 2n;
    const maxPriorityFeePerGas = median > 1n ? median : 1n;
    return { maxFeePerGas: 2n * BigInt(history.baseFeePerGas.at(-1)!) + maxPriorityFeePerGas, maxPriorityFeePerGas };
  }

  test("foundry's, on a chain on which nothing has been paid yet, and after free transactions", async () => {
    const signer = user.connect(client);
    const price = BigInt((await client.send("eth_gasPrice", [])) as string);
    for (let i = 0; i < 2; i++) {
      const fees = await estimateAsAlloy();
      assert.ok(fees.maxPriorityFeePerGas >= price, `${fees.maxPriorityFeePerGas} of ${price}`);
      assert.equal((await (await signer.sendTransaction({ to: TO, value: 1n, type: 2, ...fees })).wait())?.status, 1);
      const free = { to: TO, value: 1n, type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
      for (let j = 0; j < 11; j++) await (await signer.sendTransaction(free)).wait();
    }
  });

  test("no reward in eth_feeHistory is below the gas price, and higher payments are reported exactly", async () => {
    const signer = user.connect(client);
    const price = BigInt((await client.send("eth_gasPrice", [])) as string);
    const paid = 7n * price;
    await (await signer.sendTransaction({ to: TO, type: 2, maxFeePerGas: paid, maxPriorityFeePerGas: paid })).wait();
    const { reward, oldestBlock } = (await client.send("eth_feeHistory", ["0x5", "latest", [0, 50, 100]])) as {
      reward: Hex[][];
      oldestBlock: Hex;
    };
    assert.equal(reward.length, 5);
    assert.equal(BigInt(oldestBlock) + 4n, BigInt(await client.getBlockNumber()));
    for (const block of reward)
      assert.ok(
        block.every((one) => BigInt(one) >= price),
        JSON.stringify(reward),
      );
    assert.deepEqual(reward.at(-1)?.map(BigInt), [paid, paid, paid]);
    const without = (await client.send("eth_feeHistory", ["0x2", "latest", []])) as {
      reward?: unknown[][];
      baseFeePerGas: Hex[];
    };
    assert.equal(without.baseFeePerGas.length, 3);
  });

  test("an estimate that names no price is of a transaction that pays, from accounts without money too", async () => {
    const contract = "0x0000000000000000000000000000000000009a1d";
    // Reverts where GASPRICE is 0: GASPRICE PUSH1 7 JUMPI PUSH0 PUSH0 REVERT JUMPDEST STOP.
    await client.send("hardhat_setCode", [contract, "0x3a6007575f5ffd5b00"]);
    const inProcess = devnet.chains[0]!.provider;
    const asked = [
      (...params: unknown[]) => client.send("eth_estimateGas", params),
      (...params: unknown[]) => inProcess.request({ method: "eth_estimateGas", params }),
    ];
    for (const estimate of asked) {
      for (const from of [user.address, TO, undefined]) {
        const call = { to: contract, ...(from === undefined ? {} : { from }) };
        assert.ok(BigInt((await estimate(call)) as string) > 21_000n, from);
        assert.ok(BigInt((await estimate({ ...call, maxFeePerGas: "0x1", maxPriorityFeePerGas: "0x1" })) as string) > 21_000n);
        await assert.rejects(estimate({ ...call, gasPrice: "0x0" }), /revert/);
      }
    }
  });

  const requests: readonly [string, TransactionRequest][] = [
    ["no type", {}],
    ["type 0", { type: 0 }],
    ["type 1", { type: 1, accessList: ACCESS_LIST }],
    ["type 2", { type: 2 }],
    ["type 2 and an access list", { type: 2, accessList: ACCESS_LIST }],
  ];
  for (const [what, request] of requests) {
    test(`ethers', with ${what}`, async () => {
      const receipt = await (await user.connect(client).sendTransaction({ to: TO, value: 1n, ...request })).wait();
      assert.deepEqual([receipt?.status, receipt?.type], [1, request.type ?? 0]);
    });
  }

  for (const type of [undefined, 0, 1, 2]) {
    test(`ethers 5's, with ${type === undefined ? "no type" : `type ${type}`}`, async () => {
      const provider = new ethers5.providers.StaticJsonRpcProvider(devnet.chains[0]!.url);
      provider.pollingInterval = 10;
      const signer = new ethers5.Wallet(user.privateKey, provider);
      const request = { to: TO, value: 1, ...(type === undefined ? {} : { type }) };
      const receipt = await (await signer.sendTransaction(request)).wait();
      assert.equal(receipt.status, 1);
    });
  }

  for (const type of [undefined, "0x0", "0x1", "0x2"]) {
    test(`web3.js's, with ${type === undefined ? "no type" : `type ${type}`}`, async () => {
      const web3 = new Web3(devnet.chains[0]!.url);
      web3.eth.transactionPollingInterval = 10;
      web3.eth.accounts.wallet.add(user.privateKey);
      const request = { from: user.address, to: TO, value: 1, gas: 30_000, ...(type === undefined ? {} : { type }) };
      const receipt = await web3.eth.sendTransaction(request);
      assert.equal(receipt.status, 1n);
    });
  }

  test("Hardhat Ignition's: caps of 0 where the newest block's base fee is 0", async () => {
    const { baseFeePerGas } = (await client.send("eth_getBlockByNumber", ["latest", false])) as { baseFeePerGas: string };
    assert.equal(BigInt(baseFeePerGas), 0n);
    const fees = { type: 2, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
    const receipt = await (await user.connect(client).sendTransaction({ to: TO, value: 1n, ...fees })).wait();
    assert.equal(receipt?.status, 1);
  });

  test("viem's, of every type", async () => {
    const { url } = devnet.chains[0]!;
    const chain = defineChain({
      id: 271,
      name: "alpha",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    const account = privateKeyToAccount(user.privateKey as Hex);
    const writer = createWalletClient({ chain, transport: http(undefined, PATIENT), account });
    const reader = createPublicClient({ chain, transport: http(undefined, PATIENT), pollingInterval: 10 });
    const requests = [
      [{}, "eip1559"],
      [{ type: "legacy" }, "legacy"],
      [{ type: "eip2930", accessList: ACCESS_LIST }, "eip2930"],
      [{ accessList: ACCESS_LIST }, "eip1559"],
      [{ type: "eip1559" }, "eip1559"],
    ] as const;
    for (const [fields, type] of requests) {
      const hash = await writer.sendTransaction({ to: TO, value: 1n, ...fields } as never);
      const receipt = await reader.waitForTransactionReceipt({ hash });
      assert.deepEqual([receipt.status, receipt.type], ["success", type], JSON.stringify(Object.keys(fields)));
    }
  });
});
