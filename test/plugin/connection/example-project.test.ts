import assert from "node:assert/strict";
import { globSync } from "node:fs";
import { before, describe, test } from "node:test";
import { byNight, IS_NIGHTLY } from "../../support/nightly.ts";
import { EXAMPLE_PROJECT, installPlugin, runInExample, testWithViem } from "./support/example-project.ts";

/**
 * Test files of the example. By day those with a call with callback, a token, pairings, the README's test and
 * an existing suite; by night all.
 */
const FILES = byNight(
  [],
  ["erc20", "existing-suite", "groth16", "readme", "remote-counter"].map((name) => `test/${name}.ts`),
);

/** Titles in `bad-days.ts` of the effects of each fault switch. */
const FAULTS = [
  "a message is dropped",
  "a message is late",
  "a message comes twice, and counts once",
  "messages come in another order",
  "the relayer stops",
  "a sequencer stops",
  "a proof is wrong, and L1 refuses it",
];

describe("I2: a user's project", () => {
  let ofAllTests = "";
  before(() => installPlugin());

  test("I8: its tests pass, those of its faults too by night, its Solidity prints, and its process ends automatically", async () => {
    const { code, output } = await runInExample("hardhat/dist/src/cli.js", ["test", "mocha", "--gas-stats", ...FILES]);
    assert.equal(code, 0, output);
    // Every file's tests ran: one of each.
    for (const title of [
      "counts on the other chain and hears of it",
      "arrives, with a proof that L1 has checked",
      "ERC-20 on a hyperchain",
      ...(IS_NIGHTLY
        ? ["sends it on, and takes it back to L1", "pays on either side what was locked on the other", ...FAULTS]
        : []),
    ]) {
      assert.ok(output.includes(title), `${title} is missing in:\n${output}`);
    }
    assert.match(output, /counted to 3 on chain 272/);
    // The suite that knows nothing of hyperchains, on Hardhat's network.
    assert.match(output, /counted to 2 on chain 31337/);
    assert.equal(output.match(/NOTHING IS PROVEN/g)?.length, 1);
    assert.doesNotMatch(output, /failing|pending/);
    ofAllTests = output;
  });

  test("B4: the gas report counts what deliveries and callbacks run in its contracts", () => {
    // Four calls of Counter are other chains', one is the existing suite's; only the handler tells RemoteCounter.
    assert.match(ofAllTests, /contracts\/Counter\.sol:Counter[\s\S]*║ increase +│ +\d{5} [^\n]*│ 5 +║/);
    assert.match(ofAllTests, /contracts\/RemoteCounter\.sol:RemoteCounter[\s\S]*║ onInteropResult +│ +\d{4,5} [^\n]*│ 3 +║/);
  });

  test("the tests with viem and Node's runner pass", async () => {
    const files = globSync("viem/*.ts", { cwd: EXAMPLE_PROJECT });
    const { code, output } = await testWithViem(files);
    assert.equal(code, 0, output);
    for (const title of [
      "go from one chain to the other",
      "counts on the other chain and receives the answer",
      "sells Alice a ticket for Bob's coins on beta and hers on alpha, both or neither",
    ])
      assert.ok(output.includes(`✔ ${title}`), `${title} is missing in:\n${output}`);
  });

  test("its tests have types", async () => {
    const { code, output } = await runInExample("typescript/bin/tsc", ["--noEmit", "-p", "."]);
    assert.equal(code, 0, output);
  });
});
