import { readdirSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DevnetDependencies } from "../devnet/devnet.ts";

type ReadArtifact = DevnetDependencies["artifacts"];
type CompiledContract = Awaited<ReturnType<ReadArtifact>>;

/** Built packages carry the artifacts in one folder; sources read what the compiler wrote. */
const FOLDER = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "../../artifacts/contracts/" : "../artifacts/", import.meta.url),
);

let files: ReadonlyMap<string, string> | undefined;
const loaded = new Map<string, Promise<CompiledContract>>();

/** The compiled contract of this package with that name, whatever the user's project compiles. Rejects for an unknown name. */
export const bundledArtifact: ReadArtifact = (name) => {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
};

async function load(name: string): Promise<CompiledContract> {
  files ??= new Map(
    readdirSync(FOLDER, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".json"))
      .map((file) => [basename(file, ".json"), join(FOLDER, file)]),
  );
  const file = files.get(name);
  if (file === undefined) throw new Error(`no compiled contract "${name}" in ${FOLDER}`);
  return JSON.parse(await readFile(file, "utf8")) as CompiledContract;
}
