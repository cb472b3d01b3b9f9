import { readFile } from "node:fs/promises";
import type { ArtifactManager } from "hardhat/types/artifacts";

/** Functions of Hardhat's artifacts for the project's compilations. */
export type Compilations = Pick<ArtifactManager, "getAllBuildInfoIds" | "getBuildInfoPath">;

/** The part of a compilation that holds its sources; `userSourceNameMap` leads from names as developers write them. */
interface Compilation {
  readonly userSourceNameMap: Readonly<Record<string, string>>;
  readonly input: { readonly sources: Readonly<Record<string, { readonly content?: string }>> };
}

type Sources = Pick<ReadonlyMap<string, string>, "get">;

/**
 * Text of a source that the project has compiled, such as "contracts/Counter.sol", in the compiler's version;
 * undefined for an unknown source. Each compilation has megabytes and a unique id: it is read once.
 */
export function projectSources(artifacts: Compilations): (name: string) => Promise<string | undefined> {
  const read = new Map<string, Sources>();
  return async (name) => {
    const ids = new Set(await artifacts.getAllBuildInfoIds());
    for (const id of read.keys()) if (!ids.has(id)) read.delete(id);
    for (const id of ids) {
      const sources = read.get(id) ?? (await sourcesOf(artifacts, id));
      if (sources === undefined) continue;
      read.set(id, sources);
      const text = sources.get(name);
      if (text !== undefined) return text;
    }
    return undefined;
  };
}

/** Sources by the developers' names, and by the compiler's; undefined if the compilation no longer exists. */
async function sourcesOf(artifacts: Compilations, id: string): Promise<Sources | undefined> {
  const path = await artifacts.getBuildInfoPath(id);
  if (path === undefined) return undefined;
  const { userSourceNameMap, input } = JSON.parse(await readFile(path, "utf8")) as Compilation;
  const texts = new Map<string, string>();
  for (const [name, { content }] of Object.entries(input.sources)) if (content !== undefined) texts.set(name, content);
  for (const [name, compiled] of Object.entries(userSourceNameMap)) {
    const content = texts.get(compiled);
    if (content !== undefined) texts.set(name, content);
  }
  return texts;
}
