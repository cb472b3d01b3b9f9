import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { PRIORITY_OPERATION_TYPE, type L2CanonicalTransaction } from "../../../src/ground/protocol/priority-op.ts";
import { fromHex, keccak, toHex, wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { hashL2Log, L1_MESSENGER_ADDRESS } from "../../../src/ground/protocol/l2-log.ts";
import { pubdataLogLeaves } from "../../../src/ground/protocol/pubdata.ts";
import { priorityOperation } from "../../../src/chain/predeploys/priority-operation.ts";
import { predeployTransactions } from "../../../src/chain/predeploys/system-transactions.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { namedReads } from "../../../src/chain/rpc/blocks/named-reads.ts";
import { testContract, type TestContract } from "../support/artifact.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { staticCall } from "../support/assembler.ts";
import { COINBASE } from "../support/engine.ts";
import { configuration, extensions, realGenesis } from "../support/predeploys.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

const ETHER = 10n ** 18n;

interface Receipt {
  readonly transactionHash: Hex;
  readonly status: Hex;
  readonly type: Hex;
  readonly l1BatchNumber: Hex;
  readonly l1BatchTxIndex: Hex;
  readonly logs: readonly {
    readonly transactionHash: Hex;
    readonly l1BatchNumber: Hex;
    readonly transactionLogIndex: Hex;
    readonly logType: null;
  }[];
  readonly l2ToL1Logs: readonly Readonly<
    Record<"sender" | "key" | "value" | "transactionHash" | "indexInBatch" | "logIndex" | "shardId" | "blockHash", Hex>
  >[];
}

/** Init code that passes on 17 MiB. */
const MUCH_DATA = toHex(Uint8Array.from(Array.from({ length: 17 }, () => staticCall(0xdead, 2 ** 20)).flat()));

describe("fields for ZK Stack's clients", () => {
  let test: TestChain;
  let messenger: TestContract;
  const wallet = new TestWallet(90);

  before(async () => {
    messenger = await testContract("L1Messenger");
    test = await startTestChain({
      predeploys: await realGenesis(),
      initialState: [...configuration, { address: wallet.address, balanceWei: 100n * ETHER }],
      extensions,
      system: predeployTransactions,
      sequencer: { firstBatch: 0n },
    });
  });
  after(() => test.chain.close());

  const ask = async (method: string, ...params: unknown[]) => namedReads(test.chain).get(method)!(params, undefined);
  const send = async (body: Hex) =>
    test.chain.submit(
      await wallet.signRaw({ to: L1_MESSENGER_ADDRESS, data: messenger.abi.encodeFunctionData("sendToL1", [body]) }),
    );
  const operation = (to: bigint, nonce: bigint, data: Hex = "0x"): L2CanonicalTransaction => ({
    txType: PRIORITY_OPERATION_TYPE,
    from: 0xabcdn,
    to,
    gasLimit: 1_000_000n,
    gasPerPubdataByteLimit: 800n,
    maxFeePerGas: 1n,
    maxPriorityFeePerGas: 0n,
    paymaster: 0n,
    nonce,
    value: 0n,
    reserved: [ETHER, 0n, 0n, 0n],
    data,
    signature: "0x",
    factoryDeps: [],
    paymasterInput: "0x",
    reservedDynamic: "0x",
  });
  /** Operation that passes on more data than one may. */
  const unableOperation = (nonce: bigint): L2CanonicalTransaction => ({
    ...operation(0n, nonce, MUCH_DATA),
    gasLimit: 8_000_000n,
  });

  it("names each message's place in the batch's log tree", async () => {
    const first = await send("0x01");
    const data = messenger.abi.encodeFunctionData("sendToL1", ["0x02"]) as Hex;
    const sent = await test.chain.sequencer.runPriorityOp(
      priorityOperation(operation(BigInt(L1_MESSENGER_ADDRESS), 0n, data), COINBASE),
    );
    const unable = await test.chain.sequencer.runPriorityOp(priorityOperation(unableOperation(1n), COINBASE));
    const last = await send("0x03");
    assert.deepEqual([sent.success, unable.success, unable.operationHash], [true, false, undefined]);
    const batch = (await test.chain.seal())!;
    const leaves = pubdataLogLeaves(batch.logs, batch.canonicalTxHashes);
    const receipts = (await Promise.all(
      [first, sent.canonicalTxHash, unable.canonicalTxHash, last].map((hash) => ask("eth_getTransactionReceipt", hash)),
    )) as Receipt[];
    assert.deepEqual(
      receipts.map(({ l2ToL1Logs }) => l2ToL1Logs.map(({ indexInBatch }) => Number(indexInBatch))),
      [[0], [1, 2], [3], [4]],
    );
    for (const { l2ToL1Logs } of receipts) {
      for (const { sender, key, value, indexInBatch } of l2ToL1Logs) {
        const leaf = hashL2Log({ l2ShardId: 0, isService: true, txNumberInBatch: 0, sender, key, value });
        assert.equal(leaf, leaves[Number(indexInBatch)]);
      }
    }
    assert.equal(receipts[0]?.l2ToL1Logs[0]?.value, keccak(fromHex("0x01")));
    assert.equal(receipts[3]?.l1BatchNumber, "0x0");
  });

  it("serves a priority operation under its canonical hash, also one that could not run", async () => {
    const ran = await test.chain.sequencer.runPriorityOp(priorityOperation(operation(0x1234n, 2n), COINBASE));
    const unable = await test.chain.sequencer.runPriorityOp(priorityOperation(unableOperation(3n), COINBASE));
    for (const [{ canonicalTxHash }, status] of [
      [ran, "0x1"],
      [unable, "0x0"],
    ] as const) {
      const receipt = (await ask("eth_getTransactionReceipt", canonicalTxHash)) as Receipt;
      assert.deepEqual([receipt.transactionHash, receipt.type, receipt.status], [canonicalTxHash, "0xff", status]);
      const result = receipt.l2ToL1Logs.at(-1);
      assert.deepEqual(
        [result?.key, result?.value, result?.transactionHash],
        [canonicalTxHash, wordToHex(BigInt(status)), canonicalTxHash],
      );
      const transaction = (await ask("eth_getTransactionByHash", canonicalTxHash)) as {
        hash: Hex;
        type: Hex;
        l1BatchTxIndex: Hex;
      };
      assert.deepEqual([transaction.hash, transaction.type, transaction.l1BatchTxIndex], [canonicalTxHash, "0xff", "0x0"]);
      // It has no signature, so that it has no bytes of a transaction.
      assert.equal(await ask("eth_getRawTransactionByHash", canonicalTxHash), null);
    }
  });

  it("tells the gas price that L1 charged for a priority operation, so that clients compute the refund that was paid", async () => {
    const price = 1_000_000_000n;
    const recipient = 0x5e5en;
    const priced = { ...operation(0x1234n, 20n), maxFeePerGas: price, reserved: [ETHER, recipient, 0n, 0n] } as const;
    const unable = { ...operation(0n, 21n, "0x73"), maxFeePerGas: price, reserved: [ETHER, recipient + 1n, 0n, 0n] } as const;
    for (const [request, to] of [
      [priced, recipient],
      [unable, recipient + 1n],
    ] as const) {
      const { canonicalTxHash } = await test.chain.sequencer.runPriorityOp(priorityOperation(request, COINBASE));
      const receipt = (await ask("eth_getTransactionReceipt", canonicalTxHash)) as { gasUsed: Hex; effectiveGasPrice: Hex };
      assert.equal(BigInt(receipt.effectiveGasPrice), price);
      // What was minted less the fee, as viem and zksync-ethers compute it.
      const refund = ETHER - BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
      const balance = await askChain(test.chain, "eth_getBalance", [`0x${to.toString(16).padStart(40, "0")}`, "latest"]);
      assert.equal(BigInt(balance as Hex), refund);
      const transaction = (await ask("eth_getTransactionByHash", canonicalTxHash)) as { gasPrice: Hex; maxFeePerGas: Hex };
      assert.deepEqual([BigInt(transaction.gasPrice), BigInt(transaction.maxFeePerGas)], [price, price]);
    }
  });

  it("shows a priority operation under its canonical hash in blocks, logs and notifications", async () => {
    const data = messenger.abi.encodeFunctionData("sendToL1", ["0x0a"]) as Hex;
    const engine = namedNotifications(test.chain);
    const heard: { transactionHash: Hex; blockNumber: Hex }[] = [];
    const stop = engine.onNotification(({ result }) => heard.push(result as (typeof heard)[number]));
    const subscription = await engine.request("eth_subscribe", ["logs", { address: L1_MESSENGER_ADDRESS }]);
    const sent = await test.chain.sequencer.runPriorityOp(
      priorityOperation(operation(BigInt(L1_MESSENGER_ADDRESS), 4n, data), COINBASE),
    );
    while (heard.length < 2) await nextTurn();
    await engine.request("eth_unsubscribe", [subscription]);
    stop();
    // The second log is that of the result, in a transaction of the chain's own.
    assert.deepEqual(
      heard.map(({ transactionHash }) => transactionHash),
      [sent.canonicalTxHash, sent.resultHash],
    );
    const logs = (await ask("eth_getLogs", { fromBlock: heard[0]!.blockNumber, toBlock: heard[0]!.blockNumber })) as {
      transactionHash: Hex;
    }[];
    assert.deepEqual(
      logs.map(({ transactionHash }) => transactionHash),
      [sent.canonicalTxHash],
    );
    const block = (await ask("eth_getBlockByNumber", heard[0]!.blockNumber, true)) as {
      transactions: { hash: Hex; type: Hex }[];
    };
    assert.deepEqual(
      block.transactions.map(({ hash, type }) => [hash, type]),
      [[sent.canonicalTxHash, "0xff"]],
    );
    const receipts = (await ask("eth_getBlockReceipts", heard[0]!.blockNumber)) as Receipt[];
    assert.deepEqual(receipts, [await ask("eth_getTransactionReceipt", sent.canonicalTxHash)]);
    assert.equal(await ask("eth_getBlockReceipts", "0xffffff"), null);
    assert.equal(await ask("eth_getBlockReceipts", "pending"), null);
  });

  it("tells a block's number only when its transactions can be asked for by their hashes", async () => {
    // ethers requests a receipt once per block: a receipt that appears after its block's number would be missed forever.
    const told: { engine: bigint; chain: bigint }[] = [];
    let ask: (method: string) => Promise<unknown> = async () => "0x0";
    const watched = await startTestChain();
    const { engine } = watched.chain;
    const mine = engine.mine.bind(engine);
    const watching: typeof mine = async (...ordered) => {
      const made = await mine(...ordered);
      told.push({ engine: made.block.environment.number, chain: BigInt((await ask("eth_blockNumber")) as Hex) });
      return made;
    };
    Object.assign(engine, { mine: watching });
    const methods = chainMethods(watched.chain, { gasPrice: { toldWei: 1n }, development: false });
    ask = (method) => methods.get(method)!([], undefined);
    await watched.chain.sequencer.mine();
    await watched.chain.sequencer.mine();
    assert.deepEqual(told.slice(-1), [{ engine: 3n, chain: 2n }]);
    assert.equal(await ask("eth_blockNumber"), "0x3");
    await watched.chain.close();
  });

  it("gives every field that clients' formatters read", async () => {
    const hash = await send("0xffff");
    const receipt = (await ask("eth_getTransactionReceipt", hash)) as Receipt;
    assert.equal(receipt.l1BatchTxIndex, "0x0");
    assert.deepEqual(
      receipt.logs.map(({ transactionLogIndex, logType }) => [transactionLogIndex, logType]),
      [["0x0", null]],
    );
    const [log] = receipt.l2ToL1Logs;
    for (const field of ["blockHash", "shardId", "logIndex", "sender", "key", "value"] as const)
      assert.match(String(log?.[field]), /^0x/);
    const block = (await ask("eth_getBlockByNumber", "latest", false)) as { l1BatchNumber: Hex };
    assert.equal(block.l1BatchNumber, "0x1");
    assert.equal(((await ask("eth_getBlockByNumber", "0x0", false)) as { l1BatchNumber: null }).l1BatchNumber, null);
    assert.equal(await ask("eth_getTransactionReceipt", wordToHex(1n)), null);
    assert.equal(await ask("eth_getBlockByNumber", "0xffffff", false), null);
  });

  it("forgets what a revert undoes and counts on from there", async () => {
    const before = test.chain.index.blocksOf(1n);
    const mark = await test.chain.snapshot();
    const nonce = wallet.nonce;
    const undone = await send("0x77");
    const operations = await test.chain.sequencer.runPriorityOp(priorityOperation(operation(0x1234n, 5n), COINBASE));
    await test.chain.seal();
    await test.chain.revert(mark);
    wallet.nonce = nonce;
    assert.deepEqual(test.chain.index.blocksOf(1n), before);
    assert.equal(test.chain.index.priorityOp(operations.canonicalTxHash), undefined);
    assert.equal(test.chain.index.logPosition(undone), undefined);
    const again = await send("0x78");
    const batch = (await test.chain.seal())!;
    assert.equal(test.chain.index.logPosition(again)?.firstIndex, batch.logs.length - 1);
  });
});
