import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { PROVEN_VERSION, TRUSTED_VERSION } from "../../src/ground/protocol/protocol-version.ts";
import { startFlowDevnet, type FlowDevnet } from "../flow/support/devnet.ts";
import { OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";
import { Upgrades } from "../flow/support/upgrades.ts";

/* No proof of execution is made: what the chain says of itself follows from its versions. */
describe("a trusted chain that is upgraded to a proven one, with a chain that was created as proven", () => {
  let devnet: FlowDevnet;

  before(async () => {
    devnet = await startFlowDevnet([{ chainId: 271n }, { chainId: 272n, execution: "proven" }], OWN_BATCHES, {
      executionProver: ({ prepare, verify }) => ({
        ...{ prepare, verify },
        prove: (_witness, _claim, { signal } = {}) =>
          new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason as Error))),
      }),
    });
  });
  after(async () => {
    await devnet.close();
    assert.deepEqual(devnet.faults, []);
  });

  const sentences = (): readonly (string | undefined)[] => devnet.info().chains.map(({ execution }) => execution?.sentence);

  it("says so from its first batch of that version on, and of the batches before it what held for them", async () => {
    const [chain] = devnet.chains;
    const [before, created] = [await sealOne(devnet), sentences()[1]!];
    assert.equal(before.protocolVersion, TRUSTED_VERSION);
    await chain!.pipeline.settled(0n);
    assert.equal(sentences()[0], undefined);
    assert.match(created, /^Proven on L1 since batch 0 \(0 batches are executed so far\)/);
    const upgrades = new Upgrades(devnet);
    await upgrades.pass(await upgrades.schedule(PROVEN_VERSION));
    assert.equal(sentences()[0], undefined);
    let first = await sealOne(devnet);
    // What the upgrade itself put into a batch has the version before.
    if (first.protocolVersion === TRUSTED_VERSION) first = await sealOne(devnet);
    const { batchNumber } = first.outputs;
    assert.equal(first.protocolVersion, PROVEN_VERSION);
    assert.ok(batchNumber > 0n);
    const said = sentences()[0]!;
    assert.ok(said.startsWith(`Proven on L1 since batch ${batchNumber} (0 batches are executed so far)`), said);
    assert.match(said, /Earlier batches it executed by the quorum's signatures\.$/);
  });
});
