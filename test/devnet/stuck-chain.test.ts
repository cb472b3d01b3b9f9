import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Block, JsonRpcProvider } from "ethers";
import { L1ViewAge } from "../../src/chain/node/inflow/l1-view-age.ts";
import { chainStuckBecause } from "../../src/ecosystem/devnet/view/books/stuck-chain.ts";
import type { ChainStatus, EcosystemStatus } from "../../src/ecosystem/devnet/view/books/ecosystem-info.ts";
import { stuckChainLine } from "../../src/tool/plugin/tasks/session/event-lines.ts";
import { MovableClock } from "../../src/ground/runtime/movable-clock.ts";
import { TestClock } from "../chain/support/clock.ts";
import type { L1Checkpoint } from "../../src/chain/settlement-layer/reader/l1-watcher.ts";
import { ALICE, BOB, clientOf, startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";

const A = 271n;

describe("A7: a chain that seals nothing though it has something to seal is stuck, and its status says why and what helps", () => {
  let devnet: FlowDevnet;
  let client: JsonRpcProvider;
  before(async () => {
    devnet = await startFlowDevnet([{ chainId: A, name: "alpha" }], { proofs: "none" });
    client = clientOf(devnet.chains[0]!);
    await devnet.settle(A);
  });
  after(async () => {
    client.destroy();
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const stuckNow = async (): Promise<ChainStatus["stuck"]> =>
    ((await client.send("hyperchain_status", [])) as EcosystemStatus).chains[0]!.stuck;
  const pay = async (): Promise<unknown> =>
    (
      await devnet.accounts
        .wallet(ALICE)
        .connect(client)
        .sendTransaction({ to: devnet.accounts.wallet(BOB).address })
    ).wait();

  test("if neither age nor size of batches is set: only a settle seals it", async () => {
    assert.equal(await stuckNow(), undefined);
    await pay();
    const stuck = await stuckNow();
    assert.match(stuck?.why ?? "", /^a batch is open, and nothing seals it automatically/);
    assert.equal(stuck?.help, "'npx hardhat hyperchain:settle alpha' settles it now");
    assert.match(stuckChainLine("alpha", stuck), /^alpha is stuck, it seals nothing: a batch is open.*\. 'npx hardhat/);
    await devnet.settle(A);
    assert.equal(await stuckNow(), undefined);
  });

  test("where its sequencer was stopped", async () => {
    await pay();
    await client.send("hyperchain_setFault", [{ type: "sequencer", chainId: Number(A), running: false }]);
    const stuck = await stuckNow();
    assert.equal(stuck?.why, "its sequencer was stopped on purpose");
    assert.match(stuck.help, /^faults\.startSequencer\("alpha"\) starts it again/);
    await client.send("hyperchain_setFault", [{ type: "clear" }]);
    await devnet.settle(A);
    assert.equal(await stuckNow(), undefined);
  });

  test("where L1 answers, and shows no block that is young enough", () => {
    const { plan, base, pipeline, runSwitch } = devnet.chains[0]!;
    const chain = { sequencer: { isAwaited: true, isPaused: false }, mempool: { size: 0 } };
    const blind = { chain, fault: () => undefined, waitsFor: () => undefined, isBlind: () => "the view is old" };
    const stuck = chainStuckBecause({ name: "alpha", plan, base, runSwitch, pipeline: blind });
    assert.equal(stuck?.why, "the view is old");
    assert.match(stuck.help, /use another \(l1\.url\), or set this machine's clock right/);
    assert.equal(
      chainStuckBecause({ name: "alpha", plan, base, runSwitch, pipeline: { ...blind, fault: () => "gone" } }),
      undefined,
    );
    assert.equal(pipeline.isBlind(), undefined);
  });
});

test("A7: a view of L1 is stale once a look has brought no block younger than the window, and until one does", async () => {
  const start = 1_700_000_000n;
  const clock = new TestClock(Number(start) * 1_000);
  let timestamp = start;
  const l1 = { getBlock: () => Promise.resolve({ timestamp: Number(timestamp) } as unknown as Block) };
  const view = new L1ViewAge({ windowSeconds: 600n, confirmations: 3 }, { time: new MovableClock(clock), l1 });
  const look = (): Promise<void> => view.looked(0n, { blockNumber: 7 } as L1Checkpoint);
  clock.advance(599_000);
  await look();
  assert.deepEqual([view.isOld(), view.isStale()], [false, false]);
  clock.advance(1_000);
  // The next look may bring more.
  assert.deepEqual([view.isOld(), view.isStale()], [true, false]);
  await look();
  assert.deepEqual([view.isOld(), view.isStale()], [true, true]);
  assert.match(view.describe(), /^the chain's view of L1 is 600 s old, and its window is 600 s: nothing is sealed/);
  timestamp = start + 1n;
  await look();
  assert.deepEqual([view.isOld(), view.isStale()], [false, false]);
});
