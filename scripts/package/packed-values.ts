import { dirname, relative } from "node:path";
import * as kernelCodes from "../../src/proofs/machine/kernel/generated/kernel-code.ts";
import * as predeployCodes from "../../src/ground/protocol/generated/predeploy-codes.ts";

/**
 * Modules of codes that only Node loads, by their paths without an extension. Predeploys have the same codes in the artifacts, so
 * the compressed file of the artifacts has them nearly for free.
 */
const MODULES: Readonly<Record<string, object>> = {
  "ground/protocol/generated/predeploy-codes": predeployCodes,
  "proofs/machine/kernel/generated/kernel-code": kernelCodes,
};

/** First lines of the compressed file of artifacts: each module's name and its exports as JSON. */
export function packedValues(): readonly string[] {
  return Object.entries(MODULES).map(([name, exports]) => `${name} ${JSON.stringify(exports)}`);
}

/** Source of a packed module that reads its exports from the artifacts; undefined for another module. */
export function packedModule(name: string): string | undefined {
  const line = Object.keys(MODULES).indexOf(name);
  if (line === -1) return undefined;
  const artifacts = relative(dirname(name), "artifacts.br").replaceAll("\\", "/");
  return `import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
const file = brotliDecompressSync(readFileSync(new URL("${artifacts}", import.meta.url)));
const [line = ""] = file.toString().split("\\n", ${line + 1}).slice(${line});
export const { ${Object.keys(MODULES[name] ?? {}).join(", ")} } = JSON.parse(line.slice(line.indexOf(" ")));
`;
}
