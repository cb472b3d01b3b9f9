// Installs what is missing. Plain JavaScript, because it runs on whatever Node the user has (20 or newer) before any
// dependency exists. On Node 20 npm silently skips EDR's native package (its engines ask for 22), so the second pass
// runs under the Node 24 that the first pass brought.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { constants } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const scope = join(root, "node_modules", "@nomicfoundation");

// Errors alone: npm warns of the Node that starts it, which the second pass replaces, and of scripts that nothing here needs.
const QUIET = ["--no-audit", "--no-fund", "--loglevel=error"];
const PROGRESS_MS = 10_000;
const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"];

function versionIn(folder) {
  try {
    return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
  } catch {
    return undefined;
  }
}

/** Compares with the lock file, so that an interrupted install and a lock file changed since are both noticed. */
function installed() {
  if (!existsSync(join(root, "node_modules", ".package-lock.json"))) return false;
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  return Object.entries(packages).every(
    ([path, { version, optional, devOptional, peer }]) =>
      path === "" || optional || devOptional || peer || versionIn(join(root, path)) === version,
  );
}

function hasEdrBinary() {
  const version = versionIn(join(scope, "edr"));
  return readdirSync(scope).some((name) => name.startsWith("edr-") && versionIn(join(scope, name)) === version);
}

/** Runs a command for a task, such as "installing dependencies". Reports each ten seconds. A signal also ends the command. */
async function run(task, command, args) {
  console.error(`setup: ${task} (once)…`);
  const begun = Date.now();
  const child = spawn(command, args, { cwd: root, stdio: "inherit", shell: process.platform === "win32" });
  const report = () => console.error(`setup: still ${task}, for ${Math.round((Date.now() - begun) / 1000)} s…`);
  const timer = setInterval(report, PROGRESS_MS);
  let received;
  const pass = (signal) => child.kill((received = signal));
  for (const signal of SIGNALS) process.on(signal, pass);
  const [code, signal] = await once(child, "exit").catch((error) => [error]);
  clearInterval(timer);
  for (const each of SIGNALS) process.off(each, pass);
  if (received !== undefined) process.exit(128 + constants.signals[received]);
  if (code === 0) return;
  console.error(`setup failed: '${command} ${args.join(" ")}' ended with ${signal ?? code}`);
  console.error("It needs the npm registry, and no other set-up running in this folder. Running it again is safe.");
  process.exit(typeof code === "number" ? code : 1);
}

if (Number(process.versions.node.split(".")[0]) < 20) {
  console.error(`setup: Node 20 or newer is needed, this is ${process.version}`);
  process.exit(1);
}
// `npm ci` empties the folder first, which may be another checkout's.
if (!installed() && lstatSync(join(root, "node_modules"), { throwIfNoEntry: false })?.isSymbolicLink()) {
  console.error("setup: node_modules is a link to a folder that does not match package-lock.json.");
  console.error("Remove the link (installing follows), or run 'npm ci' where it leads to.");
  process.exit(1);
}
if (!installed()) {
  await run("installing dependencies", "npm", ["ci", ...QUIET]);
}
// Only for tests: the oldest Node that the plugin supports, in a folder of its own, so that its `node` shadows no other.
if (
  process.argv.includes("--with-node-22") &&
  !existsSync(join(root, "node_modules", ".node-22", "node_modules", "node", "bin"))
) {
  await run("installing Node 22 for the tests of the package", "npm", [
    "install",
    "--prefix",
    join("node_modules", ".node-22"),
    "--no-save",
    "--no-package-lock",
    ...QUIET,
    "node@22.23.3",
  ]);
}
// Also only for tests, and apart from everything that is ours: ERC-4337's EntryPoints are under the GPL.
for (const version of process.argv.includes("--with-node-22") ? ["0.7.0", "0.8.0"] : []) {
  const folder = join("node_modules", `.account-abstraction-${version}`);
  if (versionIn(join(root, folder, "node_modules", "@account-abstraction", "contracts")) === version) continue;
  await run(`installing @account-abstraction/contracts ${version} for the tests of user operations`, "npm", [
    "install",
    "--prefix",
    folder,
    "--no-save",
    "--no-package-lock",
    "--ignore-scripts",
    ...QUIET,
    `@account-abstraction/contracts@${version}`,
  ]);
}
if (!hasEdrBinary()) {
  await run("installing the execution engine's native package", "npm", [
    "exec",
    "-c",
    `npm install --no-save ${QUIET.join(" ")}`,
  ]);
}
