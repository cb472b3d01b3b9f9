import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, beforeEach, describe, test } from "node:test";
import type { HDNodeWallet, JsonRpcProvider } from "ethers";
import { createPublicClient, createWalletClient, defineChain, http, webSocket } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { WebSocket } from "ws";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { PATIENT } from "../support/patient.ts";

const TO = "0x00000000000000000000000000000000000a11ce";

describe("A7: pending transactions over HTTP and WebSocket", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  let user: HDNodeWallet;
  let url: string;
  const send = (method: string, ...params: unknown[]) => client.send(method, params);
  /** Signs with a fee, as the first unused nonce or another. */
  const sign = async (wallet: HDNodeWallet, fee: bigint, fields: { nonce?: number; value?: bigint } = {}) =>
    wallet.signTransaction({
      type: 2,
      chainId: 271,
      nonce: await client.getTransactionCount(wallet.address),
      to: TO,
      gasLimit: 21_000n,
      maxFeePerGas: fee,
      maxPriorityFeePerGas: fee,
      ...fields,
    });
  before(async () => {
    devnet = await startFlowDevnet([271n], { proofs: "none", fundedAccounts: [ALICE, BOB] });
    ({ url } = devnet.chains[0]!);
    client = clientOf(devnet.chains[0]!);
    user = devnet.accounts.wallet(ALICE);
  });
  beforeEach(() => send("evm_setAutomine", false));
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("a transaction with higher fees replaces the one that waits, and only that is mined", async () => {
    const first = (await send("eth_sendRawTransaction", await sign(user, 1_000_000n, { value: 1n }))) as string;
    await assert.rejects(
      send("eth_sendRawTransaction", await sign(user, 1_050_000n, { value: 2n })),
      /replacement transaction underpriced/,
    );
    const second = (await send("eth_sendRawTransaction", await sign(user, 1_100_000n, { value: 2n }))) as string;
    assert.equal(await client.getTransaction(first), null);
    await send("evm_mine");
    assert.equal((await client.getTransactionReceipt(second))?.status, 1);
    assert.equal(await client.getTransactionReceipt(first), null);
    const nonce = (await client.getTransactionCount(user.address)) - 1;
    await assert.rejects(
      send("eth_sendRawTransaction", await sign(user, 1_000_000n, { nonce })),
      new RegExp(`nonce too low: ${nonce} of .* is used, the next one is ${nonce + 1}`),
    );
  });

  test("viem tells the caller that waits for a transaction of its replacement", async () => {
    const chain = defineChain({
      id: 271,
      name: "alpha",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [url] } },
    });
    const account = privateKeyToAccount(user.privateKey as Hex);
    const writer = createWalletClient({ chain, transport: http(undefined, PATIENT), account });
    const { promise: looked, resolve: hasLooked } = Promise.withResolvers<undefined>();
    const fetchFn: typeof fetch = async (input, init) => {
      const response = await fetch(input, init);
      if (String(init?.body).includes("eth_getBlockByNumber"))
        void response
          .clone()
          .text()
          .then(() => setImmediate(() => hasLooked(undefined)));
      return response;
    };
    const reader = createPublicClient({ chain, transport: http(undefined, { ...PATIENT, fetchFn }), pollingInterval: 10 });
    const hash = await writer.sendTransaction({ to: TO, value: 3n });
    const { nonce } = await reader.getTransaction({ hash });
    const told: string[] = [];
    const receipt = reader.waitForTransactionReceipt({ hash, onReplaced: ({ reason }) => told.push(reason) });
    const better = { to: TO, value: 3n, nonce, maxFeePerGas: 5_000_000n, maxPriorityFeePerGas: 5_000_000n } as const;
    // viem finds a replacement only in blocks after the one at which it saw the first transaction wait.
    await looked;
    const other = await writer.sendTransaction(better);
    await send("evm_mine");
    assert.deepEqual([(await receipt).transactionHash, told], [other, ["repriced"]]);
  });

  test("filters, subscriptions, the pending block and txpool tell what waits", async () => {
    const filter = await send("eth_newPendingTransactionFilter");
    const socket = new WebSocket(url.replace("http", "ws"));
    await once(socket, "open");
    const messages: { id?: number; params?: { result: unknown } }[] = [];
    const heard = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void => void (messages.length >= count && resolve());
        socket.on("message", look);
        look();
      });
    socket.on("message", (data) => messages.push(JSON.parse(String(data)) as { id?: number }));
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newPendingTransactions"] }));
    await heard(1);
    socket.send(JSON.stringify({ jsonrpc: "2.0", id: 2, method: "eth_subscribe", params: ["newPendingTransactions", true] }));
    await heard(2);
    const nonce = await client.getTransactionCount(user.address);
    const ready = (await send("eth_sendRawTransaction", await sign(user, 1_000_000n))) as string;
    const behind = (await send("eth_sendRawTransaction", await sign(user, 1_000_000n, { nonce: nonce + 2 }))) as string;
    await heard(4);
    assert.deepEqual(
      messages
        .slice(2)
        .map(({ params }) => (typeof params?.result === "string" ? params.result : (params?.result as { hash: string }).hash)),
      [ready, ready],
    );
    assert.deepEqual(await send("eth_getFilterChanges", filter), [ready]);
    assert.deepEqual(await send("eth_getFilterChanges", filter), []);
    assert.equal(await client.getTransactionCount(user.address, "pending"), nonce + 1);
    const head = await client.getBlock("latest");
    const pending = (await send("eth_getBlockByNumber", "pending", true)) as {
      number: string;
      parentHash: string;
      hash: null;
      transactions: { hash: string }[];
    };
    assert.deepEqual([Number(pending.number), pending.parentHash, pending.hash], [head!.number + 1, head!.hash, null]);
    // Foundry's client reads a block with another form of these as none.
    for (const [field, bytes] of [
      ["stateRoot", 32],
      ["receiptsRoot", 32],
      ["transactionsRoot", 32],
      ["logsBloom", 256],
    ] as const)
      assert.match(
        String((pending as unknown as Record<string, unknown>)[field]),
        new RegExp(`^0x[0-9a-f]{${2 * bytes}}$`),
        field,
      );
    assert.deepEqual(
      pending.transactions.map(({ hash }) => hash),
      [ready],
    );
    assert.deepEqual((await client.getBlock("pending"))?.transactions, [ready]);
    assert.deepEqual(await send("txpool_status"), { pending: "0x1", queued: "0x1" });
    const content = (await send("txpool_content")) as Record<
      "pending" | "queued",
      Record<string, Record<string, { hash: string }>>
    >;
    assert.equal(content.pending[user.address]?.[nonce]?.hash, ready);
    assert.equal(content.queued[user.address]?.[nonce + 2]?.hash, behind);
    assert.equal(
      ((await send("txpool_contentFrom", user.address)) as (typeof content)["pending"])["queued"]?.[nonce + 2]?.hash,
      behind,
    );
    assert.match(
      ((await send("txpool_inspect")) as typeof content).pending[user.address]?.[nonce] as unknown as string,
      /: 0 wei \+ 21000 gas/,
    );
    assert.equal(await send("hardhat_dropTransaction", behind), true);
    assert.equal(await send("hardhat_dropTransaction", ready), true);
    assert.equal(await send("hardhat_dropTransaction", ready), false);
    assert.deepEqual(await send("txpool_status"), { pending: "0x0", queued: "0x0" });
    await send("evm_mine");
    assert.equal(await client.getTransactionCount(user.address), nonce);
    const mined = (await send("eth_sendRawTransaction", await sign(user, 1_000_000n))) as string;
    await send("evm_mine");
    await assert.rejects(send("hardhat_dropTransaction", mined), /in a block already/);
    socket.terminate();
  });

  test("viem watches pending transactions over WebSocket", async () => {
    const transport = webSocket(url.replace("http", "ws"), { ...PATIENT, reconnect: false });
    const reader = createPublicClient({ transport });
    let unwatch: () => void = () => undefined;
    const seen = new Promise<readonly string[]>(
      (resolve) => (unwatch = reader.watchPendingTransactions({ onTransactions: resolve })),
    );
    // A later request's answer shows that the subscription exists.
    await reader.getBlockNumber();
    const bob = devnet.accounts.wallet(BOB);
    const hash = await send("eth_sendRawTransaction", await sign(bob, 1_000_000n));
    assert.deepEqual(await seen, [hash]);
    unwatch();
    await send("evm_mine");
    const rpc = await reader.transport.getRpcClient();
    rpc.close();
  });

  test("evm_setIntervalMining makes blocks by the clock, also empty ones, until it is ended", async () => {
    const before = await client.getBlockNumber();
    await send("evm_setIntervalMining", 20);
    while (Number(await send("eth_blockNumber")) < before + 2) await new Promise((resolve) => setImmediate(resolve));
    await send("evm_setIntervalMining", [0, 0]);
    await assert.rejects(send("evm_setIntervalMining", [5, 1]), /end is not before/);
    await send("evm_setIntervalMining", 0);
  });
});
