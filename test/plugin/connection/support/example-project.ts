import { spawn } from "node:child_process";
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
/** The project in which the plugin's users recognise their own. */
export const EXAMPLE_PROJECT = join(ROOT, "fixtures/example-project");

/** Installs this checkout in a project beneath it as `hardhat-hyperchain`: its sources, without a build. */
export function installPlugin(project = EXAMPLE_PROJECT): void {
  const folder = join(project, "node_modules/hardhat-hyperchain");
  const source = `${relative(folder, ROOT).replaceAll("\\", "/")}/src/index.ts`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const exported = {
    ".": { types: "./index.d.ts", default: "./index.js" },
    "./contracts/*.sol": "./contracts/*.sol",
    "./package.json": "./package.json",
  };
  writeFileSync(
    join(folder, "package.json"),
    JSON.stringify({ name: "hardhat-hyperchain", version: "0.0.0", type: "module", exports: exported }),
  );
  writeFileSync(join(folder, "index.js"), `export { default } from "${source}";\n`);
  writeFileSync(join(folder, "index.d.ts"), `export type * from "${source}";\nexport { default } from "${source}";\n`);
  symlinkSync(join(ROOT, "contracts"), join(folder, "contracts"));
}

/** How a program ended, and everything that it wrote. */
export interface ProgramResult {
  readonly code: number | null;
  readonly output: string;
}

/** Runs one of the checkout's programs in the project, with the Node that runs the test. It is killed after `limitMs`. */
export function runInExample(program: string, args: readonly string[], limitMs: number): Promise<ProgramResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(ROOT, "node_modules", program), ...args], {
      cwd: EXAMPLE_PROJECT,
      timeout: limitMs,
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString("utf8")));
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}
