import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { startRpcServer, type RpcServer } from "../../../src/chain/rpc/transport/server.ts";
import { namedNotifications } from "../../../src/chain/rpc/named-notifications.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const ETHER = 10n ** 18n;
/** Runs its input as init code: as soon as such a contract exists, any call may reach it. */
const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
/** Adds 1 to slot 0 when it has input; returns the number of the block and slot 0. */
const COUNTER: Hex = `0x${"d5".repeat(20)}`;
const COUNTER_CODE: Hex = "0x3615600c575f546001015f555b435f525f5460205260405ff3";
/** Calls COUNTER without input and returns its answer: a reader in the manner of a multicall. */
const READER: Hex = `0x${"d6".repeat(20)}`;
const READER_CODE: Hex = `0x60405f5f5f5f73${COUNTER.slice(2)}5af15060405ff3`;
const READERS = 8;
const ROUNDS = 40;

interface Answer {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

describe("reads at a block that was just read", () => {
  let test: TestChain;
  let server: RpcServer;
  const sender = new TestWallet(190);

  before(async () => {
    test = await startTestChain({
      sequencer: { cheatsAllowed: true },
      genesis: [
        { address: sender.address, balanceWei: 1000n * ETHER },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
        { address: COUNTER, code: COUNTER_CODE, nonce: 1n },
        { address: READER, code: READER_CODE, nonce: 1n },
      ],
    });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    server = await startRpcServer({ host: "127.0.0.1", port: 0 }, { engine: namedNotifications(test.chain), methods });
  });
  after(async () => {
    await server.close();
    await test.chain.close();
  });

  async function rpc<Result>(method: string, ...params: unknown[]): Promise<Result> {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const response = await fetch(`http://127.0.0.1:${server.port}`, {
      method: "POST",
      body,
      headers: { "content-type": "application/json" },
    });
    const { result, error } = (await response.json()) as Answer;
    if (error !== undefined) throw new Error(`${method} ${JSON.stringify(params)}: ${error.code} ${error.message}`);
    return result as Result;
  }
  const words = (answer: Hex): bigint[] => [answer.slice(2, 66), answer.slice(66, 130)].map((word) => BigInt(`0x${word}`));

  it("are all answered over HTTP, by eight concurrent readers and a sender, with the chain's state at that time", async () => {
    await test.chain.submit(await sender.signRaw({ to: FACTORY, data: "0x5f5ff3", gasLimit: 200_000n }));
    // Block numbers with what the counter was after them: each transaction is a block.
    const expected = new Map<bigint, bigint>([[test.chain.sequencer.head.number, 0n]]);
    let isSending = true;
    const sending = (async () => {
      for (let count = 1n; isSending; count++) {
        const raw = await sender.signRaw({ to: COUNTER, data: "0x01", gasLimit: 100_000n });
        const hash = await rpc<Hex>("eth_sendRawTransaction", raw);
        const { blockNumber } = await rpc<{ blockNumber: Hex }>("eth_getTransactionReceipt", hash);
        expected.set(BigInt(blockNumber), count);
      }
    })();
    const seen: [bigint, bigint][] = [];
    await Promise.all(
      Array.from({ length: READERS }, async () => {
        for (let round = 0; round < ROUNDS; round++) {
          const pinned = await rpc<Hex>("eth_blockNumber");
          const [number, count] = words(await rpc<Hex>("eth_call", { to: READER }, pinned)) as [bigint, bigint];
          assert.equal(number, BigInt(pinned));
          const estimate = BigInt(await rpc<Hex>("eth_estimateGas", { from: sender.address, to: COUNTER, data: "0x01" }, pinned));
          assert.ok(estimate > 21_000n);
          const slot = BigInt(await rpc<Hex>("eth_getStorageAt", COUNTER, "0x0", pinned));
          assert.equal(slot, count);
          seen.push([number, count]);
        }
      }),
    );
    isSending = false;
    await sending;
    assert.ok(expected.size > 20, `${expected.size} blocks`);
    for (const [number, count] of seen) assert.equal(count, expected.get(number), `block ${number}`);
    // Every block since the start.
    for (const [number, count] of expected)
      assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, `0x${number.toString(16)}`)), [number, count]);
    assert.deepEqual(test.faults, []);
  });

  it("know cheats as part of the block before them, and nothing of blocks that were gone back on", async () => {
    const head = await rpc<Hex>("eth_blockNumber");
    const before = words(await rpc<Hex>("eth_call", { to: READER }, head));
    const first = await rpc<Hex>("evm_snapshot");
    await rpc("evm_mine");
    assert.equal(words(await rpc<Hex>("eth_call", { to: READER }))[0], BigInt(head) + 1n);
    await rpc("evm_revert", first);
    assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, head)), before);
    await assert.rejects(rpc("eth_call", { to: READER }, `0x${(BigInt(head) + 1n).toString(16)}`), /no block|block/);
    const mark = await rpc<Hex>("evm_snapshot");
    await rpc("evm_mine");
    const next = await rpc<Hex>("eth_blockNumber");
    await rpc("hardhat_setStorageAt", COUNTER, "0x0", wordToHex(77n));
    assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, next)), [BigInt(next), 77n]);
    assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, head)), before);
    await rpc("evm_mine");
    assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, next)), [BigInt(next), 77n]);
    await rpc("evm_revert", mark);
    assert.deepEqual(words(await rpc<Hex>("eth_call", { to: READER }, head)), before);
  });
});
