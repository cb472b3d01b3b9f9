// Installs what is missing. Plain JavaScript, because it runs on whatever Node the user has (20 or newer) before any
// dependency exists. On Node 20 npm silently skips EDR's native package (its engines ask for 22), so the second pass
// runs under the Node 24 that the first pass brought.
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const modules = join(root, "node_modules");

const has = (path) => existsSync(join(modules, path));
const hasEdrBinary = () =>
  has("@nomicfoundation") && readdirSync(join(modules, "@nomicfoundation")).some((name) => name.startsWith("edr-"));

function run(command, args) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  if (result.status !== 0) {
    console.error(`setup failed: '${command} ${args.join(" ")}' ended with ${result.status ?? result.signal}`);
    process.exit(result.status ?? 1);
  }
}

if (!has("hardhat") || !has("node") || !has("ethers") || !has(".package-lock.json")) {
  console.error("setup: installing dependencies (once)…");
  run("npm", ["ci", "--no-audit", "--no-fund"]);
}
if (!hasEdrBinary()) {
  console.error("setup: installing the execution engine's native package (once)…");
  run("npm", ["exec", "-c", "npm install --no-save --no-audit --no-fund"]);
}
