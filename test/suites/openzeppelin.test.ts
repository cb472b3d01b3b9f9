import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { openHardhatProject, type HardhatProject } from "../../scripts/suites/hardhat-project.ts";
import { differencesOf } from "../../scripts/suites/outcomes.ts";
import { installPlugin } from "../plugin/connection/support/example-project.ts";

const FOLDER = fileURLToPath(new URL("../../fixtures/suites/openzeppelin/", import.meta.url));

describe("C: a part of OpenZeppelin's tests, unchanged", () => {
  let project: HardhatProject;
  before(() => {
    installPlugin(FOLDER);
    project = openHardhatProject({ folder: FOLDER, only: ["test"] });
  });
  after(() => project.close());

  test("ends on a hyperchain as on Hardhat's network, test by test", () => {
    for (const [, files] of project.groups) {
      const onHardhat = project.run("default", files);
      // Two tests of the wallet, and three of its schedule in ETH and in a token.
      assert.deepEqual(
        [...onHardhat.values()].map(({ outcome }) => outcome),
        Array<string>(8).fill("passed"),
      );
      assert.deepEqual(differencesOf(onHardhat, project.run("hyperchain", files)), []);
    }
  });
});
