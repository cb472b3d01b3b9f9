import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Interface, zeroPadValue, type Provider } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { transactionRootRegistryAbi } from "../../src/ground/abi/transaction-root-registry.ts";
import { createSettlementView } from "../../src/chain/node/serving/settlement-view.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { genesisStoredBatch } from "../../src/ground/protocol/stored-batch.ts";
import { NO_BATCH } from "../../src/ground/protocol/batch-record.ts";
import { sampleRecord } from "../support/batch-record.ts";

const hyperchain = new Interface(hyperchainAbi);
const registry = new Interface(transactionRootRegistryAbi);
const address = (digit: string): Hex => `0x${digit.repeat(40)}`;
const word = (value: number): string => zeroPadValue(`0x${value.toString(16).padStart(2, "0")}`, 32);
const CHAIN: Hex = address("c");
const ROOTS: Hex = address("f");

/** An L1 of blocks that hold events; the test can add blocks, and replace the last ones. */
class FakeL1 {
  readonly blocks: { readonly hash: string; readonly logs: { address: string; topics: readonly string[]; data: string }[] }[] =
    [];
  questions = 0;
  #branch = 0;

  add(...logs: { address: string; topics: readonly string[]; data: string }[]): void {
    this.blocks.push({ hash: `block ${this.blocks.length} of branch ${this.#branch}`, logs });
  }

  reorganize(depth: number): void {
    this.#branch++;
    this.blocks.splice(this.blocks.length - depth);
  }

  get provider(): Provider {
    const provider = {
      getBlockNumber: async () => {
        this.questions++;
        return this.blocks.length - 1;
      },
      getBlock: async (tag: number | "latest") => {
        this.questions++;
        const number = tag === "latest" ? this.blocks.length - 1 : tag;
        const block = this.blocks[number];
        return block === undefined ? null : { number, hash: block.hash, timestamp: 1000 + number };
      },
      getLogs: async ({ fromBlock, toBlock }: { fromBlock: number; toBlock: number }) =>
        this.blocks.flatMap(({ logs }, blockNumber) =>
          blockNumber < fromBlock || blockNumber > toBlock
            ? []
            : logs.map((log, index) => ({ ...log, blockNumber, index, transactionHash: `${log.topics[0]} in ${blockNumber}` })),
        ),
    };
    return provider as unknown as Provider;
  }
}

const RECORD = genesisStoredBatch(1n, word(1) as Hex, 1n);
const event = (name: "BatchStored" | "BatchProven" | "BlockExecution", batch: number) => {
  const others =
    name === "BatchStored"
      ? [{ ...RECORD, batchNumber: batch }]
      : name === "BatchProven"
        ? [word(1), 1, address("1")]
        : [word(1), word(2)];
  return { address: CHAIN, ...hyperchain.encodeEventLog(name, [batch, ...others]) };
};
const leaf = (index: number, chainId: bigint, batch: number, record = sampleRecord()) => ({
  address: ROOTS,
  ...registry.encodeEventLog("TransactionRootUpdated", [index, chainId, batch, word(3), record, word(4)]),
});
const reverted = (committed: number, proven: number, executed: number) => ({
  address: CHAIN,
  ...hyperchain.encodeEventLog("BlocksRevert", [committed, proven, executed]),
});

function open(l1: FakeL1) {
  return createSettlementView(
    {
      settlementChainId: 31337n,
      l2ChainId: 271n,
      contracts: { bridgehub: address("a"), hyperchain: CHAIN, bridge: address("b") },
      roots: ROOTS,
      baseToken: address("0"),
      fromBlock: 0,
    },
    { provider: l1.provider },
  );
}

describe("the settlement layer as a chain's readers see it", () => {
  it("follows batches through their stages, with places and times", async () => {
    const l1 = new FakeL1();
    l1.add();
    const view = open(l1);
    assert.deepEqual(await view.counts(), { committed: 0n, proven: 0n, executed: 0n });
    l1.add(event("BatchStored", 0));
    l1.add(event("BatchProven", 0), event("BatchStored", 1));
    assert.deepEqual(await view.counts(), { committed: 2n, proven: 1n, executed: 0n });
    // A mark has the number of the next batch, and belongs to none of its stages.
    l1.add(leaf(5, 271n, 0, sampleRecord({ provenSince: NO_BATCH })));
    assert.equal((await view.stages(0n)).registryLeafIndex, undefined);
    l1.add(
      leaf(6, 272n, 0),
      leaf(7, 271n, 0),
      event("BlockExecution", 0),
      leaf(8, 271n, 1, sampleRecord({ provenSince: NO_BATCH })),
    );
    const { committed, proven, executed, registryLeafIndex } = await view.stages(0n);
    assert.deepEqual([committed?.blockNumber, proven?.blockNumber, executed?.blockNumber], [1, 2, 4]);
    assert.deepEqual([committed?.timestamp, executed?.timestamp, registryLeafIndex], [1001n, 1004n, 7n]);
    assert.deepEqual(await view.stages(2n), {
      committed: undefined,
      proven: undefined,
      executed: undefined,
      registryLeafIndex: undefined,
    });
  });

  it("forgets batches that the chain's contract reverts", async () => {
    const l1 = new FakeL1();
    l1.add(
      event("BatchStored", 0),
      event("BatchProven", 0),
      event("BlockExecution", 0),
      event("BatchStored", 1),
      event("BatchStored", 2),
    );
    const view = open(l1);
    assert.equal((await view.counts()).committed, 3n);
    l1.add(reverted(1, 1, 1));
    assert.deepEqual(await view.counts(), { committed: 1n, proven: 1n, executed: 1n });
    assert.equal((await view.stages(1n)).committed, undefined);
    assert.equal((await view.stages(0n)).executed?.blockNumber, 0);
    l1.add(event("BatchStored", 1));
    assert.equal((await view.stages(1n)).committed?.blockNumber, 2);
  });

  it("reads everything again after a reorg", async () => {
    const l1 = new FakeL1();
    l1.add();
    l1.add(event("BatchStored", 0));
    l1.add(event("BatchProven", 0));
    const view = open(l1);
    assert.equal((await view.counts()).proven, 1n);
    l1.reorganize(2);
    l1.add();
    assert.deepEqual(await view.counts(), { committed: 0n, proven: 0n, executed: 0n });
    l1.add(event("BatchStored", 0));
    assert.equal((await view.stages(0n)).committed?.blockNumber, 2);
  });

  it("answers questions that come together with one look", async () => {
    const l1 = new FakeL1();
    l1.add(event("BatchStored", 0));
    const view = open(l1);
    await view.counts();
    l1.questions = 0;
    const answers = await Promise.all(Array.from({ length: 50 }, () => view.counts()));
    assert.ok(answers.every(({ committed }) => committed === 1n));
    // One look is the last block's hash and the number of the newest; the first asker gets one, all others share the next.
    assert.equal(l1.questions, 4);
  });
});
