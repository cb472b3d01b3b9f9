import { join, relative, dirname } from "node:path";
import { writeFileSync } from "node:fs";
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

/** Replaces these modules in `dist` by ones that read their exports from the artifacts. */
export function readPackedValues(dist: string): void {
  Object.entries(MODULES).forEach(([name, exports], line) => {
    const artifacts = relative(dirname(name), "artifacts.br").replaceAll("\\", "/");
    const source = `import { readFileSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
const file = brotliDecompressSync(readFileSync(new URL("${artifacts}", import.meta.url)));
const [line = ""] = file.toString().split("\\n", ${line + 1}).slice(${line});
export const { ${Object.keys(exports).join(", ")} } = JSON.parse(line.slice(line.indexOf(" ")));
`;
    writeFileSync(join(dist, `${name}.js`), source);
  });
}
