import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { hyperchainAbi } from "../../src/abi/hyperchain.ts";
import { PROVEN_ON_L1_VERSION } from "../../src/protocol/protocol-version.ts";
import { startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

/* As users have it: the package's programs, keys and contracts, with at least 100 proven bits. Some 70 CPU seconds. */
test("L1 executes a batch by one proof of its execution, made and checked by what the package has", async (context) => {
  const chain = { chainId: 271n, protocolVersion: 3, prover: { execution: "onL1" } } as const;
  const devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { mode: "stark", workers: 2 } });
  context.after(() => devnet.close());
  const { pipeline } = devnet.chains[0]!;
  assert.equal(pipeline.created.configuration.protocolVersion, PROVEN_ON_L1_VERSION);
  await sealOne(devnet);
  const { receipts } = await pipeline.settled(0n);
  assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versionOnL1?.aggregator);
  const hyperchain = new Interface(hyperchainAbi);
  const events = receipts.prove!.logs.flatMap((log) => hyperchain.parseLog(log)?.name ?? []);
  assert.deepEqual(events, ["BatchProven", "BlocksVerification", "ExecutionProven"]);
  assert.match(devnet.info().chains[0]!.execution!.sentence, /^Proven on L1 since batch 0 \(1 batch is executed so far\)/);
  context.diagnostic(`gas of the proof's transaction: ${receipts.prove!.gasUsed}; of the contracts:`);
  for (const [name, gas] of devnet.ecosystem.gasUsed) if (name.startsWith("Aggregate")) context.diagnostic(`${name} ${gas}`);
  assert.deepEqual(devnet.faults, []);
});
