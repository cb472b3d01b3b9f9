import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const IS_WINDOWS = process.platform === "win32";
const QUIET = ["--no-save", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"];

/**
 * Installs the built plugin in a checkout, as its user would, with the Hardhat that it was tested with; the checkout's own files
 * stay as they are. Throws where the checkout's packages are not installed.
 */
export function installPlugin(root: string, folder: string): void {
  const installed = join(folder, "node_modules");
  if (!existsSync(installed))
    throw new Error(`${folder} has no node_modules: run "npm install" there first, then this command again`);
  const { devDependencies } = manifestOf(root);
  const hardhat = devDependencies?.["hardhat"] ?? "latest";
  if (manifestOf(join(installed, "hardhat")).version !== hardhat) npm(folder, ["install", ...QUIET, `hardhat@${hardhat}`]);
  const scratch = mkdtempSync(join(tmpdir(), "hyperchain-suite-"));
  const packed = npm(root, ["pack", "--json", "--ignore-scripts", "--pack-destination", scratch]);
  const tarball = /"filename": "([^"]+)"/.exec(packed)?.[1];
  if (tarball === undefined) throw new Error("npm pack named no file");
  // Not by npm, which would leave out or move packages that the checkout has. Peers are found in the checkout.
  const plugin = join(installed, "hardhat-hyperchain");
  rmSync(plugin, { recursive: true, force: true });
  mkdirSync(plugin);
  execFileSync("tar", ["-xzf", join(scratch, tarball), "-C", plugin, "--strip-components=1"]);
  npm(plugin, ["install", ...QUIET, "--omit=dev", "--omit=peer", "--legacy-peer-deps"]);
  rmSync(scratch, { recursive: true });
}

function npm(folder: string, args: readonly string[]): string {
  return execFileSync("npm", args, { cwd: folder, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], shell: IS_WINDOWS });
}

function manifestOf(folder: string): { readonly version?: string; readonly devDependencies?: Readonly<Record<string, string>> } {
  const file = join(folder, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as ReturnType<typeof manifestOf>) : {};
}
