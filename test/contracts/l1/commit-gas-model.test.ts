import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { batchLimits, fits, l1LoadOf, NO_USAGE } from "../../../src/chain/ordering/limits.ts";
import type { Hex } from "../../../src/ground/protocol/hex.ts";
import { l1CostOf, l1TotalOf, MAX_TRANSACTION_GAS } from "../../../src/ground/protocol/way-to-l1.ts";
import { TestChain } from "./support/chain.ts";
import { defaultConfiguration, deployEcosystem, type Ecosystem } from "./support/ecosystem.ts";

let ecosystem: Ecosystem;
before(async () => {
  ecosystem = await deployEcosystem();
});
after(() => ecosystem.l1.close());

/** Measures the commit of a new chain's batch with only this number of operations. */
async function measure(count: number): Promise<number> {
  const chain = await TestChain.create(ecosystem, await defaultConfiguration(ecosystem, 270n + BigInt(count)));
  const canonicalTxHashes: Hex[] = [];
  for (let i = 0; i < count; i++) canonicalTxHashes.push(await chain.request());
  const logs = canonicalTxHashes.map(() => ({ type: "priorityOp", success: true }) as const);
  const { receipt } = await chain.commit(await chain.form({ canonicalTxHashes, logs }));
  return Number(receipt.gasUsed);
}

test("a batch of as many operations as the limits admit can be committed, on a chain that carries its data too", async () => {
  const [one, some, more] = [await measure(1), await measure(128), await measure(256)];
  // Memory costs the square of its length: a parabola through the three.
  const slope = (some - one) / 127;
  const curve = ((more - some) / 128 - slope) / 255;
  const gasOf = (count: number): number => one + slope * (count - 1) + curve * (count - 1) * (count - 128);
  for (const carryingLayers of [0, 1]) {
    const limits = batchLimits({ hasQuorum: true, carryingLayers });
    let most = 0;
    while (fits({ ...NO_USAGE, priorityOps: most + 1 }, limits, 1024)) most++;
    const commit = limits.way[0]!;
    const estimated = l1TotalOf(commit, l1CostOf(commit, l1LoadOf({ ...NO_USAGE, priorityOps: most }))).gas;
    const gas = gasOf(most) + commit.carryGasPerByte * most;
    assert.ok(
      most > 3_000 && gas < MAX_TRANSACTION_GAS && gas <= estimated,
      `${most} operations take ${gas} gas, not ${estimated}`,
    );
  }
});
