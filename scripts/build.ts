// Builds the npm package's dist/: JavaScript and types of src/, the page, and the contracts' artifacts, so that a project that
// uses the plugin compiles none of them. Contracts must be compiled (`npm run build:contracts`). `--only code` and
// `--only artifacts` write one half each: the code needs no compiled contracts. `--unchecked` leaves types to another check of
// the same sources.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { packageArtifacts } from "./package/artifacts.ts";
import { compileCode } from "./package/compiled-code.ts";
import { compressed } from "./package/compressed.ts";
import { packagePage } from "./package/page-bundle.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

const { only, unchecked } = parseArgs({
  options: { only: { type: "string" }, unchecked: { type: "boolean", default: false } },
}).values;

async function writeCode(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  await compileCode({ root, dist, unchecked });
  writeFileSync(join(dist, "tool/page-server/assets.br"), compressed(await packagePage()));
}

function writeArtifacts(): void {
  mkdirSync(dist, { recursive: true });
  writeFileSync(join(dist, "artifacts.br"), compressed(packageArtifacts(root)));
}

if (only !== undefined && only !== "code" && only !== "artifacts")
  throw new Error(`--only takes code or artifacts, not '${only}'`);
if (only !== "artifacts") await writeCode();
if (only !== "code") writeArtifacts();
console.error(`built dist/: ${only ?? "code and artifacts"}`);
