import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { codeDigestWord } from "../../src/ground/protocol/code-digest.ts";
import { genesisAccounts } from "../../src/ground/protocol/genesis.ts";
import { fromHex, keccak, wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";
import { predeploysDigest, type VersionPredeploy } from "../../src/ground/protocol/version-predeploys.ts";
import type { GeneratedFile } from "../verifier-generator/generated-files.ts";

const FOLDER = "src/ground/protocol/generated";
const HEAD = [
  "// Written by 'npm run generate' from the compiled contracts. Do not edit.",
  'import type { Hex } from "../hex.ts";',
  "",
];

/** Code of a compiled contract of the genesis. */
function codeOf(root: string, name: string): Hex {
  const folder = name === "StateTree" ? "verifier/generated" : "l2";
  const artifact = readFileSync(join(root, `artifacts/contracts/${folder}/${name}.sol/${name}.json`), "utf8");
  return (JSON.parse(artifact) as { readonly deployedBytecode: Hex }).deployedBytecode;
}

/**
 * Files with the predeploys of all chains; codes are apart, because they are large and few modules need them. The contracts must be
 * compiled.
 */
export function predeployFiles(root: string): readonly GeneratedFile[] {
  const { compress } = createCompressor();
  const accounts = genesisAccounts().map(({ address, artifact }) => {
    const code = codeOf(root, artifact);
    const digest = wordToHex(codeDigestWord(fromHex(code), compress));
    return { address, code, codeHash: keccak(fromHex(code)), codeDigest: digest };
  });
  const list = (lines: readonly string[]): string => `[\n${lines.map((line) => `  ${line},\n`).join("")}]`;
  const named = accounts.map(
    ({ address, codeHash, codeDigest }: VersionPredeploy) =>
      `{\n    address: "${address}",\n    codeHash: "${codeHash}",\n    codeDigest: "${codeDigest}",\n  }`,
  );
  return [
    {
      path: `${FOLDER}/version-predeploys.ts`,
      content: [
        HEAD[0],
        'import type { Hex } from "../hex.ts";',
        'import type { VersionPredeploy } from "../version-predeploys.ts";',
        "",
        "/** Predeploys of all chains. */",
        `export const VERSION_PREDEPLOYS: readonly VersionPredeploy[] = ${list(named)};`,
        "",
        "/** Their digest, which L1's reader has. */",
        `export const PREDEPLOYS_DIGEST: Hex = "${predeploysDigest(accounts)}";`,
        "",
      ].join("\n"),
    },
    {
      path: `${FOLDER}/predeploy-codes.ts`,
      content: [
        ...HEAD,
        "/** Codes of `VERSION_PREDEPLOYS`, in the same order. */",
        `export const PREDEPLOY_CODES: readonly Hex[] = ${list(accounts.map(({ code }) => `"${code}"`))};`,
        "",
      ].join("\n"),
    },
  ];
}
