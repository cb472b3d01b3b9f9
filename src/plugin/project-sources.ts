import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** What is read of the project's compilations. */
type Compilations = Pick<ArtifactManager, "getAllBuildInfoIds" | "getBuildInfoPath">;

/** The part of a compilation that holds its sources; `userSourceNameMap` leads from names as developers write them. */
interface Compilation {
  readonly userSourceNameMap: Readonly<Record<string, string>>;
  readonly input: { readonly sources: Readonly<Record<string, { readonly content?: string }>> };
}

/**
 * Text of a source that the project has compiled, such as "contracts/Counter.sol", as the compiler has read it; undefined where
 * there is no such source.
 */
export async function projectSource(artifacts: Compilations, name: string): Promise<string | undefined> {
  for (const id of await artifacts.getAllBuildInfoIds()) {
    const path = await artifacts.getBuildInfoPath(id);
    if (path === undefined) continue;
    const { userSourceNameMap, input } = JSON.parse(await readFile(path, "utf8")) as Compilation;
    const { content } = input.sources[userSourceNameMap[name] ?? name] ?? {};
    if (content !== undefined) return content;
  }
  return undefined;
}
