// Suites, projects and contracts of others, on Hardhat's own network and on a hyperchain, compared test by test or step by step:
// `npm run suites` runs what needs nothing but npm, `npm run suites -- safe` one of those, `--proofs` with contracts whose batches
// are proven and executed on L1, `npm run suites -- openzeppelin --from ../openzeppelin-contracts` a checkout in which "npm install"
// was run, `--only test/token` a part of it. `npm test` runs a small part of the same files.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { compareOnBothNetworks } from "./suites/compare.ts";
import { openHardhatProject } from "./suites/hardhat-project.ts";
import { installPlugin } from "./suites/install.ts";
import type { Reason } from "./suites/outcomes.ts";

const ROOT = join(dirname(fileURLToPath(import.meta.url)), "..");
/** Tests of this repository that run others' projects whole, or a contract of theirs. */
const OWN_TESTS: Readonly<Record<string, string>> = {
  toolboxes: "test/suites/toolboxes.test.ts",
  ...Object.fromEntries(
    ["uniswap-v1", "uniswap-v2", "uniswap-v3", "safe", "multicall3"].map((name) => [name, "test/suites/packages.test.ts"]),
  ),
};
/** Checkouts of others, by the name of their list of reasons in `fixtures/suites`. */
const CHECKOUTS = ["openzeppelin", "project"];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { from: { type: "string" }, only: { type: "string" }, proofs: { type: "boolean", default: false } },
});
const names = positionals.length > 0 ? positionals : Object.keys(OWN_TESTS);
for (const name of names) {
  if (OWN_TESTS[name] === undefined && !CHECKOUTS.includes(name))
    throw new Error(`no suite is called '${name}'; there are: ${[...Object.keys(OWN_TESTS), ...CHECKOUTS].join(", ")}`);
}
runNode(["scripts/build.ts"], {});
for (const name of names) {
  const file = OWN_TESTS[name];
  if (file === undefined) compareCheckout(name);
  else
    runNode(["--test", "--test-concurrency=1", "--test-reporter=spec", file], {
      HYPERCHAIN_SUITE: name,
      ...(values.proofs ? { HYPERCHAIN_PROOFS: "1" } : {}),
    });
}

function compareCheckout(name: string): void {
  if (values.from === undefined)
    throw new Error(`say where the sources are: npm run suites -- ${name} --from <a checkout in which "npm install" was run>`);
  const folder = resolve(values.from);
  installPlugin(ROOT, folder);
  const project = openHardhatProject({ folder, only: values.only?.split(",") ?? ["test"] });
  try {
    if (!compareOnBothNetworks(project, reasonsOf(name), values.only === undefined)) process.exitCode = 1;
  } finally {
    project.close();
  }
}

/** Why tests may differ; a project that is not named here has no such list. */
function reasonsOf(name: string): readonly Reason[] {
  if (name === "project") return [];
  return JSON.parse(readFileSync(join(ROOT, "fixtures/suites", `${name}.json`), "utf8")) as readonly Reason[];
}

function runNode(args: readonly string[], environment: Readonly<Record<string, string>>): void {
  const { status } = spawnSync(process.execPath, args, {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, HYPERCHAIN_SUITES: "whole", ...environment },
  });
  if (status !== 0) process.exit(status ?? 1);
}
