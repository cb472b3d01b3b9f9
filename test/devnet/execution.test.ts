import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProvableBatch } from "../../src/chain/node/execution/batch-executions.ts";
import { startFlowDevnet } from "../flow/support/devnet.ts";
import { OWN_BATCHES, sealOne } from "../flow/support/on-l1.ts";

const [TRUSTED, PROVEN] = [271n, 272n];

test("B3: a proven chain has a witness of each batch, and a trusted chain of the same ecosystem has none", async () => {
  const provable: ProvableBatch[] = [];
  const onProvable = (batch: ProvableBatch): void => void provable.push(batch);
  const chains = [{ chainId: TRUSTED }, { chainId: PROVEN, execution: "proven" }] as const;
  const devnet = await startFlowDevnet(chains, { ...OWN_BATCHES, proofs: "none" }, { onProvable });
  for (const place of [0, 1]) await sealOne(devnet, place);
  await devnet.settle();
  const told = provable.map(({ claim, witness }) => [claim.chainId, claim.batch.batchNumber, witness.kind]);
  assert.deepEqual(told, [[PROVEN, 0n, "witness"]]);
  // Markers prove nothing.
  for (const { execution } of [...devnet.info().chains, ...(await devnet.status()).chains]) assert.equal(execution, undefined);
  await devnet.close();
  assert.deepEqual(devnet.faults, []);
});
