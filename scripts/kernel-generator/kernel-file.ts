import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex, utf8ToBytes } from "@noble/hashes/utils.js";
import type { Format } from "../../src/protocol/protocol-version.ts";
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
];
/** Sources that differ between the formats, each in a separate folder. */
const SOURCES_OF_FORMAT = ["opening", "inputs", "queue-alone", "code-digests", "block-words", "native-meter", "precompiles"];
/** Sources of format 3 alone. */
const SOURCES_OF_FORMAT_3 = ["format-3/points", "format-3/pairing"];
const FORMATS = [2, 3] as const satisfies readonly Format[];
const FOLDER = "src/machine/kernel";

/** The kernels' code and the protocol codes whose digests they have, compiled by stock solc. The contracts must be compiled. */
export function kernelFiles(root: string): readonly GeneratedFile[] {
  const codes = protocolCodes(root, compileSource);
  return [protocolCodesFile(codes), kernelFile(root, codes)];
}

/** Kernel of each format, from the sources next to it. */
function kernelFile(root: string, codes: readonly ProtocolCode[]): GeneratedFile {
  const sources = FORMATS.map((format) => [format, kernelSource(root, format)] as const);
  const list = (of: (source: string, format: Format) => string): string =>
    sources.map(([format, source]) => `  ${format}:${of(source, format)},\n`).join("");
  const digests = (format: Format): ReadonlyMap<string, bigint> =>
    new Map(codes.map((code) => [code.name, code.digests[format]]));
  return {
    path: `${FOLDER}/generated/kernel-code.ts`,
    content: [
      "// Written by 'npm run generate' from the kernel's Yul sources. Do not edit.",
      "/** By format: SHA-256 of the sources, in the order in which they are compiled. */",
      `export const KERNEL_SOURCE_HASHES = {\n${list((source) => ` "${bytesToHex(sha256(utf8ToBytes(source)))}"`)}};`,
      "/** By format: what solc made of them, the bytecode that the ROM's rows are translated from. */",
      `export const KERNEL_CODES = {\n${list((source, format) => `\n    "${compileSource(source, digests(format))}"`)}};`,
      "",
    ].join("\n"),
  };
}

function kernelSource(root: string, format: Format): string {
  const own = SOURCES_OF_FORMAT.map((name) => `format-${format}/${name}`);
  const names = [...SOURCES, ...own, ...(format === 3 ? SOURCES_OF_FORMAT_3 : [])];
  const parts = names.map((name) => readFileSync(join(root, FOLDER, `${name}.yul`), "utf8"));
  if (format === 3) parts.push(nativeWeights(), pairingSteps());
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
