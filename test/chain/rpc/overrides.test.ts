import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { RpcClient } from "../../../src/chain/rpc/request/dispatch.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { COINBASE } from "../support/engine.ts";

/** Returns NUMBER, TIMESTAMP, COINBASE, PREVRANDAO, GASLIMIT, BASEFEE. */
const CLOCK: Hex = `0x${"a1".repeat(20)}`;
const CLOCK_CODE: Hex = "0x435f52426020524160405244606052456080524860a05260c05ff3";
/** Returns slots 1 and 2. */
const SLOTS: Hex = `0x${"a2".repeat(20)}`;
const SLOTS_CODE: Hex = "0x6001545f5260025460205260405ff3";
const SELF: RpcClient = { subscriptions: new Set(), gone: new AbortController().signal, isInProcess: true };

describe("overrides of calls", () => {
  let test: TestChain;

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: CLOCK, code: CLOCK_CODE, nonce: 1n },
        {
          address: SLOTS,
          code: SLOTS_CODE,
          nonce: 1n,
          storage: [
            { slot: 1n, value: 5n },
            { slot: 2n, value: 6n },
          ],
        },
      ],
    });
    await test.chain.sequencer.mine();
  });
  after(() => test.chain.close());

  const ask = async (client: RpcClient | undefined, ...params: unknown[]): Promise<bigint[]> => {
    const answer = (await chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false }).get("eth_call")!(
      params,
      client,
    )) as Hex;
    return (answer.slice(2).match(/.{64}/g) ?? []).map((word) => BigInt(`0x${word}`));
  };

  it("a call takes equal input and data, whatever their case, and refuses two that differ", async () => {
    const call = { to: SLOTS, input: "0xab", data: "0xAB" };
    assert.deepEqual(await ask(undefined, call), [5n, 6n]);
    await assert.rejects(ask(undefined, { ...call, data: "0xac" }), {
      code: -32602,
      message: /`input` and `data`, which differ/,
    });
  });

  for (const [who, client] of [
    ["other processes", undefined],
    ["this process", SELF],
  ] as const) {
    it(`of the block are in force for ${who}, under every name that clients use`, async () => {
      const plain = await ask(client, { to: CLOCK });
      assert.deepEqual([plain[0], plain[2], plain[5]], [test.chain.sequencer.head.number, BigInt(COINBASE), 0n]);
      const other = `0x${"c7".repeat(20)}`;
      const geth = {
        number: "0x64",
        time: "0x6b000000",
        gasLimit: "0x123456",
        feeRecipient: other,
        prevRandao: wordToHex(9n),
        baseFeePerGas: "0x7",
      };
      const expected = [100n, 0x6b000000n, BigInt(other), 9n, 0x123456n, 7n];
      assert.deepEqual(await ask(client, { to: CLOCK }, "latest", {}, geth), expected);
      const others = {
        number: "0x64",
        timestamp: "0x6b000000",
        gasLimit: "0x123456",
        coinbase: other,
        random: "0x9",
        baseFee: "0x7",
      };
      assert.deepEqual(await ask(client, { to: CLOCK }, "latest", null, others), expected);
      assert.deepEqual((await ask(client, { to: CLOCK }, "latest", {}, { number: "0x64" })).slice(1), plain.slice(1));
      assert.deepEqual(await ask(client, { to: CLOCK }, `0x${test.chain.sequencer.head.number.toString(16)}`), plain);
    });

    it(`that cannot be are refused by name for ${who}`, async () => {
      const refused = (name: string) => ({ code: -32602, message: new RegExp(name) });
      for (const name of ["blobBaseFee", "blockHash", "withdrawals", "numbr"]) {
        await assert.rejects(ask(client, { to: CLOCK }, "latest", {}, { [name]: "0x1" }), refused(name));
      }
      for (const name of ["movePrecompileToAddress", "balanse"]) {
        await assert.rejects(ask(client, { to: CLOCK }, "latest", { [CLOCK]: { [name]: CLOCK } }), refused(name));
      }
      await assert.rejects(ask(client, { to: CLOCK }, "latest", {}, { time: "0x1", timestamp: "0x2" }), refused("twice"));
      await assert.rejects(ask(client, { to: CLOCK }, "latest", { [CLOCK]: { state: {}, stateDiff: {} } }), refused("either"));
    });

    it(`of an account's storage replace all of it, or slots of it, for ${who}`, async () => {
      assert.deepEqual(await ask(client, { to: SLOTS }), [5n, 6n]);
      assert.deepEqual(await ask(client, { to: SLOTS }, "latest", { [SLOTS]: { stateDiff: { "0x1": "0x9" } } }), [9n, 6n]);
      assert.deepEqual(await ask(client, { to: SLOTS }, "latest", { [SLOTS]: { state: { "0x1": "0x9" } } }), [9n, 0n]);
      assert.deepEqual(await ask(client, { to: SLOTS }, "0x0"), [5n, 6n]);
    });
  }
});
