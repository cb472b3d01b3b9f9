import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";
import type { StorageLayout } from "../../ecosystem/devnet/view/books/storage-layout.ts";
import { compiledLayouts, type CompiledSources } from "./compiled-layout.ts";

/** Function of Hardhat's artifacts for the compilers' outputs. */
export type CompilationOutputs = Pick<ArtifactManager, "getBuildInfoOutputPath">;

type Layouts = ReturnType<typeof compiledLayouts>;

/**
 * Layouts of the project's contracts, by the compilation's id, source and contract; undefined if unknown. An
 * output has up to tens of megabytes and a unique id: it is read once, on demand.
 */
export function projectLayouts(
  artifacts: CompilationOutputs,
): (id: string, source: string, contract: string) => Promise<StorageLayout | undefined> {
  const read = new Map<string, Promise<Layouts | undefined>>();
  return async (id, source, contract) => {
    const reading = read.get(id) ?? layoutsOf(artifacts, id);
    read.set(id, reading);
    // What cannot be read now may be there the next time.
    reading.catch(() => read.delete(id));
    return (await reading)?.(source, contract);
  };
}

async function layoutsOf(artifacts: CompilationOutputs, id: string): Promise<Layouts | undefined> {
  const path = await artifacts.getBuildInfoOutputPath(id);
  if (path === undefined) return undefined;
  const { output } = JSON.parse(await readFile(path, "utf8")) as { readonly output: { readonly sources?: CompiledSources } };
  return compiledLayouts(output.sources ?? {});
}
