import { execFileSync, spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const LIMIT_MS = 240_000;

/** The project with Hardhat's toolboxes. */
export const TOOLBOX_PROJECT = join(ROOT, "fixtures/toolboxes");
/** What Ignition writes of deployments that outlive the process. */
export const DEPLOYMENTS = join(TOOLBOX_PROJECT, "ignition/deployments");

/** Installs what the project's lockfile names, where that has not been done, and the built plugin with what it declares. */
export function installToolboxes(): void {
  const modules = join(TOOLBOX_PROJECT, "node_modules");
  if (!isInstalled(modules)) {
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: TOOLBOX_PROJECT,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
  }
  if (!existsSync(join(ROOT, "dist/index.js")))
    execFileSync(process.execPath, ["scripts/build.ts"], { cwd: ROOT, stdio: "inherit" });
  const plugin = join(modules, "hardhat-hyperchain");
  rmSync(plugin, { recursive: true, force: true });
  mkdirSync(plugin, { recursive: true });
  // Its dependencies are found in the checkout around it, its peers in the project.
  for (const part of ["package.json", "dist", "contracts"]) cpSync(join(ROOT, part), join(plugin, part), { recursive: true });
}

function isInstalled(modules: string): boolean {
  if (!existsSync(join(modules, ".package-lock.json"))) return false;
  const versions = (file: string): string =>
    JSON.stringify(
      Object.entries(
        (JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, { version?: string; optional?: boolean }> })
          .packages,
      )
        .filter(([path, { optional }]) => path !== "" && optional !== true)
        .map(([path, { version }]) => `${path} ${version ?? ""}`)
        .sort(),
    );
  return versions(join(dirname(modules), "package-lock.json")) === versions(join(modules, ".package-lock.json"));
}

/** How a run of Hardhat in the project ended. */
export interface ToolboxRun {
  readonly code: number | null;
  readonly output: string;
  /** Titles of the tests that passed, in alphabetical order. */
  readonly passed: readonly string[];
}

/** Runs the project's own Hardhat with one toolbox's config. */
export function runToolbox(
  toolbox: "ethers" | "viem",
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ToolboxRun> {
  return new Promise((resolve, reject) => {
    const cli = join(TOOLBOX_PROJECT, "node_modules/hardhat/dist/src/cli.js");
    const child = spawn(process.execPath, [cli, "--config", `${toolbox}.config.ts`, ...args], {
      cwd: TOOLBOX_PROJECT,
      env: { ...process.env, NO_COLOR: "1", HARDHAT_IGNITION_CONFIRM_DEPLOYMENT: "false", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
      timeout: LIMIT_MS,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output, passed: passedIn(output) }));
  });
}

/** Both of Hardhat's reporters put a tick before what passed, and how long it took behind what was slow. */
function passedIn(output: string): readonly string[] {
  return [...output.matchAll(/^ *✔ (.*?)(?: \(\d+ms\))?$/gm)].map(([, title = ""]) => title).sort();
}
