import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonRpcProvider } from "ethers";
import type { SettledBatch } from "../../src/chain/node/settling/settled-batch.ts";
import { TestClock } from "../chain/support/clock.ts";
import type { L1Connection } from "../../src/ecosystem/devnet/described/l1-connection.ts";
import { ALICE, BOB, clientOf, dependencies, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const [BY_TIME, BY_SIZE, ON_DEMAND] = [271n, 272n, 273n];
const INTERVAL_MS = 60_000;

describe("H5: when a chain's batches go to L1 is its own policy", () => {
  const clock = new TestClock(Date.now());
  const settled: { readonly chainId: bigint; readonly batch: SettledBatch }[] = [];
  const waiting: (() => void)[] = [];
  let l1: L1Connection;
  let devnet: FlowDevnet;
  let clients: Map<bigint, JsonRpcProvider>;

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: BY_TIME, batches: { maxAgeMs: INTERVAL_MS, maxTransactions: undefined } },
        { chainId: BY_SIZE, batches: { maxAgeMs: undefined, maxTransactions: 3 } },
        { chainId: ON_DEMAND },
      ],
      { proofs: "none", fundedAccounts: [ALICE] },
      {
        clock,
        async connectL1(kind) {
          l1 = await dependencies.connectL1(kind);
          return l1;
        },
        onUpdate(chainId, update) {
          if (update.type !== "settled") return;
          settled.push({ chainId, batch: update.batch });
          for (const look of waiting.splice(0)) look();
        },
      },
    );
    clients = new Map(devnet.chains.map((chain) => [chain.chainId, clientOf(chain)]));
    // L1's own clock is the machine's. It must not be behind the chains', and L1 itself is not told when these move.
    await l1.provider.request({ method: "evm_increaseTime", params: [10_000_000] });
    await l1.provider.request({ method: "evm_mine" });
    // The deposits of the start are a separate batch.
    await devnet.settle();
    settled.length = 0;
  });
  after(async () => {
    for (const client of clients.values()) client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const pay = async (chainId: bigint): Promise<void> => {
    await (
      await devnet.accounts
        .wallet(ALICE)
        .connect(clients.get(chainId)!)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address, value: 1n })
    ).wait();
  };
  const sealedOf = (chainId: bigint): number =>
    devnet.chains.find((chain) => chain.chainId === chainId)!.pipeline.progress().sealed;
  const until = async (count: number): Promise<void> => {
    while (settled.length < count) await new Promise<void>((resolve) => void waiting.push(resolve));
  };

  test("by time: a batch is sealed and executed once it is as old as the interval says, not a millisecond earlier", async () => {
    await pay(BY_TIME);
    clock.advance(INTERVAL_MS - 1);
    await pay(BY_TIME);
    assert.equal(sealedOf(BY_TIME), 1);
    clock.advance(1);
    await until(1);
    assert.deepEqual(
      settled.map(({ chainId, batch }) => [chainId, batch.batch.transactionCount]),
      [[BY_TIME, 2]],
    );
    clock.advance(10 * INTERVAL_MS);
    await pay(BY_SIZE);
    assert.equal(sealedOf(BY_TIME), 2, "nothing has happened since, so there is nothing to seal");
  });

  test("by size: the third transaction seals it, whatever the time", async () => {
    await pay(BY_SIZE);
    assert.equal(sealedOf(BY_SIZE), 1);
    await pay(BY_SIZE);
    await until(2);
    assert.deepEqual([settled[1]!.chainId, settled[1]!.batch.batch.transactionCount], [BY_SIZE, 3]);
  });

  test("neither: only on demand", async () => {
    for (let i = 0; i < 5; i++) await pay(ON_DEMAND);
    clock.advance(100 * INTERVAL_MS);
    assert.equal(sealedOf(ON_DEMAND), 1);
    const [batch] = await devnet.settle(ON_DEMAND);
    assert.equal(batch?.transactions, 5);
  });
});
