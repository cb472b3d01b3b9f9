import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { keccak256, Signature, Transaction } from "ethers";
import { createPublicClient, custom } from "viem";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { CHAIN_ID } from "../support/engine.ts";
import { TestWallet } from "../support/wallet.ts";

type Fields = Record<string, Hex>;

const FRIEND: Hex = `0x${"f1".repeat(20)}`;
/** Returns NUMBER. */
const CLOCK: Hex = `0x${"a1".repeat(20)}`;

describe("what Ethereum's nodes show", () => {
  let test: TestChain;
  let methods: ReadonlyMap<string, RpcMethod>;
  const wallet = new TestWallet(240);

  before(async () => {
    test = await startTestChain({
      replayProtection: "optional",
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: CLOCK, code: "0x435f5260205ff3", nonce: 1n },
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
  });
  after(() => test.chain.close());

  const ask = async <Result>(method: string, ...params: unknown[]): Promise<Result> =>
    (await methods.get(method)!(params, undefined)) as Result;
  const accessList = [{ address: FRIEND, storageKeys: [wordToHex(7n)] }];
  /** One of each type that a chain takes of Ethereum's. */
  const requests = () => [
    { type: 0, to: FRIEND, value: 5n, data: "0x1234" },
    { type: 1, to: FRIEND, accessList },
    { type: 2, data: "0x00", accessList },
    { type: 4, to: FRIEND, authorizationList: [wallet.authorize(CLOCK, 1_000)] },
  ];

  it("a transaction has its signature's parity, or an old one its chain, in blocks and in the pool", async () => {
    for (const request of requests()) {
      const raw = await wallet.signRaw(request);
      const { signature } = Transaction.from(raw);
      const { yParity } = Signature.from(signature!);
      test.chain.sequencer.setAutomatic(false);
      const hash = await ask<Hex>("eth_sendRawTransaction", raw);
      const waiting = await ask<Fields>("eth_getTransactionByHash", hash);
      await ask("evm_mine");
      test.chain.sequencer.setAutomatic(true);
      const mined = await ask<Fields>("eth_getTransactionByHash", hash);
      for (const shown of [waiting, mined]) {
        assert.equal(shown["yParity"], request.type === 0 ? undefined : `0x${yParity}`, `type ${request.type}`);
        assert.equal(Number(shown["chainId"]), CHAIN_ID);
      }
      // The pool shows all fields that a block shows, except its index and its price there: until then the price is its
      // cap.
      assert.equal(waiting["gasPrice"], waiting["maxFeePerGas"] ?? mined["gasPrice"]);
      const place = [
        "blockHash",
        "blockNumber",
        "blockTimestamp",
        "transactionIndex",
        "l1BatchNumber",
        "l1BatchTxIndex",
        "gasPrice",
      ];
      const parts = (shown: Fields) => Object.fromEntries(Object.entries(shown).filter(([name]) => !place.includes(name)));
      assert.deepEqual(parts(waiting), parts(mined));
      const block = await ask<{ transactions: Fields[] }>("eth_getBlockByNumber", mined["blockNumber"], true);
      assert.deepEqual(block.transactions, [mined]);
    }
  });

  it("a transaction from before EIP-155 names no chain", async () => {
    const old = Transaction.from(await wallet.signRaw({ type: 0, to: FRIEND, chainId: 0 }));
    const shown = await ask<Fields>("eth_getTransactionByHash", await ask<Hex>("eth_sendRawTransaction", old.serialized));
    assert.deepEqual([shown["chainId"], shown["yParity"], Number(shown["v"])], [undefined, undefined, old.signature!.v]);
  });

  it("the bytes that were sent come back by hash and by place, from blocks and from the pool", async () => {
    for (const request of [...requests(), { type: 0, to: FRIEND, chainId: 0 }]) {
      const raw = await wallet.signRaw(request);
      test.chain.sequencer.setAutomatic(false);
      const hash = await ask<Hex>("eth_sendRawTransaction", raw);
      assert.equal(await ask("eth_getRawTransactionByHash", hash), raw);
      await ask("evm_mine");
      test.chain.sequencer.setAutomatic(true);
      const { blockHash, blockNumber } = await ask<Fields>("eth_getTransactionReceipt", hash);
      assert.equal(keccak256(raw), hash);
      for (const [method, ...params] of [
        ["eth_getRawTransactionByHash", hash],
        ["debug_getRawTransaction", hash],
        ["eth_getRawTransactionByBlockHashAndIndex", blockHash, "0x0"],
        ["eth_getRawTransactionByBlockNumberAndIndex", blockNumber, "0x0"],
        ["eth_getRawTransactionByBlockNumberAndIndex", "latest", "0x0"],
      ] as const)
        assert.equal(await ask(method, ...params), raw, `${method}, type ${request.type}`);
      assert.equal(await ask("eth_getRawTransactionByBlockNumberAndIndex", blockNumber, "0x1"), null);
    }
    assert.equal(await ask("eth_getRawTransactionByHash", wordToHex(1n)), null);
    assert.equal(await ask("eth_getRawTransactionByBlockHashAndIndex", wordToHex(1n), "0x0"), null);
  });

  it("blocks have no blobs, and a price for them", async () => {
    const client = createPublicClient({
      transport: custom({ request: ({ method, params }) => ask(method, ...((params as unknown[] | undefined) ?? [])) }),
    });
    for (const blockTag of ["latest", "pending"] as const) {
      const block = await client.getBlock({ blockTag });
      assert.deepEqual([block.blobGasUsed, block.excessBlobGas], [0n, 0n], blockTag);
    }
    type History = { baseFeePerBlobGas: Hex[]; blobGasUsedRatio: number[]; baseFeePerGas: Hex[] };
    const history = await ask<History>("eth_feeHistory", "0x2", "latest", []);
    // As many prices as blocks and the next one (execution-apis, eth_feeHistory).
    assert.deepEqual(
      [history.baseFeePerGas.length, history.baseFeePerBlobGas, history.blobGasUsedRatio],
      [3, ["0x1", "0x1", "0x1"], [0, 0]],
    );
  });

  it("the next block has as many transactions as its count says", async () => {
    const client = createPublicClient({
      transport: custom({ request: ({ method, params }) => ask(method, ...((params as unknown[] | undefined) ?? [])) }),
    });
    test.chain.sequencer.setAutomatic(false);
    await ask("eth_sendRawTransaction", await wallet.signRaw({ to: FRIEND, value: 1n }));
    assert.equal((await client.getBlock({ blockTag: "pending" })).transactions.length, 1);
    assert.equal(await client.getBlockTransactionCount({ blockTag: "pending" }), 1);
    await ask("evm_mine");
    test.chain.sequencer.setAutomatic(true);
    assert.equal(await client.getBlockTransactionCount({ blockTag: "pending" }), 0);
  });

  it("a block is named by its hash wherever it is named by its number", async () => {
    await ask("evm_mine");
    const { hash, number } = await ask<Fields>("eth_getBlockByNumber", "latest", false);
    await ask("eth_sendRawTransaction", await wallet.signRaw({ to: FRIEND, value: 1n }));
    const { hash: newest, number: head } = await ask<Fields>("eth_getBlockByNumber", "latest", false);
    const call = { to: CLOCK };
    const config = { tracer: "callTracer" };
    const methods: readonly (readonly [method: string, ask: (block: unknown) => readonly unknown[]])[] = [
      ["eth_getBalance", (block) => [FRIEND, block]],
      ["eth_getCode", (block) => [CLOCK, block]],
      ["eth_getStorageAt", (block) => [CLOCK, "0x0", block]],
      ["eth_getTransactionCount", (block) => [wallet.address, block]],
      ["eth_call", (block) => [call, block]],
      ["eth_estimateGas", (block) => [call, block]],
      ["eth_createAccessList", (block) => [call, block]],
      ["eth_simulateV1", (block) => [{ blockStateCalls: [{ calls: [call] }] }, block]],
      ["eth_getBlockReceipts", (block) => [block]],
      ["debug_traceCall", (block) => [call, block, config]],
      ["debug_traceBlockByNumber", (block) => [block, config]],
      ["ots_hasCode", (block) => [CLOCK, block]],
    ];
    for (const [method, params] of methods) {
      for (const [blockHash, blockNumber] of [
        [hash, number],
        [newest, head],
      ]) {
        const expected = await ask(method, ...params(blockNumber));
        for (const named of [blockHash, { blockHash }, { blockHash, requireCanonical: true }, { blockNumber }])
          assert.deepEqual(await ask(method, ...params(named)), expected, `${method} ${JSON.stringify(named)}`);
      }
      const absent = { blockHash: wordToHex(9n) };
      if (method === "eth_getBlockReceipts") assert.equal(await ask(method, ...params(absent)), null);
      else await assert.rejects(ask(method, ...params(absent)), { code: -32000, data: { code: "UnknownBlock" } }, method);
      for (const wrong of [{}, { blockHash: hash, blockNumber: number }, { blockHash: "0x12" }])
        await assert.rejects(ask(method, ...params(wrong)), { code: -32602, message: /blockHash/ }, method);
    }
    // A call sees the number of the block that it names.
    assert.equal(BigInt(await ask<Hex>("eth_call", call, { blockHash: hash })), BigInt(number!));
  });

  it("net_listening answers as for every node that can be asked", async () => {
    assert.equal(await ask("net_listening"), true);
  });
});
