import assert from "node:assert/strict";
import { it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { RpcCode } from "../../../src/chain/rpc/request/json-rpc.ts";
import { startTestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";

it("requests for logs are answered one at a time, each in a separate turn, at most 4,096 of all clients", async () => {
  const test = await startTestChain();
  try {
    let inTurn = 0;
    let most = 0;
    const { blocks } = test.chain;
    const read = blocks.logs.bind(blocks);
    const logs: typeof blocks.logs = (...range) => {
      most = Math.max(most, ++inTurn);
      setImmediate(() => inTurn--);
      return read(...range);
    };
    Object.assign(blocks, { logs });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    const clients = Array.from({ length: 5 }, () => outsideClient().client);
    const ask = (_: unknown, i: number): Promise<unknown> =>
      methods.get("eth_getLogs")!([{ fromBlock: "0x0" }], clients[i % 5]).catch((error: { code: number }) => error.code);
    const answers = await Promise.all(Array.from({ length: 4200 }, ask));
    assert.equal(most, 1);
    assert.equal(answers.filter((answer) => answer === RpcCode.limitExceeded).length, 4200 - 4096);
    assert.deepEqual(answers[0], []);
  } finally {
    await test.chain.close();
  }
});

it("kept blocks of an earlier process, whose text is read for each question, are looked at 32 in a turn", async () => {
  const test = await startTestChain();
  try {
    await test.chain.sequencer.mineMany(120, 1n);
    const { blocks } = test.chain;
    const read = blocks.logs.bind(blocks);
    const asked: (readonly [bigint, bigint])[] = [];
    const logs: typeof blocks.logs = (first, last, isWanted) => {
      asked.push([first, last]);
      return read(first, last, isWanted);
    };
    Object.assign(blocks, { logs, isKept: (number: bigint) => number <= 69n });
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    assert.deepEqual(await methods.get("eth_getLogs")!([{ fromBlock: "0x0", toBlock: "0x78" }], undefined), []);
    assert.deepEqual(asked, [
      [0n, 31n],
      [32n, 63n],
      [64n, 95n],
      [96n, 120n],
    ]);
  } finally {
    await test.chain.close();
  }
});

it("logs of a block that does not exist are refused by the name that all such refusals have", async () => {
  const test = await startTestChain();
  try {
    const methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    await assert.rejects(methods.get("eth_getLogs")!([{ blockHash: `0x${"ab".repeat(32)}` }], undefined), {
      code: RpcCode.rejected,
      data: { code: "UnknownBlock" },
    });
  } finally {
    await test.chain.close();
  }
});
