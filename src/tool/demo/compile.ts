import { existsSync, globSync } from "node:fs";
import { join } from "node:path";
import hre from "hardhat";
import { prepareEngine } from "../../chain/execution/connection.ts";
import { systemClock } from "../../ground/runtime/clock.ts";
import { withProgress } from "../../ground/runtime/with-progress.ts";
import { withChildrenEnded } from "./children.ts";

interface CompileOptions {
  /** Also the contracts of tests and benchmarks, which take longer than the rest. Default false. */
  readonly everything?: boolean;
}

/**
 * Compiles what has changed. Even a quiet build writes empty lines to stdout, which belongs to the caller: they are shown on
 * stderr if the build fails. A signal also ends the compiler. Warnings go to stderr, except those with which nothing is wrong
 * (`src/tool/demo/known-warnings.ts`).
 */
export async function compile(options: CompileOptions = {}): Promise<void> {
  // The build loads the engine.
  prepareEngine();
  if (!existsSync(hre.config.paths.artifacts)) console.error("compiling the contracts (once, two minutes on two cores)…");
  const write = process.stdout.write;
  const written: string[] = [];
  process.stdout.write = ((text: string) => written.push(text) > 0) as typeof write;
  try {
    const { root } = hre.config.paths;
    const files = options.everything ? [] : globSync("contracts/**/*.sol", { cwd: root }).map((file) => join(root, file));
    const build = withChildrenEnded(() => hre.tasks.getTask("build").run({ quiet: true, files }));
    await withProgress(build, systemClock, (seconds) => console.error(`still compiling the contracts, for ${seconds} s…`));
  } catch (error) {
    process.stderr.write(written.join(""));
    throw error;
  } finally {
    process.stdout.write = write;
  }
}
