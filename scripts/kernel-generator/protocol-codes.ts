import { readFileSync } from "node:fs";
import { join } from "node:path";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

const FOLDER = "src/proofs/machine/protocol-codes";

/** A precompiled contract that is bytecode. */
export interface ProtocolCode {
  readonly name: string;
  /** In hex. */
  readonly code: string;
  /** Digest of the code in leaves of kind 3; the kernel loads the code by it. */
  readonly digest: bigint;
}

/** Names of the codes in the kernel: `protocol.power()` is the digest of the code of power.yul. */
const NAMES = ["power", "points", "blake2", "ripemd160"];
/** Address of each code in the kernel. */
const PLACES: readonly (readonly [address: number, name: string])[] = [
  [0x03, "ripemd160"],
  [0x05, "power"],
  [0x06, "points"],
  [0x07, "points"],
  [0x09, "blake2"],
];

/** All protocol codes, compiled from the sources in their folder. */
export function protocolCodes(root: string, compile: (source: string) => string): readonly ProtocolCode[] {
  return NAMES.map((name) => {
    const source = readFileSync(join(root, FOLDER, `${name}.yul`), "utf8");
    const code = compile(`object "Kernel" { code {\n${source}\n} }\n`);
    return { name, code, digest: codeDigestWord(Buffer.from(code, "hex"), compress) };
  });
}

/** Their bytes by their digests, as TypeScript. */
export function protocolCodesFile(codes: readonly ProtocolCode[]): GeneratedFile {
  const hexOf = ({ name }: ProtocolCode): string => name.toUpperCase();
  const constants = codes.map((code) => `const ${hexOf(code)} = bytesOf(\n  "${code.code}",\n);`);
  const entries = codes.map((code) => `  [0x${code.digest.toString(16)}n, ${hexOf(code)}],`);
  const places = PLACES.map(([address, name]) => `  [${address}n, ${name.toUpperCase()}],`);
  return {
    path: `${FOLDER}/generated/protocol-codes.ts`,
    content: [
      "// Written by 'npm run generate' from the Yul sources next to this folder. Do not edit.",
      "const bytesOf = (hex: string): Uint8Array => Uint8Array.from(hex.match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));",
      ...constants,
      "/** What solc made of the precompiled contracts that are bytecode, by the digests that the kernel knows. */",
      "export const PROTOCOL_CODES: ReadonlyMap<bigint, Uint8Array> = new Map([",
      ...entries,
      "]);",
      "/** The same by the addresses of the precompiled contracts. */",
      "export const CODES_BY_ADDRESS: ReadonlyMap<bigint, Uint8Array> = new Map([",
      ...places,
      "]);",
      "",
    ].join("\n"),
  };
}
