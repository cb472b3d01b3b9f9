import assert from "node:assert/strict";
import { existsSync, rmSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import { JsonRpcProvider } from "ethers";
import { createWorkplace } from "../plugin/support/run-task.ts";
import { IS_NIGHTLY } from "../support/nightly.ts";
import { DEPLOYMENTS, installToolboxes, runToolbox, TOOLBOX_PROJECT } from "./support/toolbox-project.ts";

/** `npm run suites` and the night run everything, `npm test -- FILE` one toolbox on a hyperchain. */
const isWhole = process.env["HYPERCHAIN_SUITES"] === "whole" || IS_NIGHTLY;
const TESTS = [
  "deploys with Ignition, in a fixture",
  "starts from the fixture again, and sees reverts",
  "take Ignition's create2 strategy, at one address",
  "take Ignition's deployments, each its own",
];

describe("A2: Hardhat's toolboxes and Ignition", () => {
  const workplace = createWorkplace();
  before(installToolboxes);
  after(async () => {
    await workplace.close();
    rmSync(DEPLOYMENTS, { recursive: true, force: true });
  });

  const runs = (["ethers", "viem"] as const).flatMap((toolbox) =>
    ["hyperchain", "default"].map((network) => ({ toolbox, network })),
  );
  for (const { toolbox, network } of isWhole ? runs : runs.slice(0, 1)) {
    test(`the tests of a project with the ${toolbox} toolbox pass with --network ${network}, and write no deployments`, async () => {
      const { code, output, passed } = await runToolbox(toolbox, ["--network", network, "test"]);
      assert.equal(code, 0, output);
      assert.deepEqual(passed, TESTS, output);
      assert.equal(existsSync(DEPLOYMENTS), false);
    });
  }

  test("Ignition deploys to a spawned chain over HTTP, and resumes an interrupted deployment", { skip: !isWhole }, async () => {
    const { info } = await workplace.spawn(["--proofs", "none"], {
      cwd: TOOLBOX_PROJECT,
      config: {},
      hardhatArguments: ["--config", "ethers.config.ts"],
    });
    const [chain] = info.chains;
    assert.ok(chain !== undefined);
    const client = new JsonRpcProvider(chain.url, undefined, { staticNetwork: true });
    try {
      for (const toolbox of ["ethers", "viem"] as const) {
        const deploy = ["--network", "running", "ignition", "deploy", "ignition/modules/tally.ts", "--deployment-id", toolbox];
        const first = await runToolbox(toolbox, deploy, { RUNNING_CHAIN: chain.url });
        assert.equal(first.code, 0, first.output);
        const address = /TallyModule#Tally - (0x[0-9a-fA-F]{40})/.exec(first.output)?.[1] ?? "";
        // total: 5 of the constructor and 2 of the call.
        assert.equal(BigInt(await client.getStorage(address, 0)), 7n);
        const again = await runToolbox(toolbox, deploy, { RUNNING_CHAIN: chain.url });
        assert.equal(again.code, 0, again.output);
        assert.match(again.output, new RegExp(`Nothing new to deploy[^]*${address}`, "i"));
        assert.equal(BigInt(await client.getStorage(address, 0)), 7n);
      }
    } finally {
      client.destroy();
    }
  });
});
