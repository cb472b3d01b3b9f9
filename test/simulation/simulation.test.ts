import assert from "node:assert/strict";
import { test } from "node:test";
import { simulate } from "./simulation.ts";

/** `npm run nightly -- simulation` takes a million steps and any seed, and asserts how often each thing happened. */
const STEPS = 500;
const SEED = 1;
/** Part of what the simulation can reach that so few steps must reach. */
const LEAST_REACHED = 0.75;

test(`L1 does what the model says, and keeps the invariants of assets and liveness, in ${STEPS} random steps (seed ${SEED})`, async () => {
  const coverage = await simulate({ seed: SEED, steps: STEPS });
  const reached = coverage.labels.filter((label) => coverage.count(label) > 0).length;
  assert.ok(reached >= LEAST_REACHED * coverage.labels.length, `${reached} of ${coverage.labels.length} were reached`);
});
