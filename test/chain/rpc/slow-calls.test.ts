import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { getCreateAddress } from "ethers";
import type { Chain } from "../../../src/chain/chain.ts";
import { chainMethods } from "../../../src/chain/rpc/methods.ts";
import type { RpcMethods } from "../../../src/chain/rpc/dispatch.ts";
import { RpcCode } from "../../../src/chain/rpc/json-rpc.ts";
import type { Witness } from "../../../src/chain/witness/witness.ts";
import type { Hex } from "../../../src/protocol/hex.ts";
import { startTestChain } from "../support/chain.ts";
import { TestWallet } from "../support/wallet.ts";

const FACTORY: Hex = `0x${"d4".repeat(20)}`;
const FACTORY_CODE: Hex = "0x365f5f37365f5ff05f5260205ff3";
/** Init code that stops at once. */
const CALL = { to: FACTORY, data: "0x00" };

/** The chain with a witness whose answers to questions come when they are let go. */
function withHeldWitness(chain: Chain): { readonly chain: Chain; readonly held: (() => void)[] } {
  const held: (() => void)[] = [];
  const witness: Witness = {
    async request(operation, request) {
      await new Promise<void>((resolve) => held.push(resolve));
      return chain.witness.request(operation, request);
    },
    pending: 0,
    close: () => chain.witness.close(),
  };
  return { chain: { ...chain, witness }, held };
}

describe("calls that the witness answers", () => {
  it("come to it one at a time, 512 at most, and blocks are made meanwhile", async () => {
    const wallet = new TestWallet(160);
    const test = await startTestChain({
      genesis: [{ address: wallet.address, balanceWei: 10n ** 18n }, { address: FACTORY, code: FACTORY_CODE, nonce: 1n }],
    });
    try {
      const { chain, held } = withHeldWitness(test.chain);
      const methods: RpcMethods = chainMethods(chain, { gasPriceWei: 1n, development: false });
      let answered = 0;
      const ask = (method: string): Promise<unknown> => methods.get(method)!([CALL], undefined).finally(() => answered++);
      const answerAll = async (count: number): Promise<void> => {
        while (answered < count) {
          await new Promise((resolve) => setImmediate(resolve));
          assert.ok(held.length <= 1, "one question is with the witness at a time");
          held.pop()?.();
        }
      };
      const kinds = Promise.all(["eth_call", "eth_estimateGas", "zks_estimateGasL1ToL2"].map(ask));
      await answerAll(3);
      const [returned, gas, fromL1] = await kinds;
      assert.equal(returned, `0x${"00".repeat(12)}${getCreateAddress({ from: FACTORY, nonce: 1 }).slice(2).toLowerCase()}`);
      assert.ok(BigInt(gas as Hex) > 53_000n && BigInt(fromL1 as Hex) > 53_000n);

      const many = Promise.all(Array.from({ length: 600 }, () => ask("eth_call").catch((error: { code: number }) => error.code)));
      await test.chain.submit(await wallet.signRaw({ to: FACTORY, data: "0x00" }));
      assert.ok(answered <= 3 + 600 - 512);
      await answerAll(603);
      assert.equal((await many).filter((answer) => answer === RpcCode.limitExceeded).length, 600 - 512);
      assert.deepEqual(test.faults, []);
    } finally {
      await test.chain.close();
    }
  });
});
