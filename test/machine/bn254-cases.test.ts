import assert from "node:assert/strict";
import { test } from "node:test";
import { byNight } from "../support/nightly.ts";
import { ENVIRONMENT } from "./support/environment.ts";
import { comparedMeters } from "./support/meters.ts";
import { runReference } from "./support/reference.ts";
import { accountsOf, stateTestCases, type StateTestCase, transactionOf } from "./support/state-tests.ts";

/** Gas that a transaction of a chain may have. */
const GAS_CAP = 2n ** 24n;
/** Every twelfth case by day, each one by night. */
const STRIDE = byNight(1, 12);
/** Cases of sums, multiples and pairings of BN254. The tests of the execution spec have the same. */
const CASES = stateTestCases().filter(({ name }) => name.startsWith("stZeroKnowledge"));

test("the kernel of proven chains refuses none of Ethereum's public tests of BN254, and stores the same words as ethereumjs", async () => {
  assert.equal(CASES.length, 528);
  for (const one of CASES.filter((_, i) => i % STRIDE === 0)) await compare(one);
});

async function compare(one: StateTestCase): Promise<void> {
  const accounts = accountsOf(one);
  const transaction = transactionOf(one, GAS_CAP);
  assert.ok(transaction !== undefined, one.name);
  const compared = await comparedMeters(accounts, transaction).catch((error: Error) =>
    assert.fail(`${one.name}: ${error.message}`),
  );
  assert.equal(compared.kind, "ran", one.name);
  const reference = await runReference(accounts, ENVIRONMENT, transaction);
  assert.ok(compared.kind === "ran" && reference.refused === undefined, one.name);
  assert.equal(compared.receipt.success, reference.success, one.name);
  // Accounts pay for their units, so their balances may be others.
  const STORAGE = 0;
  for (const leaf of compared.leaves.filter(({ leafKind }) => leafKind === STORAGE))
    assert.equal(leaf.after, await reference.leaf(leaf), `${one.name}: slot ${leaf.slot}`);
}
