import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { chainMethods } from "../../../src/chain/rpc/methods.ts";
import { RpcCode } from "../../../src/chain/rpc/json-rpc.ts";
import type { ExecutionEngine } from "../../../src/chain/execution/engine.ts";
import { startTestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";

it("questions about logs come to the engine one at a time, 4,096 of all clients at most", async () => {
  const test = await startTestChain();
  try {
    let underWay = 0;
    let most = 0;
    let asked = 0;
    const request: ExecutionEngine["request"] = async (method, params) => {
      most = Math.max(most, ++underWay);
      try {
        // The first ones are the engine's: all would take seconds.
        if (method === "eth_getLogs" && asked++ > 100) return await nextTurn([]);
        return await test.chain.engine.request(method, params);
      } finally {
        underWay--;
      }
    };
    const engine = Object.assign(Object.create(test.chain.engine) as ExecutionEngine, { request });
    const methods = chainMethods({ ...test.chain, engine }, { gasPrice: { toldWei: 1n }, development: false });
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
