import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { startFlowDevnet, UNPROVEN } from "../flow/support/devnet.ts";
import { Upgrades } from "../flow/support/upgrades.ts";

/** A chain that looks at L1 by itself, and not while a test runs. */
const SELDOM = { ...UNPROVEN, pollIntervalMs: 3_600_000 };

describe("A7: the status of an ecosystem that moves by itself", () => {
  test("shows an upgrade that L1 has, and one that was withdrawn no more, before the chain's next look", async () => {
    const devnet = await startFlowDevnet([271n], SELDOM);
    try {
      const upgrades = new Upgrades(devnet);
      const upgradeShown = async () => (await devnet.status()).chains[0]!.upgrade?.version;
      const next = await upgrades.addNext();
      assert.equal(await upgradeShown(), undefined);
      await upgrades.schedule(next);
      assert.equal(await upgradeShown(), Number(next));
      await upgrades.cancel();
      assert.equal(await upgradeShown(), undefined);
      assert.deepEqual(devnet.faults, []);
    } finally {
      await devnet.close();
    }
  });

  test("stops a chain, and once, whose L1 took back what it stands on: no later look would find it", async () => {
    const devnet = await startFlowDevnet([271n], SELDOM);
    try {
      // The chain's accounts were funded through its queue; now L1 has none of the blocks that it had.
      Object.assign(devnet.l1.provider, { getBlock: () => Promise.resolve(null), getBlockNumber: () => Promise.resolve(0) });
      for (let i = 0; i < 2; i++) {
        assert.equal((await devnet.status()).chains[0]!.name, devnet.chains[0]!.name);
        assert.deepEqual(
          devnet.faults.map((fault) => (fault as { readonly code?: string }).code),
          ["L1Reorg"],
        );
      }
    } finally {
      await devnet.close();
    }
  });
});
