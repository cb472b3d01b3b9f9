import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCompressor } from "../../src/kernels/wasm/compressor.ts";
import { codeDigest } from "../../src/protocol/code-digest.ts";
import { digestToHex } from "../../src/protocol/digest.ts";
import { fromHex, keccak, toHex, type Hex } from "../../src/protocol/hex.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

/** The code of each format's system context. The contracts must be compiled. */
function systemContextCodes(root: string): { readonly 2: Uint8Array; readonly 3: Uint8Array } {
  const codeOf = (name: string): Uint8Array => {
    const artifact = readFileSync(join(root, `artifacts/contracts/l2/${name}.sol/${name}.json`), "utf8");
    return fromHex((JSON.parse(artifact) as { readonly deployedBytecode: Hex }).deployedBytecode);
  };
  return { 2: codeOf("SystemContext"), 3: codeOf("SystemContext3") };
}

/** What the kernel of format 3 knows of them, as leaves have it: functions in Yul. */
export function systemContextConstants(root: string): string {
  const { compress } = createCompressor();
  const codes = systemContextCodes(root);
  const constant = (name: string, value: Hex): string => `function ${name}() -> v { v := ${value} }`;
  return [
    constant("formerContextDigest", digestToHex(codeDigest(codes[2], 2, compress))),
    constant("systemContextDigest", digestToHex(codeDigest(codes[3], 3, compress))),
    constant("systemContextHash", keccak(codes[3])),
  ].join("\n");
}

/** What a chain must know of them to tell the format of a state, and to bring it to format 3. */
export function systemContextsFile(root: string): GeneratedFile {
  const codes = systemContextCodes(root);
  return {
    path: "src/protocol/generated/system-contexts.ts",
    content: [
      "// Written by 'npm run generate' from the compiled contracts. Do not edit.",
      'import type { Hex } from "../hex.ts";',
      "",
      "/** keccak of the system context's code, by format: it tells the format of a state. */",
      `export const SYSTEM_CONTEXT_HASHES = {\n  2: "${keccak(codes[2])}",\n  3: "${keccak(codes[3])}",\n} as const;`,
      "",
      "/** What the first opening in format 3 puts in the place of format 2's. */",
      `export const SYSTEM_CONTEXT_3_CODE: Hex =\n  "${toHex(codes[3])}";`,
      "",
    ].join("\n"),
  };
}
