import assert from "node:assert/strict";
import { test } from "node:test";
import { reconstruct } from "../../src/ecosystem/devnet/reconstruction/reconstruct.ts";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { fromHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { decodeRecords, hashRecords } from "../../src/ground/protocol/input-records.ts";
import { calledCommits } from "../../src/chain/settlement-layer/reader/commit-call.ts";
import { recordProofOf } from "../support/recorded-proofs.ts";
import { startFlowDevnet } from "./support/devnet.ts";
import { genesisOf } from "./support/genesis.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";

/* As users have it: the package's programs, keys and contracts. */
test("F4: L1 executes a batch of a chain that publishes its inputs alone by one proof, which binds them; the chain is rebuilt from them", async (context) => {
  const chain = { chainId: 271n, execution: "proven", dataAvailability: "inputs" } as const;
  const devnet = await startFlowDevnet([chain], { ...OWN_BATCHES, prover: { workers: 2 } });
  try {
    const { pipeline } = devnet.chains[0]!;
    const batch = await sealOne(devnet);
    await devnet.settle(271n);
    const { receipts } = await pipeline.settled(0n);
    assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
    await recordProofOf("inputs", receipts.prove!);
    const { provider } = devnet.l1;
    const calls = await calledCommits(provider, receipts.commit!.hash as Hex, batch.commitment);
    const [call = assert.fail("L1 has the commit's call")] = calls ?? [];
    assert.equal(hashRecords(decodeRecords(fromHex(call.policyData))), call.transactionsHash);
    assert.equal(devnet.info().chains[0]!.inputsBoundBy, "proof");
    const { hyperchain } = pipeline.created;
    const rebuilt = await reconstruct({ l1: provider, hyperchain, genesis: await genesisOf() });
    assert.equal(rebuilt.stateRoot, digestToHex(batch.newStateRoot));
    context.diagnostic(`gas: commit ${receipts.commit!.gasUsed}, proof ${receipts.prove!.gasUsed}`);
  } finally {
    await devnet.close();
  }
  assert.deepEqual(devnet.faults, []);
});
