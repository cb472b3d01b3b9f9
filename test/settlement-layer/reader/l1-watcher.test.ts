import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Interface } from "ethers";
import { chainFactoryAbi } from "../../../src/ground/abi/chain-factory.ts";
import { hyperchainAbi } from "../../../src/ground/abi/hyperchain.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { canonicalTxHash } from "../../../src/ground/protocol/priority-op.ts";
import { aliasOf } from "../../../src/ground/protocol/address-alias.ts";
import { commitBatch } from "../../../src/chain/settlement/l1-sender/commit.ts";
import { revertBatches } from "../../../src/chain/settlement/l1-sender/revert.ts";
import { createL1Watcher } from "../../../src/chain/settlement-layer/reader/l1-watcher.ts";
import { CALLDATA_POSTING } from "../../../src/chain/settlement/batch/settlement-batch.ts";
import { createSettledChain, startSettledL1, type SettledChain, type SettledL1 } from "../../settlement/support/settled-l1.ts";
import { senderContext } from "../../settlement/support/sender.ts";

describe("watching L1", () => {
  const factory = new Interface(chainFactoryAbi);
  const hyperchain = new Interface(hyperchainAbi);
  let settled: SettledL1;
  let chain: SettledChain;
  before(async () => {
    settled = await startSettledL1();
    chain = await createSettledChain(settled, 401n);
  });
  after(() => settled.l1.close());

  /** Queues an operation with this calldata; returns its hash as the chain's event says. */
  async function request(l2Calldata: Hex): Promise<Hex> {
    const mintValue = 10n ** 17n;
    const call = {
      to: settled.ecosystem.addresses.factory,
      value: mintValue,
      data: factory.encodeFunctionData("requestL2TransactionDirect", [
        {
          chainId: 401n,
          mintValue,
          l2Contract: `0x${"77".repeat(20)}`,
          l2Value: 5n,
          l2Calldata,
          l2GasLimit: 1_000_000n,
          l2GasPerPubdataByteLimit: 800n,
          factoryDeps: [],
          refundRecipient: `0x${"88".repeat(20)}`,
        },
      ]),
    };
    const signer = settled.accounts[3]!;
    // The hash has L1's second, so only the mined transaction has it.
    const receipt = await (await signer.sendTransaction(call)).wait();
    const queued = receipt?.logs.map((log) => hyperchain.parseLog(log)).find((log) => log?.name === "NewPriorityRequestId");
    return queued?.args["txHash"] as Hex;
  }

  function watch(options: Partial<Parameters<typeof createL1Watcher>[0]> = {}, confirmations = 1) {
    const { hyperchain } = chain.contract;
    const registry = settled.ecosystem.addresses.roots;
    return createL1Watcher(
      { hyperchains: [hyperchain], registry, fromBlock: chain.created.fromBlock, ...options },
      { provider: settled.l1.ethers.provider, confirmations },
    );
  }

  test("reads operations whole, and batches as the contract stores them, each once", async () => {
    const watcher = watch();
    assert.deepEqual((await watcher.poll()).events, []);
    const hash = await request("0x1234");
    const { events, reorg } = await watcher.poll();
    assert.equal(reorg, undefined);
    const [event] = events;
    assert.ok(event?.type === "priorityOperation" && events.length === 1);
    assert.equal(event.canonicalTxHash, hash);
    assert.equal(canonicalTxHash(event.operation), hash);
    assert.equal(event.operation.data, "0x1234");
    // The caller is an account without code, so it is not aliased.
    const caller = settled.accounts[3]!.address.toLowerCase() as Hex;
    assert.equal(event.operation.from, BigInt(caller));
    assert.notEqual(event.operation.from, BigInt(aliasOf(270n, caller)));

    const context = senderContext(chain, settled.accounts[0]!);
    const quorum = { members: chain.members, threshold: 1 };
    const { stored } = await commitBatch(context, await chain.form(), chain.genesis, { quorum, posting: CALLDATA_POSTING });
    await revertBatches(context, 0n, quorum);
    const next = (await watcher.poll()).events;
    assert.deepEqual(
      next.map(({ type }) => type),
      ["batchCommitted", "batchesReverted"],
    );
    assert.ok(next[0]?.type === "batchCommitted");
    assert.deepEqual(next[0].stored, stored);
    assert.deepEqual((await watcher.poll()).events, []);
  });

  test("a second watcher resumes where the first stood, and one from the start reads everything in small steps", async () => {
    const first = watch();
    const all = (await first.poll()).events;
    const hash = await request("0x55");
    const resumed = watch({ resumeFrom: first.checkpoints() });
    const rest = (await resumed.poll()).events;
    assert.deepEqual(
      rest.map((event) => event.type === "priorityOperation" && event.canonicalTxHash),
      [hash],
    );
    const small = (await watch({ blocksPerRequest: 1 }).poll()).events;
    assert.deepEqual(small, [...all, ...rest]);
  });

  test("reads nothing before it is deep enough", async () => {
    const watcher = watch({}, 3);
    await watcher.poll();
    const hash = await request("0x66");
    const seen = async () =>
      (await watcher.poll()).events.some((event) => event.type === "priorityOperation" && event.canonicalTxHash === hash);
    assert.equal(await seen(), false);
    await settled.increaseTime(1);
    assert.equal(await seen(), false);
    await settled.increaseTime(1);
    assert.equal(await seen(), true);
  });

  test("a reorg takes events back and brings the new ones, also with an equal height", async () => {
    const watcher = watch();
    await request("0x01");
    await watcher.poll();
    const { provider } = settled.l1.ethers;
    const snapshot: unknown = await provider.send("evm_snapshot", []);
    const forkBlock = await provider.getBlockNumber();
    const lost = await request("0x02");
    assert.equal((await watcher.poll()).events.length, 1);
    await provider.send("evm_revert", [snapshot]);
    const won = await request("0x03");
    const { events, reorg, checkpoint } = await watcher.poll();
    assert.equal(reorg?.blockNumber, forkBlock);
    assert.deepEqual(
      reorg.removed.map((event) => event.type === "priorityOperation" && event.canonicalTxHash),
      [lost],
    );
    assert.deepEqual(
      events.map((event) => event.type === "priorityOperation" && event.canonicalTxHash),
      [won],
    );
    assert.equal(checkpoint?.blockNumber, forkBlock + 1);
    assert.deepEqual((await watcher.poll()).reorg, undefined);
  });

  test("A6: a node that lags for some polls is not a reorg, but one that lags longer is", async () => {
    const { provider } = settled.l1.ethers;
    await request("0x07");
    let behind = 0;
    /** Node that has lost its last blocks and reads them a second time. */
    const restarted = new Proxy(provider, {
      get(target, name) {
        if (behind > 0 && name === "getBlockNumber") return async () => (behind--, (await target.getBlockNumber()) - 1);
        if (behind > 0 && name === "getBlock") return () => Promise.resolve(null);
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const { hyperchain } = chain.contract;
    const watcher = createL1Watcher(
      { hyperchains: [hyperchain], fromBlock: chain.created.fromBlock, looksUntilShorter: 3 },
      { provider: restarted, confirmations: 1 },
    );
    const { events } = await watcher.poll();
    assert.ok(events.length > 0);
    for (let restart = 0; restart < 2; restart++) {
      behind = 2;
      for (let look = 0; look < 2; look++)
        await assert.rejects(watcher.poll(), {
          code: "L1Unreachable",
          message: /^L1 has \d+ blocks and had \d+: it may be behind$/,
        });
      assert.deepEqual((await watcher.poll()).reorg, undefined);
    }
    behind = Infinity;
    for (let look = 0; look < 2; look++) await assert.rejects(watcher.poll(), { code: "L1Unreachable" });
    assert.deepEqual((await watcher.poll()).reorg?.removed, events.slice(-1), "what is remembered behind the checkpoint");
  });

  test("a shorter chain is a reorg too, and one deeper than the memory starts over", async () => {
    const { provider } = settled.l1.ethers;
    const snapshot: unknown = await provider.send("evm_snapshot", []);
    const forkBlock = await provider.getBlockNumber();
    const watcher = watch({ checkpointLimit: 1 });
    await request("0x0a");
    const before = (await watcher.poll()).events;
    await request("0x0b");
    await watcher.poll();
    await provider.send("evm_revert", [snapshot]);
    assert.equal(await provider.getBlockNumber(), forkBlock);
    const { events, reorg } = await watcher.poll();
    assert.equal(reorg?.blockNumber, chain.created.fromBlock - 1);
    assert.deepEqual(events, before.slice(0, -1));
  });

  test("changes nothing when L1 does not answer", async () => {
    const { provider } = settled.l1.ethers;
    let failing = true;
    const flaky = new Proxy(provider, {
      get(target, name) {
        if (name === "getLogs" && failing) return () => Promise.reject(new Error("connection reset"));
        const value: unknown = Reflect.get(target, name, target);
        return typeof value === "function" ? (value.bind(target) as unknown) : value;
      },
    });
    const { hyperchain } = chain.contract;
    const watcher = createL1Watcher(
      { hyperchains: [hyperchain], fromBlock: chain.created.fromBlock },
      { provider: flaky, confirmations: 1 },
    );
    await assert.rejects(watcher.poll(), /connection reset/);
    assert.deepEqual(watcher.checkpoints(), []);
    failing = false;
    assert.deepEqual((await watcher.poll()).events, (await watch().poll()).events);
  });
});
