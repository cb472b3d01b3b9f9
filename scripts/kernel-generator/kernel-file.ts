import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import { expandSource, KernelSourceError } from "./expand-source.ts";
import { type ProtocolCode, protocolCodes, protocolCodesFile } from "./protocol-codes.ts";
import { nativeWeights } from "./native-weights.ts";
import { pairingSteps } from "./pairing-steps.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

/** In reading order; Yul functions may be used before they are defined. */
const SOURCES = [
  "main",
  "batch",
  "block-hashes",
  "unsigned-transaction",
  "operation",
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
  "protocol-codes",
  "sha256",
  "p256",
  "state",
  "codes",
  "user",
  "opening",
  "inputs",
  "queue-alone",
  "code-digests",
  "block-words",
  "native-meter",
  "precompiles-with-input",
  "points",
  "pairing",
];
const FOLDER = "src/proofs/machine/kernel";

/** The kernel's code and the protocol codes whose digests it has, compiled by stock solc. */
export function kernelFiles(root: string): readonly GeneratedFile[] {
  const codes = protocolCodes(root, compileSource);
  return [protocolCodesFile(codes), kernelFile(root, codes)];
}

function kernelFile(root: string, codes: readonly ProtocolCode[]): GeneratedFile {
  const source = kernelSource(root);
  const digests = new Map(codes.map(({ name, digest }) => [name, digest]));
  return {
    path: `${FOLDER}/generated/kernel-code.ts`,
    content: [
      "// Written by 'npm run generate' from the kernel's Yul sources. Do not edit.",
      "/** SHA-256 of the sources, in the order in which they are compiled. */",
      `export const KERNEL_SOURCE_HASH = "${bytesToHex(sha256(utf8ToBytes(source)))}";`,
      "/** What solc made of them, the bytecode that the ROM's rows are translated from. */",
      `export const KERNEL_CODE =\n  "${compileSource(source, digests)}";`,
      "",
    ].join("\n"),
  };
}

function kernelSource(root: string): string {
  const parts = SOURCES.map((name) => readFileSync(join(root, FOLDER, `${name}.yul`), "utf8"));
  parts.push(nativeWeights(), pairingSteps());
  return `object "Kernel" { code {\n${parts.join("\n")}\n} }\n`;
}

interface Output {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: {
    readonly kernel: { readonly Kernel: { readonly evm: { readonly bytecode: { readonly object: string } } } };
  };
}

/** Bytecode of Yul sources with the kernel's privileged calls, by stock solc. Throws KernelSourceError. */
export function compileSource(source: string, digests: ReadonlyMap<string, bigint> = new Map()): string {
  const solc = createRequire(import.meta.url)("solc") as { compile(input: string): string };
  const output = JSON.parse(
    solc.compile(
      JSON.stringify({
        language: "Yul",
        sources: { kernel: { content: expandSource(source, digests) } },
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
