import { existsSync } from "node:fs";
import hre from "hardhat";

/**
 * Compiles what has changed. Even a quiet build writes lines to stdout when the compiler warns; stdout belongs to the
 * caller, so they go to stderr.
 */
export async function compile(): Promise<void> {
  if (!existsSync(hre.config.paths.artifacts)) console.error("compiling the contracts (once, about half a minute)…");
  const write = process.stdout.write;
  process.stdout.write = process.stderr.write.bind(process.stderr);
  try {
    await hre.tasks.getTask("build").run({ quiet: true });
  } finally {
    process.stdout.write = write;
  }
}
