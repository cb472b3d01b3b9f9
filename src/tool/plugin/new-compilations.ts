import type { ArtifactManager } from "hardhat/types/artifacts";
import { type CompilationFiles, readCompilation } from "./read-compilation.ts";

/** A compilation's two files, as far as Hardhat's engine takes them. */
interface Input {
  readonly solcVersion: string;
  readonly input: unknown;
}

interface Output {
  readonly output: unknown;
}

/** Hardhat's engine: networks of a process share what it knows of the project's code. */
interface Engine {
  addCompilationResult(solcVersion: string, input: unknown, output: unknown): Promise<void>;
}

/**
 * Tells Hardhat's engine of what the project has compiled since this was made: the engine reads all compilations when the first
 * network opens, and a compiler in another process tells it of no later one. Without them a stack trace has no lines. Resolves
 * with whether the engine has learnt something.
 */
export function newCompilations(
  artifacts: CompilationFiles & Pick<ArtifactManager, "getAllBuildInfoIds">,
): (provider: object) => Promise<boolean> {
  const known = artifacts.getAllBuildInfoIds().then((ids) => new Set(ids));
  // Callers of the returned promise receive the failure.
  known.catch(() => undefined);
  return async (provider) => {
    if (!isEngine(provider)) return false;
    const told = await known;
    let isNew = false;
    for (const id of await artifacts.getAllBuildInfoIds()) {
      if (told.has(id)) continue;
      // A file that a compiler still writes is read the next time.
      const compilation = await readCompilation<Input, Output>(artifacts, id).catch(() => undefined);
      if (compilation === undefined) continue;
      told.add(id);
      const [{ solcVersion, input }, { output }] = compilation;
      await provider.addCompilationResult(solcVersion, input, output);
      isNew = true;
    }
    return isNew;
  };
}

function isEngine(provider: object): provider is Engine {
  return "addCompilationResult" in provider && typeof provider.addCompilationResult === "function";
}
