import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { answerBody } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const SINK: Hex = `0x${"c4".repeat(20)}`;

describe("hostile input to the development methods", () => {
  let test: TestChain;
  const wallet = new TestWallet(121);

  before(async () => {
    test = await startTestChain({ genesis: [{ address: wallet.address, balanceWei: 10n ** 18n }] });
  });
  after(() => test.chain.close());

  it("every one answers nonsense and the chain continues", async () => {
    const all = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    const plain = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: false });
    const word = `0x${"f".repeat(64)}`;
    const nonsense: readonly unknown[] = [
      null,
      true,
      -1,
      1.5,
      2 ** 53,
      1e300,
      "",
      "0x",
      "0xg",
      "latest",
      "0x0",
      "0xffffffffffffffff",
      word,
      `${word}f`,
      SINK,
      `0x${"73".repeat(5)}`,
      [],
      {},
      { from: SINK },
      { from: 7 },
    ];
    const lists = nonsense.flatMap((value) => [[], [value], [SINK, value], [SINK, "0x1", value], [value, value, value]]);
    for (const method of all.keys()) {
      if (plain.has(method)) continue;
      for (const params of lists) {
        const answer = JSON.parse(
          await answerBody(JSON.stringify({ jsonrpc: "2.0", id: 1, method, params }), all, undefined),
        ) as { result?: unknown; error?: { code: number; message: string } };
        assert.ok(answer.result !== undefined || typeof answer.error?.code === "number", method);
        assert.deepEqual(test.faults, [], `${method} ${JSON.stringify(params)} stopped the chain`);
      }
    }
    await test.chain.submit(await wallet.signRaw({ to: SINK, value: 1n }));
    assert.deepEqual(test.faults, []);
  });
});
