import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import hyperchain from "../../src/index.ts";
import solidityTests from "../../src/tool/plugin/tasks/running/solidity-tests.ts";

/** Projects with a test in Solidity, and without one. */
const WITH_TESTS = mkdtempSync(join(tmpdir(), "solidity-tests-"));
const WITHOUT_TESTS = mkdtempSync(join(tmpdir(), "solidity-tests-"));
for (const folder of [WITH_TESTS, WITHOUT_TESTS]) writeFileSync(join(folder, "package.json"), '{"type":"module"}');
mkdirSync(join(WITH_TESTS, "contracts"));
writeFileSync(join(WITH_TESTS, "contracts/Counter.t.sol"), "contract CounterTest {}");
after(() => {
  for (const folder of [WITH_TESTS, WITHOUT_TESTS]) rmSync(folder, { recursive: true });
});

/** Warnings before the tests of a project run. */
async function warnings(
  network: string | undefined,
  project: string,
  solidity: object = {},
  splits = false,
): Promise<readonly string[]> {
  const hre = await createHardhatRuntimeEnvironment(
    { plugins: [hyperchain], solidity: { version: "0.8.37", splitTestsCompilation: splits }, test: { solidity } },
    network === undefined ? {} : { network },
    project,
  );
  const told: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => void told.push(text);
  try {
    assert.equal(await solidityTests({}, hre, () => Promise.resolve("ran")), "ran");
  } finally {
    console.warn = warn;
  }
  return told;
}

describe("Solidity tests of a project", () => {
  test("are announced to run in Hardhat's engine if a network with an ecosystem is selected", async () => {
    for (const splits of [false, true]) {
      const [warning, ...others] = await warnings("hyperchain", WITH_TESTS, {}, splits);
      assert.match(warning ?? "", /chain id 31337, not on the network "hyperchain".*test\.solidity\.forking\.url/);
      assert.deepEqual(others, []);
    }
  });

  test("run without a warning on other networks, if there are none, and on a fork", async () => {
    assert.deepEqual(await warnings(undefined, WITH_TESTS), []);
    assert.deepEqual(await warnings("localhost", WITH_TESTS), []);
    assert.deepEqual(await warnings("hyperchain", WITHOUT_TESTS), []);
    assert.deepEqual(await warnings("hyperchain", WITH_TESTS, { forking: { url: "http://127.0.0.1:8546" } }), []);
  });

  test("are run by Hardhat's task with the warning before", async () => {
    const hre = await createHardhatRuntimeEnvironment({ plugins: [hyperchain] });
    const { actions } = hre.tasks.getTask(["test", "solidity"]);
    assert.ok(actions.some(({ pluginId }) => pluginId === "hardhat-hyperchain"));
  });
});
