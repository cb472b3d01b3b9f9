// The test runs. `npm test`, which CI calls: contracts compiled, types, lint and format checked, then the core of the tests and
// those of changed code (decision 268). `npm run test:all` runs all files but the very long ones, with `-- --shard 2/5`
// one of five parts of them, with `-- --again` the files that failed the last time and tests of later changes; `npm run nightly` runs
// also the very long ones. `npm test -- --tier unit` runs one tier, `npm test -- FILES` some files, both without the static checks.
// A file that fails is run again, alone, at the end, and those of a process that fails after them together; if it passes then, it is named as unsteady (decision 22), which
// `--strict` takes for a failure. `--report FILE` writes figures.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { globSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { cleanCommit } from "./changed-files.ts";
import { filesToRunAgain, readRedRun, recordGreenRun, recordRedRun } from "./complete-run.ts";
import { endAllWithThisProcess } from "./end-processes.ts";
import { USES_RECORDED } from "./hardhat/recorded-compilations.ts";
import { ImportGraph } from "./run-time-imports.ts";
import { chooseFiles, type ChosenFiles, type Shard } from "./test-choice.ts";
import { cpuSeconds } from "./test-cpu.ts";
import { runFiles } from "./test-files.ts";
import { inProcesses } from "./test-processes.ts";
import { LONG, PROOF_MAKERS, type TestSet } from "./test-sets.ts";
import { timesReport } from "./test-tiers.ts";
import { totalsLine, verdictOf, type TestReport } from "./test-verdict.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const { values, positionals: selected } = parseArgs({
  allowPositionals: true,
  options: {
    tier: { type: "string" },
    // All files but the very long ones, or a part of them such as 2/5.
    all: { type: "boolean", default: false },
    shard: { type: "string" },
    // Completes the last run of all files, which was red.
    again: { type: "boolean", default: false },
    strict: { type: "boolean", default: false },
    // All files, in their long forms.
    night: { type: "boolean", default: false },
    // A file for the run's figures, as JSON.
    report: { type: "string" },
  },
});
/** CPU seconds, twice those of the dearest file: only for files that would never end. */
const limitOf = (file: string): number => {
  if (values.night || LONG.includes(file)) return 3_600;
  return PROOF_MAKERS.includes(file) ? 600 : 200;
};
const LIMITS = { root, limitOf };
/** Two more than cores: files wait for blocks, processes and each other's answers. More than five would need much memory. */
const AT_A_TIME = Math.min(availableParallelism(), 3) + 2;
/** Each test file is a process, and many start others: what one has compiled, the others need not. */
const COMPILED = join(root, "node_modules/.cache/compiled");
/** More processes than this with files that fail have a cause which a second run would only hide. */
const MOST_RUN_AGAIN = 3;

type Step = readonly [name: string, args: readonly string[], environment?: Readonly<Record<string, string>>];

/** Runs a script of a tool, and tells how it ended. */
async function succeeds([name, args, environment]: Step): Promise<boolean> {
  const start = performance.now();
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit", env: { ...process.env, ...environment } });
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  console.error(code === 0 ? `${name}: ${seconds} s` : `${name} failed (${signal ?? `exit code ${code}`})`);
  return code === 0;
}

/** Runs lists of steps in parallel, each list in order; ends the run after all have ended if a step fails. */
async function need(...lists: readonly (readonly Step[])[]): Promise<void> {
  let isGood = true;
  const run = async (steps: readonly Step[]): Promise<void> => {
    for (const one of steps) isGood = (await succeeds(one)) && isGood;
  };
  await Promise.all(lists.map(run));
  if (!isGood) process.exit(1);
}

const SET: TestSet = values.night ? "long" : values.all ? "all" : "core";
/** A run of all files compares the recorded outputs (test/package/package.test.ts), and compiles all contracts itself. */
const RECORDED = SET === "core" ? { [USES_RECORDED]: "1" } : {};
const CONTRACTS: Step = ["contracts", ["node_modules/hardhat/dist/src/cli.js", "build", "--quiet"], RECORDED];
/**
 * Code of the package, whose types another step checks. Tests of the package pack it, others and the example
 * use it.
 */
const PACKAGE_CODE: Step = ["package's code", ["scripts/build.ts", "--only", "code", "--unchecked"]];
/** Packages and compilations of the bridges' dapps, once for all tests of bridges. */
const DAPPS: Step = ["dapps of bridges", ["test/bridges/support/prepare-dapps.ts"]];
/** Steps that need no contracts, in parallel with their compilation: one half for each of two cores. */
const WITH_STATIC_CHECKS: readonly (readonly Step[])[] = [
  [CONTRACTS],
  [PACKAGE_CODE, ["format", ["node_modules/oxfmt/bin/oxfmt", "--check", "."]], ["types and lint", ["scripts/lint.ts"]]],
];

const shard = shardOf(values.shard);

