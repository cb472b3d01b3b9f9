import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { Chain } from "../../../src/chain/chain.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import type { RpcMethods } from "../../../src/chain/rpc/request/dispatch.ts";
import { RpcCode } from "../../../src/chain/rpc/request/json-rpc.ts";
import type { Questions } from "../../../src/chain/questions/questions.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain } from "../support/chain.ts";
import { outsideClient } from "../support/outside-client.ts";
import { TestWallet } from "../support/wallet.ts";

const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
/** Init code that stops at once. */
const CALL = { to: FACTORY, data: "0x00" };

/** The chain with answers to questions that come when they are let go. */
function withHeldAnswers(chain: Chain): { readonly chain: Chain; readonly held: (() => void)[] } {
  const held: (() => void)[] = [];
  const questions: Questions = {
    async ask(kind, question) {
      await new Promise<void>((resolve) => held.push(resolve));
      return chain.questions.ask(kind, question);
    },
    close: () => chain.questions.close(),
  };
  return { chain: { ...chain, questions }, held };
}

describe("calls that wait", () => {
  it("are put two at a time, 4,096 of all clients at most, and blocks are made meanwhile", async () => {
    const wallet = new TestWallet(160);
    const test = await startTestChain({
      genesis: [
        { address: wallet.address, balanceWei: 10n ** 18n },
        { address: FACTORY, code: FACTORY_CODE, nonce: 1n },
      ],
    });
    try {
      const { chain, held } = withHeldAnswers(test.chain);
      const methods: RpcMethods = chainMethods(chain, { gasPrice: { toldWei: 1n }, development: false });
      const clients = Array.from({ length: 5 }, () => outsideClient().client);
      let asked = 0;
      let answered = 0;
      const ask = (method: string): Promise<unknown> =>
        methods.get(method)!([CALL], clients[asked++ % 5]).finally(() => answered++);
      const answerAll = async (count: number): Promise<void> => {
        while (answered < count) {
          await new Promise((resolve) => setImmediate(resolve));
          assert.ok(held.length <= 2, "two requests are pending at a time");
          held.pop()?.();
        }
      };
      const kinds = Promise.all(["eth_call", "eth_estimateGas", "zks_estimateGasL1ToL2"].map(ask));
      await answerAll(3);
      const [returned, gas, fromL1] = await kinds;
      assert.equal(returned, `0x${"00".repeat(12)}${getCreateAddress({ from: FACTORY, nonce: 1 }).slice(2).toLowerCase()}`);
      assert.ok(BigInt(gas as Hex) > 53_000n && BigInt(fromL1 as Hex) > 53_000n);

      const many = Promise.all(
        Array.from({ length: 4_200 }, () => ask("eth_call").catch((error: { code: number }) => error.code)),
      );
      await test.chain.submit(await wallet.signRaw({ to: FACTORY, data: "0x00" }));
      assert.ok(answered <= 3 + 4_200 - 4_096);
      await answerAll(4_203);
      assert.equal((await many).filter((answer) => answer === RpcCode.limitExceeded).length, 4_200 - 4_096);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });
});
