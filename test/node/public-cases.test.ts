import assert from "node:assert/strict";
import { test } from "node:test";
import { stateTestCases } from "../machine/support/state-tests.ts";
import { plannedCase } from "./support/planned-case.ts";

/** PUBLIC_CASES="0/16" takes each sixteenth, beginning with the first: processes share the work. */
const [FIRST, STRIDE] = (process.env["PUBLIC_CASES"] ?? "0/1").split("/").map(Number) as [number, number];

/** Reasons why cases are refused, and why some describe no state of a chain. */
const OTHERS = [
  ...["ProvingExceedsChunk", "PrecompileNotProven", "CallDataTooLarge", "HostileCode", "TooHeavy", "NotExecutable"],
  ...["IntrinsicGasTooLow", "InsufficientFunds"],
]
  .map((code) => `refused: ${code}`)
  .concat(["outside: not encodable", "outside: HeaderOutOfRange", "outside: storage without code"]);

test("a batch of each of Ethereum's public state tests has a proof's plan without a label, or its transaction is refused by name", async (t) => {
  const counts: Record<string, number> = {};
  for (const [i, one] of stateTestCases().entries()) {
    if (i % STRIDE !== FIRST) continue;
    const outcome = await plannedCase(one);
    counts[outcome] = (counts[outcome] ?? 0) + 1;
  }
  t.diagnostic(JSON.stringify(counts));
  const { planned = 0, ...others } = counts;
  assert.ok(planned > 0.9 * (planned + Object.values(others).reduce((sum, count) => sum + count, 0)), JSON.stringify(counts));
  const unnamed = Object.keys(others).filter((name) => !OTHERS.includes(name));
  assert.deepEqual(unnamed, []);
});
