import { spawn } from "node:child_process";
import { existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildPackage } from "../../../support/built-package.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** The project in which the plugin's users recognise their own. */
export const EXAMPLE_PROJECT = join(ROOT, "fixtures/example-project");

/** Installs this checkout's built plugin in a project beneath it, once: what users run, and whose types they read. */
export function installPlugin(project = EXAMPLE_PROJECT): void {
  buildPackage();
  const folder = join(project, "node_modules/hardhat-hyperchain");
  mkdirSync(folder, { recursive: true });
  for (const part of ["package.json", "dist", "contracts"]) {
    const [link, target] = [join(folder, part), join(ROOT, part)];
    // Other test files may be running in the project.
    if (existsSync(link) && realpathSync(link) === realpathSync(target)) continue;
    rmSync(link, { recursive: true, force: true });
    symlinkSync(target, link, "junction");
  }
}

/** Exit of a program, and its complete output. */
export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs one of the checkout's programs in the project, with the Node that runs the test. */
export function runInExample(program: string, args: readonly string[]): Promise<ProgramResult> {
  return runNodeInExample([join(ROOT, "node_modules", program), ...args]);
}

/** Runs files of the project's tests with the config of its users of viem, whose tests are for Node's runner. */
export function testWithViem(files: readonly string[]): Promise<ProgramResult> {
  const program = join(ROOT, "node_modules/hardhat/dist/src/cli.js");
  return runNodeInExample([program, "--config", "viem.config.ts", "test", "nodejs", ...files]);
}

function runNodeInExample(args: readonly string[]): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    // This process is a test of Node's runner, and what it starts would be a part of it.
    const { NODE_TEST_CONTEXT: _context, ...env } = process.env;
    const child = spawn(process.execPath, args, {
      cwd: EXAMPLE_PROJECT,
      env,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
