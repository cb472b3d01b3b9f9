import assert from "node:assert/strict";
import { describe, test } from "node:test";
import * as v from "valibot";
import { dataFactsOf } from "../../src/ecosystem/options/data-facts.ts";
import { dataAvailability } from "../../src/ecosystem/options/fields/data-policy.ts";
import type { ChainPlan } from "../../src/ecosystem/options/plan.ts";

const committee = { members: 1, threshold: 1 };
const attested = { attested: { root: "test" } };
const nested = (levels: number): unknown => (levels === 0 ? "rollup" : { allOf: ["rollup", nested(levels - 1)] });

describe("F6: the options of composed policies", () => {
  test("accepts two to eight parts in up to three levels, and nothing else", () => {
    const taken: readonly unknown[] = [
      "rollup",
      { allOf: ["rollup", "validium"] },
      { anyOf: ["validium", "rollup"], afterMs: 500 },
      { allOf: [{ anyOf: [{ committee }, "rollup"] }, { committee }] },
      { anyOf: Array.from({ length: 8 }, () => "rollup") },
      nested(3),
      { allOf: ["rollup", attested] },
      { anyOf: ["rollup", { allOf: [{ committee }, attested] }] },
    ];
    const refused: readonly unknown[] = [
      "celestia",
      {},
      { allOf: ["rollup"] },
      { anyOf: Array.from({ length: 9 }, () => "rollup") },
      { allOf: ["rollup", "chain"] },
      { allOf: ["validium", "validium"] },
      { allOf: ["validium", { anyOf: ["validium", "rollup"] }] },
      { allOf: ["rollup", "rollup"], anyOf: ["rollup", "rollup"] },
      { allOf: ["rollup", "rollup"], afterMs: 5 },
      { anyOf: ["rollup", "rollup"], afterMs: 0 },
      { anyOf: ["rollup", { committee: { members: 1, threshold: 2 } }] },
      { anyOf: ["rollup", { committee, more: 1 }] },
      nested(4),
      attested,
      { anyOf: ["rollup", attested] },
      { allOf: [attested, attested] },
      { allOf: ["rollup", attested, attested] },
      { allOf: ["rollup", { allOf: ["rollup", attested] }, attested] },
      { allOf: ["rollup", { attested: { root: "mine" } }] },
      { allOf: ["rollup", { attested: { root: "test", more: 1 } }] },
      { allOf: ["rollup", { ...attested, committee }] },
      { allOf: ["rollup", { attested: null }] },
      null,
      7,
    ];
    for (const value of taken) assert.ok(v.is(dataAvailability, value), JSON.stringify(value));
    for (const value of refused) assert.ok(!v.is(dataAvailability, value), JSON.stringify(value));
  });

  test("whether L1 has the data of every batch, of some or of none", () => {
    const publishes = (said: ChainPlan["availability"]["dataAvailability"]) =>
      dataFactsOf({ dataAvailability: said } as ChainPlan["availability"]).publishes;
    assert.equal(publishes({ allOf: ["rollup", "validium"] }), "always");
    assert.equal(publishes({ allOf: ["validium", { committee }] }), "never");
    assert.equal(publishes({ anyOf: ["rollup", "validium"] }), "sometimes");
    assert.equal(publishes({ anyOf: ["rollup", "rollup"] }), "always");
    assert.equal(publishes({ allOf: [{ anyOf: ["rollup", "validium"] }, { committee }] }), "sometimes");
    assert.equal(publishes({ allOf: [{ anyOf: ["rollup", "validium"] }, "rollup"] }), "always");
    assert.equal(publishes({ anyOf: [{ committee }, "validium"] }), "never");
    assert.equal(publishes({ allOf: ["rollup", { attested: { root: "test" } }] }), "always");
    assert.equal(publishes({ allOf: [{ attested: { root: "test" } }, "validium"] }), "never");
  });
});
