import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { expandSource, KernelSourceError } from "./expand-source.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

/** In reading order; Yul functions may be used before they are defined. */
const SOURCES = [
  "main",
  "batch",
  "block-hashes",
  "unsigned-transaction",
  "operation",
  "native-meter",
  "cheats",
  "user-transaction",
  "typed-data",
  "access-list",
  "authorizations",
  "payload",
  "rlp",
  "frames",
  "calls",
  "creations",
  "opcodes-state",
  "precompiles",
  "modular-power",
  "sha256",
  "p256",
  "state",
  "codes",
  "user",
];
const FOLDER = "src/machine/kernel";

/** The kernel's code, compiled by stock solc from the sources beside it. */
export function kernelFile(root: string): GeneratedFile {
  const parts = SOURCES.map((name) => readFileSync(join(root, FOLDER, `${name}.yul`), "utf8"));
  const source = `object "Kernel" { code {\n${parts.join("\n")}\n} }\n`;
  return {
    path: `${FOLDER}/generated/kernel-code.ts`,
    content: [
      "// Written by 'npm run generate' from the kernel's Yul sources. Do not edit.",
      "/** SHA-256 of the sources, in the order in which they are compiled. */",
      `export const KERNEL_SOURCE_HASH = "${bytesToHex(sha256(utf8ToBytes(source)))}";`,
      "/** What solc made of them: the bytecode that the ROM's rows are translated from. */",
      `export const KERNEL_CODE =\n  "${compileSource(source)}";`,
      "",
    ].join("\n"),
  };
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: {
    readonly kernel: { readonly Kernel: { readonly evm: { readonly bytecode: { readonly object: string } } } };
  };
}

/** Bytecode of Yul sources with the kernel's privileged calls, by stock solc. Throws KernelSourceError. */
export function compileSource(source: string): string {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Yul",
        sources: { kernel: { content: expandSource(source) } },
        settings: {
          evmVersion: "osaka",
          optimizer: {
            enabled: true,
            runs: 1_000_000,
            // Words that are costly to push would come from the code (CODECOPY), which a row's immediate can do without.
            details: { constantOptimizer: false, yul: true, yulDetails: { stackAllocation: true } },
          },
          outputSelection: { "*": { "*": ["evm.bytecode.object"] } },
        },
      }),
    ),
  ) as Output;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0 || output.contracts === undefined) {
    throw new KernelSourceError(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  }
  return output.contracts.kernel.Kernel.evm.bytecode.object;
}
