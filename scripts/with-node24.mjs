// Runs a script under the Node 24 in node_modules, whatever Node started this one. Signals and exit codes pass through.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const candidates = [join(root, "node_modules", "node", "bin", "node"), join(root, "node_modules", "node", "bin", "node.exe")];
const binary = Number(process.versions.node.split(".")[0]) >= 24 ? process.execPath : candidates.find(existsSync);
if (binary === undefined) {
  console.error("Node 24 is missing from node_modules. Run 'node scripts/setup.mjs' first.");
  process.exit(1);
}
const child = spawn(binary, process.argv.slice(2), { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => child.kill(signal));
// As shells report it: 130 for SIGINT, 143 for SIGTERM.
child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
