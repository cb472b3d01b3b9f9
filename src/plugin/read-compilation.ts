import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** Where a compilation's two files are. */
export type CompilationFiles = Pick<ArtifactManager, "getBuildInfoPath" | "getBuildInfoOutputPath">;

/**
 * What the project's compiler was given and what it made of that, by the compilation's id; undefined where it is unknown.
 * Rejects for files that are still being written.
 */
export async function readCompilation<Input, Output>(
  artifacts: CompilationFiles,
  id: string,
): Promise<readonly [Input, Output] | undefined> {
  const [inputPath, outputPath] = [await artifacts.getBuildInfoPath(id), await artifacts.getBuildInfoOutputPath(id)];
  if (inputPath === undefined || outputPath === undefined) return undefined;
  const input = JSON.parse(await readFile(inputPath, "utf8")) as Input;
  return [input, JSON.parse(await readFile(outputPath, "utf8")) as Output];
}
