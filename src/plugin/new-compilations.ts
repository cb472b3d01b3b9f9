import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** What is read of the project's compilations. */
type Compilations = Pick<ArtifactManager, "getAllBuildInfoIds" | "getBuildInfoPath" | "getBuildInfoOutputPath">;

/** A compilation's two files, as far as Hardhat's engine takes them. */
interface Compilation {
  readonly solcVersion: string;
  readonly input: unknown;
  readonly output: unknown;
}

/** Hardhat's engine: networks of a process share what it knows of the project's code. */
interface Engine {
  addCompilationResult(solcVersion: string, input: unknown, output: unknown): Promise<void>;
}

/**
 * Tells Hardhat's engine of what the project has compiled since this was made: the engine reads all compilations when the first
 * network opens, and a compiler in another process tells it of no later one. Without them a stack trace has no lines.
 */
export function newCompilations(artifacts: Compilations): (provider: object) => Promise<void> {
  const known = artifacts.getAllBuildInfoIds().then((ids) => new Set(ids));
  return async (provider) => {
    if (!isEngine(provider)) return;
    const told = await known;
    for (const id of await artifacts.getAllBuildInfoIds()) {
      if (told.has(id)) continue;
      // A file that a compiler still writes is read the next time.
      const compilation = await compilationOf(artifacts, id).catch(() => undefined);
      if (compilation === undefined) continue;
      told.add(id);
      await provider.addCompilationResult(compilation.solcVersion, compilation.input, compilation.output);
    }
  };
}

async function compilationOf(artifacts: Compilations, id: string): Promise<Compilation | undefined> {
  const [inputPath, outputPath] = [await artifacts.getBuildInfoPath(id), await artifacts.getBuildInfoOutputPath(id)];
  if (inputPath === undefined || outputPath === undefined) return undefined;
  const { solcVersion, input } = JSON.parse(await readFile(inputPath, "utf8")) as Omit<Compilation, "output">;
  const { output } = JSON.parse(await readFile(outputPath, "utf8")) as Pick<Compilation, "output">;
  return { solcVersion, input, output };
}

function isEngine(provider: object): provider is Engine {
  return "addCompilationResult" in provider && typeof provider.addCompilationResult === "function";
}
