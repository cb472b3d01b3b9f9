import { basename, dirname, join } from "node:path";
import { constants, enableCompileCache } from "node:module";
import { fileURLToPath } from "node:url";

/**
 * Stores compiled modules across processes, for this process, its threads and those that it starts:
 * compilation is a quarter of an ecosystem's start. It changes nothing in a process with another setting, or
 * one that measures its code coverage.
 */
export function keepCompiledCode(folder: string): void {
  if (process.env["NODE_V8_COVERAGE"] !== undefined) return;
  const { status } = enableCompileCache(folder);
  // A thread does not take over what was enabled by a call, but what its environment says.
  if (status === constants.compileCacheStatus.ENABLED) process.env["NODE_COMPILE_CACHE"] = folder;
}

/**
 * Folder for reproducible files of tools: next to the packages around the one with this root, else in the
 * package's.
 */
export function cacheFolderOf(packageRoot: URL): string {
  const root = fileURLToPath(packageRoot);
  const around = dirname(root);
  const modules = basename(around) === "node_modules" ? around : join(root, "node_modules");
  return join(modules, ".cache", "hardhat-hyperchain");
}
