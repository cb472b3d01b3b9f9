import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installProject } from "../../support/installed-project.ts";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

/** The project with Hardhat's toolboxes. */
export const TOOLBOX_PROJECT = join(ROOT, "fixtures/toolboxes");
/** Folder of the deployments that Ignition stores. */
export const DEPLOYMENTS = join(TOOLBOX_PROJECT, "ignition/deployments");

/** Installs what the project's lockfile names, and the built plugin. */
export function installToolboxes(): void {
  installProject(TOOLBOX_PROJECT);
}

/** Result of a Hardhat run in the project. */
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
      env: { ...process.env, NO_COLOR: "1", ...environment },
      stdio: ["ignore", "pipe", "pipe"],
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
