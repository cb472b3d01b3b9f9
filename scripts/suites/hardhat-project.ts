// Project for Hardhat 3 whose mocha tests run on Hardhat's network and on a hyperchain, with unchanged files.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { readOutcomes, type Outcomes } from "./outcomes.ts";

/** The project's config with the plugin, and a reporter that can be read. */
const CONFIG = "hardhat.hyperchain-suite.config.ts";
const CONFIG_TEXT = `import hyperchain from "hardhat-hyperchain";
import { defineConfig } from "hardhat/config";
import config from "./hardhat.config.ts";

const { mocha } = config.test ?? {};
// The rules that the tests count on.
const { allowUnlimitedContractSize = false } = config.networks?.default ?? {};
export default defineConfig({
  ...config,
  plugins: [...(config.plugins ?? []), hyperchain],
  networks: { ...config.networks, hyperchain: { allowUnlimitedContractSize } },
  test: { ...config.test, mocha: { ...mocha, reporter: "json", reporterOptions: { output: process.env.SUITE_OUTCOMES } } },
});
`;

/** A project, ready to be run on either network. */
export interface HardhatProject {
  /** Test files, grouped by the folder beneath the project's tests in which they are. */
  readonly groups: ReadonlyMap<string, readonly string[]>;
  /** Runs test files on a network of the config. Throws where the run ends without a report. */
  run(network: string, files: readonly string[]): Outcomes;
  /** Removes the files that were added to the folder, other than its packages. */
  close(): void;
}

export interface HardhatProjectOptions {
  readonly folder: string;
  /** Folders or files of tests, relative to the project. */
  readonly only: readonly string[];
}

/** Adds the plugin's config to a project that has the plugin installed, and compiles its contracts. */
export function openHardhatProject({ folder, only }: HardhatProjectOptions): HardhatProject {
  const config = join(folder, CONFIG);
  writeFileSync(config, CONFIG_TEXT);
  const cli = join(dirname(createRequire(join(folder, "package.json")).resolve("hardhat/package.json")), "dist/src/cli.js");
  const close = (): void => rmSync(config, { force: true });
  const hardhat = (args: readonly string[], outcomes?: string): number | null =>
    spawnSync(process.execPath, [cli, "--config", CONFIG, ...args], {
      cwd: folder,
      stdio: ["ignore", outcomes === undefined ? "inherit" : "ignore", "inherit"],
      env: { ...process.env, ...(outcomes === undefined ? {} : { SUITE_OUTCOMES: outcomes }) },
    }).status;
  if (hardhat(["build", "--no-tests", "--quiet"]) !== 0) {
    close();
    throw new Error(`the contracts in ${folder} do not compile; run "npm install" there first`);
  }
  return {
    groups: groupsOf(folder, only),
    run(network, files) {
      const scratch = mkdtempSync(join(tmpdir(), "hyperchain-suite-"));
      const report = join(scratch, "outcomes.json");
      const status = hardhat(["--network", network, "test", "mocha", "--no-compile", ...files], report);
      if (!existsSync(report)) throw new Error(`the run on the network "${network}" ended with ${status} and without a report`);
      const outcomes = readOutcomes(readFileSync(report, "utf8"));
      rmSync(scratch, { recursive: true });
      return outcomes;
    },
    close,
  };
}

/** Heavy projects are run in parts, each by a separate process. */
function groupsOf(folder: string, only: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const patterns = only.flatMap((path) => (/\.[jt]s$/.test(path) ? [path] : [`${path}/**/*.test.{js,ts}`]));
  const files = [...new Set(globSync(patterns, { cwd: folder }).map((file) => file.replaceAll("\\", "/")))].sort();
  if (files.length === 0) throw new Error(`there are no tests in ${only.join(", ")} of ${basename(folder)}`);
  return Map.groupBy(files, (file) => file.split("/").slice(0, 2).join("/"));
}
