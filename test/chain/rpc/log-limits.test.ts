import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { parseLogFilter } from "../../../src/chain/rpc/logs/log-filter.ts";
import { LogReader } from "../../../src/chain/rpc/logs/log-reader.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { ZkFields } from "../../../src/chain/rpc/zks/zk-fields.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { LOGGER, LOGGER_CODE } from "../support/logger.ts";
import { TestWallet } from "../support/wallet.ts";
import { ask as askChain } from "../support/ask.ts";

interface Log {
  readonly blockNumber: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}
interface RangeError {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly code: string; readonly from?: Hex; readonly to?: Hex };
}

describe("answers about logs", () => {
  let test: TestChain;
  let first: bigint;
  const wallet = new TestWallet(170);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: LOGGER, code: LOGGER_CODE, nonce: 1n },
      ],
    });
    for (let i = 0; i < 4; i++) await log(3000n);
    // A block each, behind the one that opened the batch.
    first = test.chain.sequencer.head.number - 3n;
  });
  after(() => test.chain.close());

  const log = async (count: bigint): Promise<void> => {
    await test.chain.submit(await wallet.signRaw({ to: LOGGER, data: wordToHex(count), gasLimit: 30_000n + count * 1200n }));
  };
  const number = (value: bigint): Hex => `0x${value.toString(16)}`;
  const ask = async (filter: object): Promise<readonly Log[]> =>
    (await chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false }).get("eth_getLogs")!(
      [filter],
      undefined,
    )) as readonly Log[];
  const refused = async (filter: object): Promise<RangeError> => {
    const error = await ask(filter).then(
      () => undefined,
      (reason: unknown) => reason as RangeError,
    );
    assert.ok(error !== undefined, "it was answered");
    assert.deepEqual([error.code, error.data.code], [-32005, "TooManyLogs"]);
    return error;
  };

  it("hold 10,000 at most; beyond, the error names the blocks that are answered", async () => {
    const { data, message } = await refused({ address: LOGGER, fromBlock: "earliest" });
    assert.deepEqual([data.from, data.to], ["0x0", number(first + 2n)]);
    assert.match(message, new RegExp(`\\[0x0, ${number(first + 2n)}\\]`));
    const named = await ask({ address: LOGGER, fromBlock: data.from, toBlock: data.to });
    const rest = await ask({ address: LOGGER, fromBlock: number(BigInt(data.to!) + 1n), toBlock: "latest" });
    assert.deepEqual([named.length, rest.length], [9000, 3000]);
  });

  it("find a few among more than that", async () => {
    const five = wordToHex(5n);
    const found = await ask({ fromBlock: "0x0", toBlock: "0xffffff", topics: [[five, wordToHex(7n)]] });
    assert.deepEqual(
      found.map(({ blockNumber, topics }) => [BigInt(blockNumber), topics[0]]),
      [0n, 1n, 2n, 3n].flatMap((i) => [
        [first + i, wordToHex(7n)],
        [first + i, five],
      ]),
    );
    assert.deepEqual(await ask({ fromBlock: "0x0", address: [wallet.address] }), []);
  });

  it("ask for a narrower filter where one block alone has more", async () => {
    await log(10_001n);
    const { data, message } = await refused({});
    assert.equal(data.from, undefined);
    assert.match(message, /in block 0x[0-9a-f]+ alone; name an address or topics/);
    const filtered = await refused({ address: LOGGER });
    assert.match(filtered.message, /in block 0x[0-9a-f]+ alone; name fewer addresses, or more topics/);
    const { head } = test.chain.sequencer;
    const block = (await askChain(test.chain, "eth_getBlockByNumber", [number(head.number), false])) as { hash: Hex };
    await refused({ blockHash: block.hash });
    assert.equal((await ask({ blockHash: block.hash, topics: [wordToHex(9n)] })).length, 1);
  });

  it("are bounded in their data too, and by whole blocks", async () => {
    const reader = new LogReader(test.chain, new ZkFields(test.chain));
    const filter = parseLogFilter({ fromBlock: number(first), toBlock: number(first + 3n), topics: [wordToHex(1n)] });
    // Each log has 32 bytes: 66 characters.
    await assert.rejects(reader.all(filter, { logs: 10, dataCharacters: 131 }), {
      data: { code: "TooManyLogs", from: number(first), to: number(first) },
    });
    assert.equal((await reader.all(filter, { logs: 4, dataCharacters: 264 })).length, 4);
    await assert.rejects(reader.all(filter, { logs: 10, dataCharacters: 65 }), { data: { code: "TooManyLogs" } });
    const range = await reader.upTo(filter, first, first + 3n, { logs: 2, dataCharacters: 1000 });
    assert.deepEqual([range.logs.length, range.last, range.isBeyond], [2, first + 1n, false]);
  });

  it("name what is wrong with a filter", async () => {
    const word = wordToHex(1n);
    for (const filter of [
      7,
      [],
      { address: "0x12" },
      { address: [5] },
      { topics: "0x" },
      { topics: [7] },
      { topics: Array(5).fill(null) },
      { fromBlock: -7 },
      { toBlock: "newest" },
      { blockHash: "0x1" },
      { blockHash: word, fromBlock: "0x1" },
    ]) {
      await assert.rejects(ask(filter as object), { code: -32602 }, JSON.stringify(filter));
    }
    await assert.rejects(ask({ topics: [Array(1001).fill(word)] }), { code: -32005 });
    await assert.rejects(ask({ blockHash: word }), { code: -32000 });
    assert.deepEqual(await ask({ fromBlock: "0xffffff", toBlock: "0x0" }), []);
  });
});
