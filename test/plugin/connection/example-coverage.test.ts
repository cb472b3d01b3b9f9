import assert from "node:assert/strict";
import { before, describe, test } from "node:test";
import { installPlugin, runInExample } from "./support/example-project.ts";

describe("I2: a user's suite on a hyperchain", () => {
  before(() => installPlugin());

  test("a suite that knows nothing of hyperchains ends the same on a hyperchain, though it closes nothing; coverage and gas are measured there", async () => {
    const { code, output } = await runInExample("hardhat/dist/src/cli.js", [
      "test",
      "mocha",
      "test/existing-suite.ts",
      "--network",
      "hyperchain",
      "--coverage",
      "--gas-stats",
    ]);
    assert.equal(code, 0, output);
    assert.match(output, /counted to 2 on chain 271/);
    assert.equal(output.match(/\d+ passing/)?.[0], "2 passing");
    // Of Counter all but the two refusals, of Token nothing is run.
    assert.match(output, /contracts\/Counter\.sol +│ (100|[5-9]\d)\.\d\d/);
    assert.match(output, /contracts\/Token\.sol +│ 0\.00/);
    // Each once: a transaction, and a call that changes nothing.
    assert.match(output, /contracts\/Counter\.sol:Counter[\s\S]*║ increase +│ +\d{5} .*│ 1 +║/);
    assert.match(output, /contracts\/Counter\.sol:Counter[\s\S]*║ total +│ +\d{5} .*│ 1 +║/);
  });
});
