import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { modulesOf } from "./support/product.ts";
import { CONSENSUS, plant, PLANTED_FAULTS } from "./support/planted-faults.ts";
import { SCENARIOS } from "./support/scenarios.ts";
import { simulate } from "./support/simulated-group.ts";

const MAX_SEEDS = 100;
const SEEDS_WITHOUT_FAULT = 10;

describe("the simulator finds a planted fault", () => {
  for (const fault of PLANTED_FAULTS) {
    it(fault.name, async () => {
      const modules = await modulesOf(plant(fault));
      const isFound = (_: unknown, i: number): boolean => simulate(fault.seed + i, fault.scenario, modules).fault !== undefined;
      assert.ok(Array.from({ length: MAX_SEEDS }).some(isFound), `none of ${MAX_SEEDS} runs failed`);
    });
  }

  it("and none in the room itself", async () => {
    const modules = await modulesOf(CONSENSUS);
    for (const scenario of SCENARIOS)
      for (let seed = 1; seed <= SEEDS_WITHOUT_FAULT; seed++)
        assert.equal(simulate(seed, scenario, modules).fault, undefined, `${scenario.name}, seed ${seed}`);
  });
});
