import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { RpcMethod } from "../../../src/chain/rpc/request/dispatch.ts";
import { chainMethods } from "../../../src/chain/rpc/served/methods.ts";
import { hexQuantity, type Hex } from "../../../src/ground/protocol/hex.ts";
import { startTestChain, type TestChain, type TestChainOptions } from "../support/chain.ts";
import { GENESIS_TIMESTAMP } from "../support/engine.ts";
import { DEAR_IN_ONE_SECOND, FOR_EACH_SECOND, GAS_OF_A_SECOND, ONCE_A_SECOND } from "../support/timed-contracts.ts";
import { until } from "../../support/until.ts";
import { TestWallet } from "../support/wallet.ts";

const CONTRACT: Hex = `0x${"a1".repeat(20)}`;
const SENDS = 40;
const wallet = new TestWallet(411);

interface TimedChain extends TestChain {
  ask(method: string, ...params: readonly unknown[]): Promise<unknown>;
}

async function withContract(code: Hex, options: TestChainOptions, use: (test: TimedChain) => Promise<void>): Promise<void> {
  wallet.nonce = 0;
  const test = await startTestChain({
    genesis: [
      { address: wallet.address, balanceWei: 10n ** 18n },
      { address: CONTRACT, code, nonce: 1n, storage: [{ slot: 0n, value: GENESIS_TIMESTAMP }] },
    ],
    ...options,
  });
  const methods: ReadonlyMap<string, RpcMethod> = chainMethods(test.chain, { gasPrice: { toldWei: 1n }, development: true });
  const ask: TimedChain["ask"] = async (method, ...params) => methods.get(method)!(params, undefined);
  try {
    await use(Object.assign(test, { ask }));
  } finally {
    await test.chain.close();
  }
}

const estimateOf = async ({ ask }: TimedChain): Promise<bigint> =>
  BigInt((await ask("eth_estimateGas", { from: wallet.address, to: CONTRACT })) as Hex);

/** Sends with exactly the estimated gas, `ms` milliseconds after the estimate. Resolves with the transaction's status. */
async function sendAfter(test: TimedChain, ms: number, blockAfterMs = 0): Promise<string> {
  const gasLimit = await estimateOf(test);
  test.clock.advance(ms);
  const { clock } = test;
  const [{ newest }, timers] = [test.chain.blocks, clock.pendingTimers];
  const hash = await test.ask("eth_sendRawTransaction", await wallet.signRaw({ to: CONTRACT, gasLimit }));
  clock.advance(blockAfterMs);
  // The receipt follows its block, and the timer of the block after it follows both.
  await until(() => test.chain.index.head! > newest && clock.pendingTimers === timers);
  const receipt = await test.ask("eth_getTransactionReceipt", hash);
  return (receipt as { readonly status: string }).status;
}

async function successes(test: TimedChain, delaysMs: readonly number[], blockAfterMs?: number): Promise<number> {
  let count = 0;
  for (let i = 0; i < SENDS; i++) {
    if ((await sendAfter(test, delaysMs[i % delaysMs.length]!, blockAfterMs)) === "0x1") count++;
  }
  return count;
}

describe("an estimate for the next block", () => {
  const contracts = [
    ["a contract that accrues once a second", ONCE_A_SECOND],
    ["a contract that costs more in a second that it has seen", DEAR_IN_ONE_SECOND],
    ["a contract that pays for each second", FOR_EACH_SECOND],
  ] as const;
  for (const [name, code] of contracts) {
    for (const distinctTimestamps of [false, true]) {
      const where = distinctTimestamps ? "whose blocks have a second each" : "whose blocks share seconds";
      it(`is enough for ${name}, on a chain ${where}, in each of ${SENDS} sends`, async () => {
        await withContract(code, { distinctTimestamps }, async (test) => {
          assert.equal(await successes(test, [0, 1_000, 400, 2_000, 0, 700]), SENDS);
        });
      });
    }
  }

  it("is enough for a block that comes by interval, as long as a transaction may wait for it", async () => {
    const sequencer = { blocks: { type: "interval", intervalMs: 5_000, maxTransactions: 10 } } as const;
    await withContract(FOR_EACH_SECOND, { sequencer }, async (test) => {
      assert.equal(await successes(test, [0, 1_000, 2_000], 5_000), SENDS);
    });
  });

  it("is made for exactly the time that is fixed for that block", async () => {
    await withContract(FOR_EACH_SECOND, {}, async (test) => {
      const gasAt = async (second: bigint): Promise<bigint> => {
        await test.ask("evm_setNextBlockTimestamp", hexQuantity(GENESIS_TIMESTAMP + second));
        return estimateOf(test);
      };
      assert.equal((await gasAt(11n)) - (await gasAt(10n)), GAS_OF_A_SECOND);
      const inSecond = await gasAt(1n);
      assert.ok((await gasAt(0n)) < inSecond - 20_000n, "the newest block's own second may be fixed, too");
    });
  });

  it("is made for one block alone where a block is named, or its time", async () => {
    await withContract(FOR_EACH_SECOND, {}, async (test) => {
      const gas = async (...rest: readonly unknown[]) =>
        BigInt((await test.ask("eth_estimateGas", { from: wallet.address, to: CONTRACT }, ...rest)) as Hex);
      const time = (second: bigint) => ({ time: hexQuantity(GENESIS_TIMESTAMP + second) });
      assert.equal((await gas("latest", null, time(3n))) - (await gas("latest", null, time(2n))), GAS_OF_A_SECOND);
      await test.ask("evm_mine");
      assert.equal(await gas("0x0"), await gas("latest", null, time(0n)));
    });
  });

  it("covers operations of L1's queue", async () => {
    await withContract(FOR_EACH_SECOND, {}, async (test) => {
      const operation = { from: wallet.address, to: CONTRACT };
      const estimated = BigInt((await test.ask("zks_estimateGasL1ToL2", operation)) as Hex);
      const used = await test.ask("eth_estimateGas", operation, "latest", null, { time: hexQuantity(GENESIS_TIMESTAMP + 2n) });
      assert.ok(estimated >= BigInt(used as Hex), `${estimated} for ${BigInt(used as Hex)}`);
    });
  });
});
