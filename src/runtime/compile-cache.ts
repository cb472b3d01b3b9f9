import { basename, dirname, join } from "node:path";
import { constants, enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Has Node keep compiled modules over processes, of this process, its threads and those that it starts: compiling is a quarter of
 * what a start of an ecosystem takes. A process that was told otherwise, or measures what of its code runs, is left as it is.
 */
export function keepCompiledCode(folder: string): void {
  if (process.env["NODE_V8_COVERAGE"] !== undefined) return;
  const { status } = enableCompileCache(folder);
  // A thread does not take over what was enabled by a call, but what its environment says.
  if (status === constants.compileCacheStatus.ENABLED) process.env["NODE_COMPILE_CACHE"] = folder;
}

/** Where tools keep what they can make again: beside the packages among which the one with this root is, else in its own. */
export function cacheFolderOf(packageRoot: URL): string {
  const root = fileURLToPath(packageRoot);
  const around = dirname(root);
  const modules = basename(around) === "node_modules" ? around : join(root, "node_modules");
  return join(modules, ".cache", "hardhat-hyperchain");
}
