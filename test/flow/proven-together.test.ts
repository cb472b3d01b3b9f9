import assert from "node:assert/strict";
import { test } from "node:test";
import { Interface } from "ethers";
import { hyperchainAbi } from "../../src/ground/abi/hyperchain.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

/* The package's programs, keys and contracts, with at least 100 proven bits: some 120 CPU seconds. */
test("batches of two chains are executed by one proof, which the pace of one of them asks for", async (context) => {
  const chain = { execution: "proven" } as const;
  const chains = [
    { ...chain, chainId: 271n, pace: { shared: true, maxAgeSeconds: 1_800 } },
    { ...chain, chainId: 272n, pace: { shared: true } },
    // Its batch is never sealed: it withholds, and is not waited for.
    { ...chain, chainId: 273n, pace: { shared: true } },
  ];
  const devnet = await startFlowDevnet(chains, { ...OWN_BATCHES, prover: { workers: 2 }, lastProof: "small" });
  context.after(() => devnet.close());
  const [waiting, asking] = devnet.chains.map(({ pipeline }) => pipeline);
  await sealOne(devnet, 0);
  await waiting!.execution!.outcome(0n);
  await sealOne(devnet, 1);
  const [first, second] = await Promise.all([waiting!.settled(0n), asking!.settled(0n)]);
  assert.equal(first.receipts.prove?.hash, second.receipts.prove?.hash);
  const receipt = second.receipts.prove!;
  assert.equal(receipt.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
  await recordProofOf("two-chains", receipt);
  const hyperchain = new Interface(hyperchainAbi);
  const proven = receipt.logs.filter((log) => hyperchain.parseLog(log)?.name === "ExecutionProven");
  assert.deepEqual(
    proven.map(({ address }) => address.toLowerCase()).sort(),
    [waiting, asking].map((each) => each!.created.hyperchain).sort(),
  );
  context.diagnostic(`gas of the transaction that proves both: ${receipt.gasUsed}`);
  assert.deepEqual(devnet.faults, []);
});
