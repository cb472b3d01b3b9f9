import assert from "node:assert/strict";
import { test } from "node:test";
import { stateTestCases } from "../machine/support/state-tests.ts";
import { byNight } from "../support/nightly.ts";
import { plannedCase } from "./support/planned-case.ts";

/** Interval of the tested cases: every twenty-fourth by day, each one by night. */
const STRIDE = byNight(1, 24);

test("a batch of each public state test of sums, multiples and pairings of BN254 has a proof's plan: none is refused", async () => {
  const cases = stateTestCases().filter(({ name }) => name.startsWith("stZeroKnowledge"));
  assert.equal(cases.length, 528);
  for (const [i, one] of cases.entries()) if (i % STRIDE === 0) assert.equal(await plannedCase(one), "planned", one.name);
});
