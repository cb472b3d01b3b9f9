import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { digestToHex } from "../../src/ground/protocol/digest.ts";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { type FlowDevnet, startFlowDevnet } from "./support/devnet.ts";
import { OWN_BATCHES, sealOne } from "./support/on-l1.ts";
import { Upgrades } from "./support/upgrades.ts";

/* By the package's programs, keys and contracts, with at least 100 proven bits: minutes. */
describe("a trusted chain that is upgraded to a proven one on a running ecosystem", () => {
  let devnet: FlowDevnet;

  before(async () => {
    devnet = await startFlowDevnet(
      [
        { chainId: 271n },
        // The ecosystem deploys the version for this chain.
        { chainId: 272n, execution: "proven" },
      ],
      { ...OWN_BATCHES, prover: { workers: 2 } },
    );
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  test("has its batches of before executed by the quorum's word, and those of the new version by a proof, over the conversion of its state", async (context) => {
    const { pipeline } = devnet.chains[0]!;
    const { protocolVersion } = await sealOne(devnet);
    assert.equal(protocolVersion, TRUSTED_VERSION);
    await pipeline.settled(0n);
    const upgrades = new Upgrades(devnet);
    await upgrades.pass(await upgrades.schedule(PROVEN_VERSION));
    let first = await sealOne(devnet);
    // What the upgrade itself put into a batch has the version before.
    if (first.protocolVersion === TRUSTED_VERSION) first = await sealOne(devnet);
    assert.equal(first.protocolVersion, PROVEN_VERSION);
    const further = await sealOne(devnet);
    for (const batch of [first, further]) {
      const { stored, receipts } = await pipeline.settled(batch.outputs.batchNumber);
      assert.equal(stored.newStateRoot, digestToHex(batch.newStateRoot));
      assert.equal(receipts.prove?.to?.toLowerCase(), devnet.ecosystem.versions.proven?.aggregator);
      context.diagnostic(`batch ${batch.outputs.batchNumber}: gas of the proof's transaction ${receipts.prove!.gasUsed}`);
    }
    const said = devnet.info().chains[0]!.execution!.sentence;
    assert.ok(said.startsWith(`Proven on L1 since batch ${first.outputs.batchNumber} (2 batches are executed so far)`), said);
  });
});
