import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { BlockStore } from "../../../src/chain/index/block-store.ts";
import { feeHistory } from "../../../src/chain/index/fee-history.ts";
import { logsBloom } from "../../../src/chain/model/logs-bloom.ts";
import { hexQuantity, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { TestWallet } from "../support/wallet.ts";

type Fields = Record<string, unknown>;

const FRIEND: Hex = `0x${"f1".repeat(20)}`;
const SLOT: Hex = `0x${"07".padStart(64, "0")}`;

/** Fields of a header that this chain and another network share: without roots, hashes, and the words that each puts into its blocks. */
function sharedFields(header: Fields): Fields {
  const own = /^(hash|parentHash|extraData|size|.*Root)$/;
  return Object.fromEntries(Object.entries(header).filter(([field]) => !own.test(field)));
}

/** Without the block's hash, and the address of a creation that failed, which Ethereum's nodes tell and Hardhat's does not. */
function withoutHash({ blockHash: _, ...told }: Fields): Fields {
  const rest = told["status"] === "0x0" ? { ...told, contractAddress: null } : told;
  return "logs" in rest ? { ...rest, logs: (rest["logs"] as Fields[]).map(withoutHash) } : rest;
}

function comparable({ yParity: _, chainId: __, blockHash: ___, blockTimestamp: ____, ...transaction }: Fields): Fields {
  return transaction;
}

describe("blocks, as Hardhat's own network tells of them", () => {
  let test: TestChain;
  let blocks: BlockStore;
  let edr: (method: string, ...params: unknown[]) => Promise<unknown>;
  const wallet = new TestWallet(240);

  before(async () => {
    test = await startTestChain({
      replayProtection: "optional",
      sequencer: { blocks: { type: "instant", maxTransactions: 20 } },
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
      ],
      hasOracle: true,
    });
    edr = test.oracle?.request ?? assert.fail("there is an oracle");
    blocks = test.chain.blocks;
    const accessList = [{ address: FRIEND, storageKeys: [SLOT] }];
    const requests = [
      { type: 0, to: FRIEND, value: 5n, data: "0x1234" },
      { type: 1, to: FRIEND, accessList },
      { type: 2, data: "0x00", maxPriorityFeePerGas: 3n },
      { type: 4, to: FRIEND, authorizationList: [wallet.authorize(LOGGER, 1_000)] },
      { type: 2, to: LOGGER, data: SLOT },
      { type: 2, data: "0xfe", gasLimit: 60_000n },
    ];
    test.chain.sequencer.setAutomatic(false);
    for (const request of requests) await test.chain.submit(await wallet.signRaw(request));
    await test.chain.sequencer.mine();
    test.chain.sequencer.setAutomatic(true);
    for (const n of [1n, 2n])
      await test.chain.submit(await wallet.signRaw({ to: LOGGER, data: `0x${n.toString().padStart(64, "0")}` }));
    await test.chain.sequencer.mineMany(3, 1n);
  });
  after(() => test.chain.close());

  const numbers = (): bigint[] => Array.from({ length: Number(test.chain.sequencer.head.number) + 1 }, (_, i) => BigInt(i));

  it("have the same transactions and receipts, by number, by hash and by place", async () => {
    // The chain opens its batch in block 1: its system transactions have other hashes here.
    for (const number of numbers().slice(2)) {
      const told = (await edr("eth_getBlockByNumber", hexQuantity(number), true)) as Fields & {
        transactions: Fields[];
        hash: Hex;
      };
      const { transactions, ...header } = (await blocks.block(number, true))!;
      const { transactions: expected, ...expectedHeader } = told;
      assert.deepEqual(sharedFields(header), sharedFields(expectedHeader));
      assert.deepEqual((transactions as Fields[]).map(comparable), expected.map(comparable));
      assert.equal(blocks.numberOf(header["hash"]), number);
      assert.deepEqual(
        blocks.transactionsOf(number),
        expected.map(({ hash }) => hash),
      );
      assert.deepEqual(
        (await blocks.block(number))?.["transactions"],
        expected.map(({ hash }) => hash),
      );
      const receipts = await Promise.all(expected.map(({ hash }) => edr("eth_getTransactionReceipt", hash)));
      assert.deepEqual(blocks.receipts(number).map(withoutHash), (receipts as Fields[]).map(withoutHash));
      for (const [index, { hash }] of expected.entries()) {
        assert.deepEqual(blocks.place(hash as string), { block: number, index });
        assert.deepEqual(withoutHash(blocks.receipt({ block: number, index })!), withoutHash(receipts[index] as Fields));
      }
    }
    assert.equal(await blocks.block(blocks.newest + 1n), undefined);
    assert.equal(blocks.transaction({ block: 2n, index: 99 }), undefined);
  });

  it("have the same logs, and the bloom filter that follows from them", async () => {
    const [fromBlock, toBlock] = ["0x0", hexQuantity(blocks.newest)];
    const all = ((await edr("eth_getLogs", { fromBlock, toBlock })) as Fields[]).map(withoutHash);
    assert.ok(all.length >= 3);
    assert.deepEqual(blocks.logs(0n, blocks.newest, () => true).map(withoutHash), all);
    const wanted = all.filter(({ blockNumber }) => BigInt(blockNumber as Hex) > 2n);
    assert.deepEqual(blocks.logs(3n, blocks.newest + 9n, () => true).map(withoutHash), wanted);
    for (const number of numbers())
      for (const { logs, logsBloom: bloom } of blocks.receipts(number))
        assert.equal(logsBloom(logs as { address: Hex; topics: Hex[] }[]), bloom);
  });

  it("have the same history of fees", async () => {
    const percentiles = [0, 10, 50, 100];
    const expected = await edr("eth_feeHistory", "0x5", "latest", percentiles);
    const first = blocks.newest - 4n;
    const last = Array.from({ length: 5 }, (_, i) => blocks.fees(first + BigInt(i)));
    assert.deepEqual(feeHistory(first, last, percentiles), expected);
  });
});
