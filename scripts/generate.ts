// Writes every generated file of the project: `npm run generate`. With --check it only compares, and fails on a difference.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { generatedFiles } from "./verifier-generator/generated-files.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const check = process.argv.includes("--check");
let changed = 0;

for (const { path, content } of generatedFiles()) {
  const target = join(root, path);
  if (existsSync(target) && readFileSync(target, "utf8") === content) continue;
  changed++;
  console.log(`${check ? "differs" : "written"}: ${path}`);
  if (check) continue;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}
if (changed === 0) console.log("generated files are up to date");
if (check && changed > 0) process.exitCode = 1;