/** Parses a part such as 2/5; the whole without one. */
function shardOf(text = "1/1"): Shard {
  const [part = 0, count = 0] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).slice(1).map(Number);
  if (part >= 1 && part <= count) return { part, count };
  console.error(`--shard takes a part and the number of parts, such as 2/5, not '${text}'`);
  process.exit(1);
}

const redRun = values.again ? readRedRun(root) : undefined;
if (values.again && (SET !== "all" || redRun === undefined)) {
  console.error("--again completes a failed run of npm run test:all, and none is recorded");
  process.exit(1);
}

function chosenFiles(all: readonly string[]): ChosenFiles {
  try {
    const chosen = chooseFiles(root, all, { named: selected, set: SET, tier: values.tier, shard });
    if (redRun === undefined) return chosen;
    return { ...chosen, files: filesToRunAgain(root, redRun, chosen.files, ImportGraph.read(root)) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    console.error(error.message);
    process.exit(1);
  }
}

endAllWithThisProcess();
process.env["NODE_COMPILE_CACHE"] ??= COMPILED;
// Compilers and linters in Go live for seconds as well: with a heap of five times the live objects, at most 4 GiB, they collect less.
process.env["GOGC"] ??= "400";
process.env["GOMEMLIMIT"] ??= "4GiB";
// Most processes of a run live for seconds: with 32 MiB for what is new they collect garbage less, for 7 % less CPU time.
process.env["NODE_OPTIONS"] = `${process.env["NODE_OPTIONS"] ?? ""} --max-semi-space-size=32`.trim();
// Hardhat's engine notes each step of a contract, and gives the memory back after each transaction. With seconds between, in pages that
// are not huge, the system clears less of it: a fourth less CPU time of tests of contracts. Read by mimalloc, which the engine brings.
process.env["MIMALLOC_PURGE_DELAY"] ??= "5000";
process.env["MIMALLOC_ALLOW_THP"] ??= "0";
if (values.night) process.env["TEST_NIGHTLY"] = "1";
const all = globSync("test/**/*.test.ts", { cwd: root }).sort();
const { files, notes } = chosenFiles(all);
const isWhole = selected.length === 0 && values.tier === undefined;
const hasChecks = isWhole && shard.part === 1 && !values.night;
const commit = isWhole && SET === "all" ? cleanCommit(root) : undefined;
const needsPackage = files.some((file) =>
  /test\/package\/|toolboxes|wagmi|example-project|copied-test|remote-failures|openzeppelin/.test(file),
);
await need(...(hasChecks ? WITH_STATIC_CHECKS : [[CONTRACTS], needsPackage ? [PACKAGE_CODE] : []]));
const usesDapps = ImportGraph.read(root).distancesFrom(["test/bridges/support/dapp.ts"]);
const needsDapps = files.some((file) => usesDapps.has(file.replaceAll("\\", "/")));
await need(
  [["page", ["scripts/bundle-page.ts"]], ...(needsDapps ? [DAPPS] : [])],
  needsPackage ? [["package's artifacts", ["scripts/build.ts", "--only", "artifacts"]]] : [],
);
const {
  tiers,
  files: times,
  failed,
  failedProcesses,
  strayErrors,
  isGood: isCounted,
  tests,
} = await runFiles(inProcesses(files), {
  ...LIMITS,
  concurrency: AT_A_TIME,
});
const isGood = isCounted || failed.length > 0;
const isWorthAgain = isGood && failed.length > 0 && failedProcesses.length <= MOST_RUN_AGAIN;
const again = isWorthAgain ? await runFiles(failedProcesses, { ...LIMITS, concurrency: 1 }) : undefined;
console.error(timesReport(tiers, times));
console.error(`all, with the checks: ${cpuSeconds().toFixed(0)} CPU s`);
for (const error of strayErrors) console.error(`no running test's: ${error}`);
const verdict = verdictOf({ isGood, failed }, again, values.strict);
for (const file of verdict.unsteady) console.error(`UNSTEADY: ${file} failed and then passed alone; its error is above`);
for (const file of verdict.failed) console.error(`FAILED: ${file}`);
if (values.report !== undefined) {
  const report: TestReport = { ...verdict, files: files.length, cpuSeconds: cpuSeconds() };
  writeFileSync(values.report, JSON.stringify(report));
}
for (const note of notes) console.error(note);
if (isWhole && SET === "all") {
  const own = Object.fromEntries(times.map(({ file, cpuSeconds: cpu }) => [file.replaceAll("\\", "/"), cpu ?? null]));
  const before = Object.entries(redRun?.times ?? {}).filter(([file]) => all.includes(file));
  const run = { commit, times: { ...Object.fromEntries(before), ...own }, cpuSeconds: cpuSeconds() + (redRun?.cpuSeconds ?? 0) };
  if (verdict.hasPassed) console.error(recordGreenRun(root, { ...run, shard }));
  else if (isGood && shard.count === 1)
    console.error(recordRedRun(root, { ...run, failed: [...verdict.failed, ...verdict.unsteady] }));
}
console.error(totalsLine(files.length, tests, verdict));
process.exit(verdict.hasPassed ? 0 : 1);
