import assert from "node:assert/strict";
import { it } from "node:test";
import { setImmediate as nextTurn } from "node:timers/promises";
import { id, Wallet, zeroPadValue } from "ethers";
import type { CallAnswer, SimulationQuestion } from "../../../src/chain/questions/asked/question.ts";
import type { Asking } from "../../../src/chain/rpc/calls/asking.ts";
import { Bundler } from "../../../src/chain/rpc/bundler/bundler.ts";
import { estimateOperation } from "../../../src/chain/rpc/bundler/gas-estimate.ts";
import { ENTRY_POINTS } from "../../../src/chain/model/entry-points.ts";
import type { UserOperation } from "../../../src/chain/rpc/bundler/user-operation.ts";
import { RpcCode, RpcError } from "../../../src/chain/rpc/request/json-rpc.ts";
import { wordToHex, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain } from "../support/chain.ts";

const SUCCESS: CallAnswer = {
  receipt: { success: true, gasUsed: 100_000n, logs: [] } as unknown as NonNullable<CallAnswer["receipt"]>,
  reason: undefined,
  output: "0x",
  error: undefined,
  isHostile: false,
  creators: [],
  exceedsCallData: false,
  isLong: false,
  isHeavy: false,
  isLate: false,
  readsTime: false,
};

/** Answers simulations of one operation at a time; the logs of several exceed the limit of a request. */
const askOne = (async (_kind: string, { blocks }: SimulationQuestion) => {
  const calls = blocks.flatMap((block) => block.calls);
  if (calls.length > 1) throw new RpcError(RpcCode.limitExceeded, "too many logs", { code: "AnswerTooLarge" });
  return [{ calls: calls.map(() => SUCCESS), logsBloom: "0x" }];
}) as unknown as Asking;

function operationOf(number: number): UserOperation {
  return {
    sender: `0x${number.toString(16).padStart(40, "a")}`,
    nonce: 0n,
    ...{ factory: undefined, factoryData: "0x", callData: "0x", paymaster: undefined, paymasterData: "0x", signature: "0x" },
    ...{ callGasLimit: 0n, verificationGasLimit: 0n, preVerificationGas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
    ...{ paymasterVerificationGasLimit: 0n, paymasterPostOpGasLimit: 0n },
  };
}

it("B6: user operations whose logs together exceed the limit of a request are executed one by one", async () => {
  const { chain, faults } = await startTestChain();
  try {
    chain.sequencer.setAutomatic(false);
    const bundler = new Bundler(chain, askOne, { wallet: new Wallet(`0x${"77".repeat(32)}`), nowMs: () => 0 });
    const hashes: Hex[] = [];
    for (let i = 1; i <= 3; i++) {
      const hash = wordToHex(BigInt(i));
      await bundler.send(operationOf(i), ENTRY_POINTS["0.8"], hash, undefined);
      hashes.push(hash);
    }
    for (const hash of hashes) {
      await chain.sequencer.mine();
      while (bundler.transactions.get(hash) === undefined) {
        assert.notEqual(bundler.pool.find(hash), undefined);
        await nextTurn();
      }
      // The next one is sent in its round.
      while (bundler.pool.sent.length === 0 && bundler.pool.waiting.length > 0) await nextTurn();
    }
    assert.deepEqual(faults, []);
  } finally {
    await chain.close();
  }
});

const carrier = { bundler: `0x${"b1".repeat(20)}`, beneficiary: `0x${"b2".repeat(20)}` } as const;

it("an estimate refuses limits that no transaction has, and fees that no bundler takes, as sending does", async () => {
  const { chain } = await startTestChain();
  const using = (gasUsed: bigint): Asking =>
    (async (_kind: string, { blocks }: SimulationQuestion) => {
      const receipt = { ...SUCCESS.receipt, gasUsed };
      return [{ calls: blocks.flatMap(({ calls }) => calls).map(() => ({ ...SUCCESS, receipt })), logsBloom: "0x" }];
    }) as unknown as Asking;
  const estimate = (gasUsed: bigint, changes: Partial<UserOperation> = {}) =>
    estimateOperation(
      { operation: { ...operationOf(1), ...changes }, entryPoint: ENTRY_POINTS["0.8"], overrides: [], client: undefined },
      { chain, ask: using(gasUsed), carrier },
    );
  try {
    await assert.rejects(estimate(16_000_000n), { code: -32602, message: /a transaction has at most 16777216/ });
    await assert.rejects(estimate(100_000n, { maxPriorityFeePerGas: 1n }), { code: -32602, message: /above maxFeePerGas/ });
    assert.ok((await estimate(100_000n)).callGasLimit > 100_000n);
  } finally {
    await chain.close();
  }
});

it("an operation that pays a contract of the OP Stack where the chain has none is refused by name, and another one is not", async () => {
  const { chain } = await startTestChain();
  const oracle = "0x420000000000000000000000000000000000000f";
  /** Answers that the operation pays these accounts, if transfers are to be logged. */
  const paying = (accounts: readonly Hex[]): Asking =>
    (async (_kind: string, { blocks, logsTransfers }: SimulationQuestion) => {
      const logs = accounts.map((account) => ({
        address: "0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee",
        topics: [id("Transfer(address,address,uint256)"), wordToHex(1n), zeroPadValue(account, 32)],
        data: wordToHex(5n),
      }));
      const receipt = { ...SUCCESS.receipt, logs: logsTransfers ? logs : [] };
      return [{ calls: blocks.flatMap(({ calls }) => calls).map(() => ({ ...SUCCESS, receipt })), logsBloom: "0x" }];
    }) as unknown as Asking;
  const send = (accounts: readonly Hex[], hash: bigint): Promise<void> => {
    const bundler = new Bundler(chain, paying(accounts), { wallet: new Wallet(`0x${"77".repeat(32)}`), nowMs: () => 0 });
    return bundler.send(operationOf(1), ENTRY_POINTS["0.8"], wordToHex(hash), undefined);
  };
  try {
    await assert.rejects(send(["0x4200000000000000000000000000000000000800", oracle], 1n), { code: "NoSuchPredeploy" });
    await send(["0x4200000000000000000000000000000000000800"], 2n);
    const request = { operation: operationOf(1), entryPoint: ENTRY_POINTS["0.8"], overrides: [], client: undefined };
    const estimate = (accounts: readonly Hex[]) => estimateOperation(request, { chain, ask: paying(accounts), carrier });
    await assert.rejects(estimate([oracle]), { code: "NoSuchPredeploy" });
    assert.ok((await estimate(["0x4200000000000000000000000000000000000800"])).callGasLimit > 0n);
  } finally {
    await chain.close();
  }
});
