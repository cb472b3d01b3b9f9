import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";
import { prepareEngine } from "../chain/execution/connection.ts";

interface CompileOptions {
  /** Also the contracts of tests and benchmarks, which take longer than the rest. Default false. */
  readonly everything?: boolean;
}

/**
 * Compiles what has changed. Even a quiet build writes lines to stdout when the compiler warns; stdout belongs to the
 * caller, so they go to stderr.
 */
export async function compile(options: CompileOptions = {}): Promise<void> {
  // The build loads the engine.
  prepareEngine();
  if (!existsSync(hre.config.paths.artifacts)) console.error("compiling the contracts (once, about half a minute)…");
  const write = process.stdout.write;
  const toStderr = process.stderr.write.bind(process.stderr) as typeof write;
  // What it leaves of a line whose warnings are silenced is empty.
  process.stdout.write = ((text: string, ...rest: []) => (text === "\n" ? true : toStderr(text, ...rest))) as typeof write;
  try {
    const { root } = hre.config.paths;
    const files = options.everything ? [] : globSync("contracts/**/*.sol", { cwd: root }).map((file) => join(root, file));
    await hre.tasks.getTask("build").run({ quiet: true, files });
  } finally {
    process.stdout.write = write;
  }
}
