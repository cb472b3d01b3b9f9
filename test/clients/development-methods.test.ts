import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import hardhatNetworkHelpers from "@nomicfoundation/hardhat-network-helpers";
import { Transaction, verifyMessage, type JsonRpcProvider } from "ethers";
import hardhat from "hardhat";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { NetworkConnection } from "hardhat/types/network";
import { createTestClient, http, type TestClient } from "viem";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { connectHttp } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import { ALICE, BOB, clientOf, ETHER, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

const THERE = "0x00000000000000000000000000000000000a11ce";
const SINK = "0x000000000000000000000000000000000000b0b0";
const SLOT = `0x${"00".repeat(31)}03`;
/** Returns the caller's word. */
const CODE = "0x335f5260205ff3";

describe("A12: development methods over HTTP, under Hardhat's and anvil's names", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let connection: NetworkConnection<"generic">;
  const send = (method: string, ...params: unknown[]) => client.send(method, params);
  const rawOf = async (value: bigint): Promise<string> => {
    const wallet = devnet.accounts.wallet(ALICE);
    const nonce = await client.getTransactionCount(wallet.address);
    return wallet.signTransaction({
      type: 2,
      chainId: 271,
      nonce,
      to: SINK,
      value,
      gasLimit: 21_000n,
      maxFeePerGas: 1_000_000n,
      maxPriorityFeePerGas: 1_000_000n,
    });
  };
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none", fundedAccounts: [ALICE, BOB] });
    const { url } = devnet.chains[0]!;
    client = clientOf(devnet.chains[0]!);
    const hre = await createHardhatRuntimeEnvironment({
      plugins: [hardhatNetworkHelpers],
      networks: { alpha: { type: "http", url } },
    });
    connection = await hre.network.create<"generic">({ network: "alpha" });
  });
  after(async () => {
    await connection.close();
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("Hardhat's network helpers work in a project whose network is an URL", async () => {
    const { networkHelpers: helpers } = connection;
    await helpers.setBalance(THERE, 5n * ETHER);
    await helpers.setCode(THERE, CODE);
    await helpers.setStorageAt(THERE, 3, 9);
    await helpers.setNonce(THERE, 7);
    assert.deepEqual(
      [
        await client.getBalance(THERE),
        await client.getCode(THERE),
        BigInt(await helpers.getStorageAt(THERE, 3)),
        await client.getTransactionCount(THERE),
      ],
      [5n * ETHER, CODE, 9n, 7],
    );
    const height = await helpers.time.latestBlock();
    await helpers.mine(3);
    await helpers.mineUpTo(height + 5);
    assert.equal(await helpers.time.latestBlock(), height + 5);
    const snapshot = await helpers.takeSnapshot();
    await helpers.setBalance(THERE, 1n);
    const later = (await helpers.time.latest()) + 1_000;
    await helpers.time.increaseTo(later);
    assert.equal(await helpers.time.latest(), later);
    await helpers.time.increase(50);
    await helpers.time.setNextBlockTimestamp(later + 90);
    await helpers.mine();
    assert.equal(await helpers.time.latest(), later + 90);
    await snapshot.restore();
    assert.equal(await client.getBalance(THERE), 5n * ETHER);
    await helpers.impersonateAccount(THERE);
    await send("eth_sendTransaction", { from: THERE, to: devnet.accounts.wallet(BOB).address, value: "0x1" });
    await helpers.stopImpersonatingAccount(THERE);
    await assert.rejects(send("eth_sendTransaction", { from: THERE, to: THERE }), /no key/);
    await send("evm_setAutomine", false);
    const waiting = Transaction.from(await rawOf(1n));
    await send("eth_sendRawTransaction", waiting.serialized);
    await helpers.dropTransaction(waiting.hash!);
    assert.equal(await client.getTransaction(waiting.hash!), null);
    await send("evm_setAutomine", true);
  });

  const fixed: readonly (readonly [string, readonly unknown[], string])[] = [
    ["hardhat_setNextBlockBaseFeePerGas", ["0x1"], "BaseFeeZero"],
    ["hardhat_setMinGasPrice", ["0x1"], "BaseFeeZero"],
    ["evm_setBlockGasLimit", ["0x1000000"], "BlockGasLimit"],
    ["hardhat_setPrevRandao", [SLOT], "PrevRandao"],
    ["hardhat_setCoinbase", [THERE], "Coinbase"],
    ["hardhat_reset", [], "OneEcosystem"],
    ["anvil_setNextBlockBaseFeePerGas", ["0x1"], "BaseFeeZero"],
  ];
  for (const [method, params, rule] of fixed) {
    test(`${method} is refused by the name of the rule, and told what to do`, async () => {
      await assert.rejects(client.send(method, [...params]), (error: { error?: { message: string; data: unknown } }) => {
        assert.deepEqual(error.error?.data, { code: "FixedByProtocol", rule });
        assert.match(error.error!.message, new RegExp(`rule ${rule}\\): .+; \\w+`));
        return true;
      });
    });
  }

  test("values that the protocol fixes may be set to their present ones", async () => {
    const { miner } = (await client.getBlock("latest"))!;
    for (const [method, value] of [
      ["hardhat_setNextBlockBaseFeePerGas", "0x0"],
      ["anvil_setNextBlockBaseFeePerGas", 0],
      ["hardhat_setMinGasPrice", "0x0"],
      ["evm_setBlockGasLimit", `0x${(2n ** 50n).toString(16)}`],
      ["hardhat_setCoinbase", miner],
      ["hardhat_setPrevRandao", ((await client.send("eth_getBlockByNumber", ["pending", false])) as { mixHash: string }).mixHash],
    ] as const)
      assert.equal(await send(method, value), true, method);
    await assert.rejects(send("hardhat_mine", "0x186a1"), /at most 100000 blocks at once, got 100001; ask for the rest/);
  });

  for (const mode of ["hardhat", "anvil"] as const) {
    test(`viem's test client works in its mode "${mode}"`, async () => {
      const tester: TestClient<typeof mode> = createTestClient({ mode, transport: http(devnet.chains[0]!.url, PATIENT) });
      const id = await tester.snapshot();
      await tester.setBalance({ address: THERE, value: 3n });
      await tester.setCode({ address: THERE, bytecode: CODE });
      await tester.setStorageAt({ address: THERE, index: 3, value: `0x${"00".repeat(31)}05` });
      await tester.setNonce({ address: THERE, nonce: 50 });
      assert.deepEqual(
        [await client.getBalance(THERE), BigInt(await client.getStorage(THERE, 3)), await client.getTransactionCount(THERE)],
        [3n, 5n, 50],
      );
      const height = await client.getBlockNumber();
      await tester.mine({ blocks: 2, interval: 10 });
      assert.equal(Number(await send("eth_blockNumber")), height + 2);
      await tester.impersonateAccount({ address: THERE });
      await send("eth_sendTransaction", { from: THERE, to: THERE });
      await tester.stopImpersonatingAccount({ address: THERE });
      await tester.setAutomine(false);
      assert.equal(await tester.getAutomine(), false);
      const waiting = Transaction.from(await rawOf(2n));
      await send("eth_sendRawTransaction", waiting.serialized);
      const content = await tester.getTxpoolContent();
      assert.equal(Object.keys(content.pending).length, 1);
      assert.equal((await tester.getTxpoolStatus()).pending, 1);
      await tester.dropTransaction({ hash: waiting.hash as Hex });
      await tester.setAutomine(true);
      await tester.revert({ id });
      assert.equal((await client.getBlockNumber()) >= height - 10, true);
      assert.notEqual(await client.getBalance(THERE), 3n);
    });
  }

  test("anvil's autoImpersonateAccount lets every account send", async () => {
    const stranger = `0x${"5a".repeat(20)}`;
    await assert.rejects(send("eth_sendTransaction", { from: stranger, to: THERE }), /no key/);
    await send("anvil_autoImpersonateAccount", true);
    await send("eth_sendTransaction", { from: stranger, to: THERE });
    await send("anvil_autoImpersonateAccount", false);
    await assert.rejects(send("eth_sendTransaction", { from: stranger, to: THERE }), /no key/);
  });

  test("a node's other questions are answered", async () => {
    const head = await client.getBlock("latest");
    assert.equal(await send("eth_coinbase"), head?.miner.toLowerCase());
    assert.equal(await send("eth_blobBaseFee"), "0x1");
    assert.equal(await send("eth_mining"), false);
    const metadata = (await send("hardhat_metadata")) as {
      chainId: number;
      latestBlockNumber: number;
      latestBlockHash: string;
      clientVersion: string;
      instanceId: string;
    };
    assert.deepEqual(
      [metadata.chainId, metadata.latestBlockNumber, metadata.latestBlockHash, metadata.clientVersion],
      [271, head?.number, head?.hash, await send("web3_clientVersion")],
    );
    assert.deepEqual(await send("anvil_metadata"), metadata);
    for (const name of ["hardhat_setLoggingEnabled", "anvil_setLoggingEnabled"]) {
      assert.equal(await send(name, false), true);
      await assert.rejects(send(name, "no"), /boolean/);
    }
    assert.equal(((await send("anvil_nodeInfo")) as { currentBlockHash: string }).currentBlockHash, head?.hash);
    const receipt = (await send("eth_sendRawTransactionSync", await rawOf(4n))) as { status: string; blockNumber: string };
    assert.deepEqual([receipt.status, Number(receipt.blockNumber)], ["0x1", head!.number + 1]);
    await send("evm_setAutomine", false);
    const raw = await rawOf(5n);
    const late = client.send("eth_sendRawTransactionSync", [raw, 30_000]) as Promise<{ transactionHash: string }>;
    while (((await send("eth_pendingTransactions")) as unknown[]).length === 0)
      await new Promise((resolve) => setImmediate(resolve));
    await send("evm_mine");
    assert.equal((await late).transactionHash, Transaction.from(raw).hash);
    const another = await rawOf(6n);
    await assert.rejects(
      client.send("eth_sendRawTransactionSync", [another, 1]),
      (error: { error?: { code: number; data: string } }) => {
        assert.deepEqual([error.error?.code, error.error?.data], [4, Transaction.from(another).hash]);
        return true;
      },
    );
    await send("evm_setAutomine", true);
  });

  test("evm_mine and evm_setNextBlockTimestamp answer as Hardhat's node does, on a chain and on L1", async () => {
    const { provider, close } = await hardhat.network.create({ network: "local" });
    const l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    const inDigits = /^\d+$/;
    try {
      const mined = await provider.request({ method: "evm_mine" });
      for (const params of [[], [(await client.getBlock("latest"))!.timestamp + 5_000]]) {
        assert.equal(await client.send("evm_mine", params), mined);
        assert.equal(await l1.send("evm_mine", params.length === 0 ? [] : [params[0]! + 5_000]), mined);
      }
      const later = (await client.getBlock("latest"))!.timestamp + 20_000;
      const set = await provider.request({ method: "evm_setNextBlockTimestamp", params: [later] });
      assert.match(String(set), inDigits);
      assert.equal(await send("evm_setNextBlockTimestamp", later), set);
      await send("evm_mine");
      assert.equal((await client.getBlock("latest"))!.timestamp, later);
    } finally {
      l1.destroy();
      await close();
    }
  });

  test("evm_increaseTime returns the total shift of the time, in digits, as Hardhat's node does", async () => {
    const { provider, close } = await hardhat.network.create({ network: "local" });
    const l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    /** Answers to shifts of 100 s and 50 s, relative to the earlier shift; less than 0 if a snapshot had an earlier time. */
    const answers = async (increase: (seconds: number) => Promise<unknown>): Promise<bigint[]> => {
      const told: bigint[] = [];
      for (const by of [0, 100, 50]) {
        const answer = await increase(by);
        assert.ok(typeof answer === "string" && /^-?\d+$/.test(answer), String(answer));
        told.push(BigInt(answer));
      }
      return told.map((each) => each - told[0]!);
    };
    try {
      const expected = await answers((by) => provider.request({ method: "evm_increaseTime", params: [by] }));
      assert.deepEqual(expected, [0n, 100n, 150n]);
      assert.deepEqual(await answers((by) => send("evm_increaseTime", by)), expected);
      const ofChain = await send("evm_increaseTime", 0);
      assert.equal(await l1.send("evm_increaseTime", [0]), ofChain);
      assert.deepEqual(await answers((by) => l1.send("evm_increaseTime", [by])), expected);
    } finally {
      l1.destroy();
      await close();
    }
  });

  test("what Hardhat's node takes from a careless client is taken here too", async () => {
    const before = (await client.getBlock("latest"))!.timestamp;
    await send("evm_increaseTime", "500");
    await send("evm_mine");
    assert.ok((await client.getBlock("latest"))!.timestamp >= before + 500);
    assert.equal(await send("eth_call", { to: SINK, data: "" }, "latest"), "0x");
    const account = devnet.accounts.wallet(0);
    const l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    try {
      const signature = (await l1.send("personal_sign", ["0x68656c6c6f", account.address])) as string;
      assert.equal(verifyMessage("hello", signature), account.address);
    } finally {
      l1.destroy();
    }
  });

  test("hardhat_mine on L1 leaves blocks whose state is that of their time", async () => {
    const l1 = connectHttp(devnet.l1.chainId, devnet.l1.url);
    try {
      // It has paid for the contracts: at the genesis it had more.
      const account = devnet.accounts.wallet(0).address;
      const balance = await l1.getBalance(account);
      const { number, timestamp } = (await l1.getBlock("latest"))!;
      await l1.send("hardhat_mine", ["0x14", "0x3c"]);
      assert.ok(balance < 10_000n * ETHER);
      for (const place of [2, 3, 10]) assert.equal(await l1.getBalance(account, number + place), balance);
      const [first, last] = await Promise.all([l1.getBlock(number + 1), l1.getBlock("latest")]);
      assert.deepEqual([last?.number, last!.timestamp - first!.timestamp], [number + 20, 19 * 60]);
      assert.ok(first!.timestamp >= timestamp);
    } finally {
      l1.destroy();
    }
  });
});
