import assert from "node:assert/strict";
import { test } from "node:test";
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { checkBatch } from "../../src/ecosystem/devnet/proofs/check-batch.ts";
import { HubState } from "../../src/ecosystem/hub/hub-state.ts";
import { hyperchainInterface } from "../../src/chain/settlement-layer/reader/contract-interfaces.ts";
import { recordHubProofOf } from "../support/recorded-proofs.ts";
import { clientOf, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";
import { WaitingClock } from "./support/waiting-clock.ts";

const WAIT_SECONDS = 2_000;
const LOOK_MS = 1_000;

/* The package's programs, keys and contracts, with at least 100 proven bits: some 100 CPU seconds. */
test("four aggregators in processes decide a block of two chains, whose states and batches one proof shows", async (context) => {
  const chain = { execution: "proven", pace: { aggregatorSeconds: WAIT_SECONDS } } as const;
  const chains = [
    { ...chain, chainId: 271n, name: "alpha" },
    { ...chain, chainId: 272n, name: "beta" },
  ];
  const hubs = { main: { members: ["alpha", "beta"], aggregators: 4, processes: true, landing: { maxAgeSeconds: 86_400 } } };
  const options = { ...OWN_BATCHES, prover: { workers: 2 }, lastProof: "small", hubs } as const;
  const devnet = await startFlowDevnet(chains, options, { clock: new WaitingClock(WAIT_SECONDS) });
  context.after(() => devnet.close());
  const hub = devnet.hub("main")!;
  await sealOne(devnet, 0);
  await sealOne(devnet, 1);
  for (const served of devnet.chains) {
    const client = clientOf(served);
    while (((await client.send("hyperchain_getOfferedBatches", [])) as unknown[]).length === 0) await pause(LOOK_MS);
    client.destroy();
  }
  const { block, transactionHash } = await hub.land();
  while (hub.aggregators.some(({ block: newest }) => newest < 1n)) await pause(LOOK_MS);
  const pids = hub.pids.flatMap((pid) => (pid === undefined || pid === process.pid ? [] : [pid]));
  assert.equal(new Set(pids).size, 4);
  // Zero if the system does not show it.
  const peakKb = (pid: number): number =>
    process.platform === "linux" ? Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) : 0;
  context.diagnostic(`peak memory of the aggregators' processes: ${pids.map(peakKb).join(", ")} kB`);
  const l1 = clientOf(devnet.l1);
  const receipt = (await l1.getTransactionReceipt(transactionHash))!;
  assert.deepEqual(
    block.entries.map(({ chainId, stored }) => [chainId, stored.batchNumber]),
    [
      [271n, 0n],
      [272n, 0n],
    ],
  );
  await recordHubProofOf("hub", receipt, HubState.empty().digest());
  context.diagnostic(`gas of the landing of two batches: ${receipt.gasUsed}`);
  const proven = receipt.logs.filter((log) => hyperchainInterface.parseLog(log)?.name === "ExecutionProven");
  assert.equal(proven.length, 2);
  const settled = await Promise.all(devnet.chains.map(({ pipeline }) => pipeline.settled(0n)));
  for (const { receipts } of settled) assert.equal(receipts.prove, undefined, "no chain shows its batch alone");
  assert.equal(hub.state.digest(), block.header.state);
  const l1ChainId = devnet.l1.chainId;
  for (const { chainId, pipeline } of devnet.chains) {
    const { hyperchain, fromBlock } = pipeline.created;
    const checked = await checkBatch({ l1, l1ChainId, chainId, hyperchain, fromBlock }, 0n);
    assert.deepEqual([checked.kind, checked.batches, checked.transactionHash], ["execution", 2, receipt.hash]);
  }
  l1.destroy();
  assert.deepEqual(devnet.faults, []);
});
