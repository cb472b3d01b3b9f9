import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { Wallet } from "ethers";
import { chainMethods } from "../../src/chain/rpc/served/methods.ts";
import type { RpcMethods } from "../../src/chain/rpc/request/dispatch.ts";
import { namedNotifications } from "../../src/chain/rpc/named-notifications.ts";
import { contractNames } from "../../src/ecosystem/client/sending/revert-reason.ts";
import { InProcessProvider } from "../../src/chain/node/serving/eip1193.ts";
import { connectInProcess, withCallsFromOutside } from "../../src/ecosystem/devnet/relaying/relaying.ts";
import type { MessageInfo } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { traceMessage } from "../../src/ecosystem/devnet/view/feed/message-trace.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain } from "../chain/support/chain.ts";
import { TestWallet } from "../chain/support/wallet.ts";

/**
 * Reverts. Called by a transaction itself, before the block whose number its input is, it first creates a contract of an incomplete
 * PUSH20, which ends the engine's process.
 */
const TARGET: Hex = `0x${"d7".repeat(20)}`;
const TARGET_CODE: Hex = "0x3233145f35431016600e575f5ffd5b60735f5360015f5ff05f5ffd";
/** Calls TARGET with its own input. */
const CALLER: Hex = `0x${"d8".repeat(20)}`;
const CALLER_CODE: Hex = `0x60205f5f375f5f60205f5f73${TARGET.slice(2)}5af100`;
/** Account that runs instructions until its gas is spent: more than the engine may record. */
const ENDLESS: Hex = `0x${"d9".repeat(20)}`;

describe("what strangers wrote and parts of this process run", () => {
  let test: TestChain;
  let methods: RpcMethods;
  let provider: InProcessProvider;
  const sender = new TestWallet(196);
  const answer = async (method: string, params: readonly unknown[]) => methods.get(method)!(params, undefined);

  before(async () => {
    test = await startTestChain({
      genesis: [
        { address: sender.address, balanceWei: 10n ** 18n },
        { address: TARGET, code: TARGET_CODE, nonce: 1n },
        { address: CALLER, code: CALLER_CODE, nonce: 1n },
        { address: ENDLESS, code: "0x5b5f56", nonce: 1n },
      ],
    });
    methods = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
    provider = new InProcessProvider(methods, namedNotifications(test.chain));
    await test.chain.submit(await sender.signRaw({ to: sender.address }));
  });
  after(async () => {
    provider.close();
    await test.chain.close();
  });

  it("is not repeated in the engine for the lines of a message's trace, where it would do something else", async () => {
    const { chain } = test;
    const next = chain.sequencer.head.number + 1n;
    const transactionHash = await chain.submit(await sender.signRaw({ to: CALLER, data: wordToHex(next), gasLimit: 300_000n }));
    assert.equal(chain.sequencer.head.number, next);
    const message = {
      messageHash: wordToHex(1n),
      steps: [{ step: "executed", chainId: chain.chainId, transactionHash }],
    } as unknown as MessageInfo;
    const names = async () => contractNames([]);
    const { failure } = await traceMessage(message, undefined, {
      chains: () => [{ chainId: BigInt(chain.chainId), provider, answer }],
      names,
    });
    assert.deepEqual([failure?.contract, failure?.data, failure?.stackTrace], [TARGET, "0x", []]);
    assert.equal(await provider.request({ method: "eth_blockNumber" }), `0x${next.toString(16)}`);
  });

  it("does not run in the engine when a relayer tries a delivery", async () => {
    const { chain } = test;
    const client = connectInProcess(BigInt(chain.chainId), withCallsFromOutside({ provider, answer }));
    try {
      // At the newest block it is hostile; where the guard looks, in the next one, it would not be.
      const data = wordToHex(chain.sequencer.head.number + 1n);
      await assert.rejects(client.call({ from: sender.address, to: TARGET, data }), { code: "CALL_EXCEPTION" });
      const relayer = new Wallet(wordToHex(99n), client);
      // On a busy machine its time ends before it has run too many instructions.
      await assert.rejects(relayer.estimateGas({ to: ENDLESS, gasLimit: 15_000_000n }), (error: Error) =>
        /TooManySteps|QuestionTooLong/.test(JSON.stringify(error)),
      );
      assert.equal(BigInt(await client.send("eth_blockNumber", [])), chain.sequencer.head.number);
    } finally {
      client.destroy();
    }
  });
});
