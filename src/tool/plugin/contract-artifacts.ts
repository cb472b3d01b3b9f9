import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliDecompressSync } from "node:zlib";
import type { DevnetDependencies } from "../../ecosystem/devnet/devnet.ts";

type ReadArtifact = DevnetDependencies["artifacts"];
type CompiledContract = Awaited<ReturnType<ReadArtifact>>;
/** The artifact of each contract as JSON, by the contract's name. */
type Artifacts = ReadonlyMap<string, () => string>;

const IS_SOURCE = import.meta.url.endsWith(".ts");
/** Sources read the compiler's files; a built package has one file, each contract on its line (`scripts/build.ts`). */
const PLACE = fileURLToPath(new URL(IS_SOURCE ? "../../../artifacts/contracts/" : "../../artifacts.br", import.meta.url));

let artifacts: Artifacts | undefined;
const loaded = new Map<string, Promise<CompiledContract>>();

/** The compiled contract of this package with that name, whatever the user's project compiles. Rejects for an unknown name. */
export const bundledArtifact: ReadArtifact = (name) => {
  const known = loaded.get(name) ?? load(name);
  loaded.set(name, known);
  return known;
};

async function load(name: string): Promise<CompiledContract> {
  artifacts ??= IS_SOURCE ? compiled() : packed();
  const text = artifacts.get(name);
  if (text === undefined) throw new Error(`this package has no compiled contract "${name}"`);
  return JSON.parse(text()) as CompiledContract;
}

function packed(): Artifacts {
  const lines = brotliDecompressSync(readFileSync(PLACE)).toString().split("\n");
  return new Map(
    lines.map((line) => {
      const end = line.indexOf(" ");
      return [line.slice(0, end), () => line.slice(end + 1)];
    }),
  );
}

function compiled(): Artifacts {
  const files = readdirSync(PLACE, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".json"));
  return new Map(files.map((file) => [basename(file, ".json"), () => readFileSync(join(PLACE, file), "utf8")]));
}
