import assert from "node:assert/strict";
import { test } from "node:test";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { compareEngines, ENVIRONMENT } from "./support/compare.ts";
import { accountsOf, hasStorageWithoutCode, stateTestCases, transactionOf, type StateTestCase } from "./support/state-tests.ts";

/** A transaction of these tests may loop through all its gas. */
const GAS_CAP = 1_000_000n;
/** Of the cases by day: every twelfth. By night each one. */
const STRIDE = 12;
const HEADER_LIMIT = 1n << 192n;

/** Counts by outcome; refusals and invalid transactions by the reason that the kernel gives. */
async function runCases(cases: readonly StateTestCase[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const differences: string[] = [];
  const count = (name: string) => (counts[name] = (counts[name] ?? 0) + 1);
  // The tests' own base fee is a field of their block; a chain has its own.
  const environment = { ...ENVIRONMENT, baseFee: 0n };
  for (const one of cases) {
    const accounts = accountsOf(one);
    const transaction = transactionOf(one, GAS_CAP);
    if (transaction === undefined) count("outside: not encodable");
    else if ([...accounts.values()].some(({ balance }) => balance >= HEADER_LIMIT)) count("outside: balance above 192 bits");
    else if (hasStorageWithoutCode(one)) count("outside: storage without code");
    else {
      const result = await compareEngines(accounts, transaction, environment);
      count("reason" in result ? `${result.kind}: ${result.reason}` : result.kind);
      if (result.kind === "different") differences.push(`${one.name}: ${result.how}`);
    }
  }
  assert.deepEqual(differences, []);
  return counts;
}

test("the kernel agrees with ethereumjs on a sample of Ethereum's public state tests", async () => {
  const sample = stateTestCases().filter((_, i) => i % STRIDE === 0);
  assert.deepEqual(await runCases(sample), {
    equal: 365,
    "invalid: balance": 1,
    "invalid: sender-has-code": 1,
    "outside: balance above 192 bits": 7,
  });
});

test("the kernel agrees with ethereumjs on all of the public state tests", { skip: !IS_NIGHTLY }, async () => {
  const { equal = 0, ...others } = await runCases(stateTestCases());
  assert.equal(equal, 4393);
  assert.deepEqual(others, {
    "invalid: balance": 11,
    "invalid: gas-below-intrinsic": 3,
    "invalid: sender-has-code": 5,
    "outside: hash of a block": 1,
    "outside: balance above 192 bits": 61,
    "outside: not encodable": 5,
    "outside: storage without code": 7,
  });
});
