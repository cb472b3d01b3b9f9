import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IS_WINDOWS = process.platform === "win32";
const QUIET = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];
/**
 * Plugins for Hardhat 3 that npm may lack: the version from which the stand-in next to this file copies its
 * settings.
 */
const STAND_INS: Readonly<Record<string, string>> = { "hardhat-predeploy": "0.4.1" };

/**
 * Installs the built plugin in a checkout, like its user, with the Hardhat that it was tested with; the
 * checkout's files remain unchanged. Throws if the checkout's packages are not installed.
 */
export function installPlugin(root: string, folder: string): void {
  const installed = join(folder, "node_modules");
  if (!existsSync(installed))
    throw new Error(`${folder} has no node_modules: run "npm install" there first, then this command again`);
  const { devDependencies } = manifestOf(root);
  const hardhat = devDependencies?.["hardhat"] ?? "latest";
  if (manifestOf(join(installed, "hardhat")).version !== hardhat) npm(folder, ["install", ...QUIET, `hardhat@${hardhat}`]);
  for (const [name, version] of Object.entries(STAND_INS)) standIn(folder, name, version);
  // Not by npm, which would leave out or move packages that the checkout has. Peers are found in the checkout.
  const plugin = join(installed, "hardhat-hyperchain");
  rmSync(plugin, { recursive: true, force: true });
  unpack(root, ["--ignore-scripts"], plugin);
  npm(plugin, ["install", ...QUIET, "--omit=dev", "--omit=peer", "--legacy-peer-deps"]);
}

/** Puts a stand-in in the place of a plugin that the checkout's config imports and npm could not install. */
function standIn(folder: string, name: string, version: string): void {
  const place = join(folder, "node_modules", name);
  const isImported = ["ts", "js"].some((ending) => {
    const config = join(folder, `hardhat.config.${ending}`);
    return existsSync(config) && new RegExp(`["']${name}["']`).test(readFileSync(config, "utf8"));
  });
  if (!isImported || existsSync(place)) return;
  cpSync(join(import.meta.dirname, "stand-ins", name), place, { recursive: true });
  unpack(folder, [`${name}@${version}`], join(place, "original"));
  console.log(`${name} is not installed: ${name} ${version}'s code is set by a stand-in`);
}

/** Unpacks what `npm pack` makes of a package into a new folder. */
function unpack(from: string, args: readonly string[], folder: string): void {
  const scratch = mkdtempSync(join(tmpdir(), "hyperchain-suite-"));
  const packed = npm(from, ["pack", "--json", ...args, "--pack-destination", scratch]);
  const tarball = /"filename": "([^"]+)"/.exec(packed)?.[1];
  if (tarball === undefined) throw new Error("npm pack named no file");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", join(scratch, tarball), "-C", folder, "--strip-components=1"]);
  rmSync(scratch, { recursive: true });
}

function npm(folder: string, args: readonly string[]): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell: IS_WINDOWS });
}

function manifestOf(folder: string): { readonly version?: string; readonly devDependencies?: Readonly<Record<string, string>> } {
  const file = join(folder, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof manifestOf>) : {};
}
