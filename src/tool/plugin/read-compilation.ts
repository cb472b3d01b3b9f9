import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** Functions of Hardhat's artifacts for the two files of a compilation. */
export type CompilationFiles = Pick<ArtifactManager, "getBuildInfoPath" | "getBuildInfoOutputPath">;

/**
 * Input and output of a compilation, by its id; undefined if unknown. Rejects for files that are still being
 * written.
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
