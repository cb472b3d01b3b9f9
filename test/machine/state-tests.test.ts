import assert from "node:assert/strict";
import { test } from "node:test";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { comparedMeters } from "./support/meters.ts";
import { accountsOf, hasStorageWithoutCode, stateTestCases, transactionOf, type StateTestCase } from "./support/state-tests.ts";

/** A transaction of these tests may loop through all its gas. */
const GAS_CAP = 1_000_000n;
/** Interval of the tested cases: every twelfth by day, each one by night. */
const STRIDE = 12;
const HEADER_LIMIT = 1n << 192n;

/** Counts by outcome: run alike, refused by both, or outside of what a chain can have. */
async function runCases(cases: readonly StateTestCase[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const differences: string[] = [];
  const count = (name: string) => (counts[name] = (counts[name] ?? 0) + 1);
  for (const one of cases) {
    const accounts = accountsOf(one);
    const transaction = transactionOf(one, GAS_CAP);
    if (transaction === undefined) count("outside: not encodable");
    else if ([...accounts.values()].some(({ balance }) => balance >= HEADER_LIMIT)) count("outside: balance above 192 bits");
    else if (hasStorageWithoutCode(one)) count("outside: storage without code");
    else
      await comparedMeters(accounts, transaction).then(
        ({ kind }) => count(kind),
        (error: Error) => differences.push(`${one.name}: ${error.message}`),
      );
  }
  assert.deepEqual(differences, []);
  return counts;
}

test("the kernel agrees with the witness's engine, ethereumjs, on a sample of Ethereum's public state tests", async () => {
  const sample = stateTestCases().filter((_, i) => i % STRIDE === 0);
  assert.deepEqual(await runCases(sample), { ran: 365, refused: 2, "outside: balance above 192 bits": 7 });
});

test("the kernel agrees with it on all of the public state tests", { skip: !IS_NIGHTLY }, async () => {
  const { ran = 0, refused = 0, ...others } = await runCases(stateTestCases());
  assert.deepEqual([ran, refused], [4394, 19]);
  assert.deepEqual(others, {
    "outside: balance above 192 bits": 61,
    "outside: not encodable": 5,
    "outside: storage without code": 7,
  });
});
