import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../chain/state/support/random.ts";
import { compareEngines } from "./support/compare.ts";
import { randomTransaction, randomWorld } from "./support/random-world.ts";

/** RANDOM_RUNS and RANDOM_SEED make it longer, or other. */
const RUNS = Number(process.env["RANDOM_RUNS"] ?? 150);
const FIRST_SEED = Number(process.env["RANDOM_SEED"] ?? 1);

test("the kernel agrees with ethereumjs on random contracts that call, create and delegate to each other", async () => {
  const seen = { success: 0, failure: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + RUNS; seed++) {
    const random = new Random(seed);
    const result = await compareEngines(randomWorld(random), randomTransaction(random));
    assert.equal(result.kind, "equal", `seed ${seed}: ${JSON.stringify(result)}`);
    if (result.kind === "equal") seen[result.success ? "success" : "failure"]++;
  }
  // Both endings must be common, or the comparison says little.
  assert.ok(seen.success > RUNS / 5 && seen.failure > RUNS / 5, JSON.stringify(seen));
});
