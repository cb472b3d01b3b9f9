import assert from "node:assert/strict";
import { test } from "node:test";
import { runHeldHistory } from "./support/held-random.ts";
import { startHeldWorld } from "./support/held-world.ts";

const SEED = Number(process.env["HELD_SEED"] ?? 20261129);
const STEPS = 400;

test(`F5: in ${STEPS} random steps no false act is listed, and the contract has the sum of all held accounts`, async () => {
  const world = await startHeldWorld();
  const counts = await runHeldHistory(world, STEPS, SEED);
  for (const name of ["gift", "act", "silent", "false", "notes", "gifts", "burned", "payments"])
    assert.ok((counts.get(name) ?? 0) >= 20, JSON.stringify([...counts]));
  await world.close();
});
