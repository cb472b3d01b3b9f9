// The whole test run, as `npm test` and CI call it: contracts compiled, types and lint checked, then every test file.
// Arguments are passed to the runner, so `npm test -- test/stark/*.test.ts` runs a part (without the static checks).
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const selected = process.argv.slice(2);
/** Twenty times what the slowest test takes: only for those that would never end. */
const TEST_LIMIT_MS = 300_000;

function step(name: string, args: readonly string[]): void {
  const start = performance.now();
  const { status, signal } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) {
    console.error(`${name} failed (${signal ?? `exit code ${status}`})`);
    process.exit(status ?? 1);
  }
  console.error(`${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

step("contracts", ["node_modules/hardhat/dist/src/cli.js", "build", "--quiet"]);
if (selected.length === 0) {
  step("types", ["node_modules/typescript/bin/tsc", "--noEmit", "-p", "."]);
  step("lint", ["node_modules/eslint/bin/eslint.js", ".", "--max-warnings", "0"]);
}
// The tests of the package pack what this builds.
if (selected.length === 0 || selected.some((file) => file.includes("test/package/"))) step("package", ["scripts/build.ts"]);
const files = selected.length > 0 ? selected : globSync("test/**/*.test.ts", { cwd: root }).sort();
const guards = [`--test-timeout=${TEST_LIMIT_MS}`, "--import", "./test/support/leak-guard.ts"];
step("tests", ["--test", "--test-concurrency=2", "--test-reporter=spec", ...guards, ...files]);
