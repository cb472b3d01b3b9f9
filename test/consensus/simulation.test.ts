import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { byNight } from "../support/nightly.ts";
import { CONSENSUS } from "./support/planted-faults.ts";
import { modulesOf } from "./support/product.ts";
import { SCENARIOS } from "./support/scenarios.ts";
import { simulate } from "./support/simulated-group.ts";

const SEEDS = byNight(100_000, 2_000);
const SEEDS_OF_SCENARIO = Math.ceil(SEEDS / SCENARIOS.length);

describe(`a simulated group, with ${SEEDS} seeds`, async () => {
  const modules = await modulesOf(CONSENSUS);
  for (const scenario of SCENARIOS) {
    it(`neither forks, nor stops, nor accuses an honest node: ${scenario.name}`, () => {
      let evidence = 0;
      for (let seed = 1; seed <= SEEDS_OF_SCENARIO; seed++) {
        const outcome = simulate(seed, scenario, modules);
        assert.equal(outcome.fault, undefined, `seed ${seed}`);
        evidence += outcome.evidence;
      }
      assert.equal(evidence > 0, scenario.liars !== undefined, "liars, and only they, are reported");
    });
  }
});
