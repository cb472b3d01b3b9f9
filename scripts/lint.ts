// Types and lint of all sources, for `npm run lint` and `npm test`.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const OXLINT = "node_modules/oxlint/bin/oxlint";
/** Paths that this repository's tsconfig files cover. One run checks types and lint, because both load the same declarations. */
const TYPED: readonly string[] = [
  "bench",
  "page",
  "scripts",
  "site",
  "src",
  "test",
  "hardhat.config.ts",
  "fixtures/tasks-project",
];
/** The examples import the installed package, so that its tests check their types. */
const EXAMPLES = "fixtures";

function passes(...args: readonly string[]): boolean {
  const all = [OXLINT, "--type-aware", "--deny-warnings", ...args];
  return spawnSync(process.execPath, all, { cwd: root, stdio: "inherit" }).status === 0;
}

process.exit(passes("--type-check", ...TYPED) && passes(EXAMPLES) ? 0 : 1);
