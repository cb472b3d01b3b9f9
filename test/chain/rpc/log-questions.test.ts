import assert from "node:assert/strict";
import { it } from "node:test";
import { chainMethods } from "../../../src/chain/rpc/methods.ts";
import { RpcCode } from "../../../src/chain/rpc/json-rpc.ts";
import { startTestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";

it("questions about logs are answered one at a time, each in a turn of its own, 4,096 of all clients at most", async () => {
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
