import type { SourceTree } from "./source-tree.ts";

/** Thing that the protocol has once. */
export interface OneWay {
  readonly thing: string;
  /** Pattern of its declaration, also under the names of a second one: with a number or a word before or after. */
  readonly declaration: RegExp;
  /** The one file that declares it. */
  readonly file: string;
}

export const ONE_WAYS: readonly OneWay[] = [
  {
    thing: "kernel",
    declaration: /^export const \w*KERNEL\w*_CODE\b/gm,
    file: "src/proofs/machine/kernel/generated/kernel-code.ts",
  },
  { thing: "reader of batches", declaration: /^contract \w*BatchReader\w*/gm, file: "contracts/l1/BatchReader.sol" },
  { thing: "context of a chain", declaration: /^contract \w*SystemContext\w*/gm, file: "contracts/l2/SystemContext.sol" },
  {
    thing: "table of measured weights",
    declaration: /^export const \w*(?:NATIVE|INSTRUCTION)_WEIGHTS\w*/gm,
    file: "src/ground/protocol/native-weights.ts",
  },
  {
    thing: "hash of a batch's outputs",
    declaration: /^export function \w*hashOutputs\w*/gim,
    file: "src/ground/protocol/outputs.ts",
  },
  {
    thing: "start of a chain",
    declaration: /^export (?:interface|type) \w*ChainStart\w*/gm,
    file: "src/chain/node/described/chain-options.ts",
  },
  { thing: "rules of the EVM", declaration: /^export function \w*chainRules\w*/gim, file: "src/proofs/rules/chain-rules.ts" },
  {
    thing: "reducer of settlement's journal",
    declaration: /^export function \w*reduce\w*Journal\w*/gm,
    file: "src/chain/settlement/journal/progress.ts",
  },
  {
    thing: "record of a layer",
    declaration:
      /^export (?:interface|type) (?:Layer|\w*Deployed(?:Ecosystem|Contracts)|\w*(?:Layer|Base)Contracts|\w+LayerRecord)\b/gm,
    file: "src/ecosystem/devnet/deployment/layer.ts",
  },
  {
    thing: "deployment of a layer",
    declaration: /^export (?:async )?function deploy\w*(?:Ecosystem|Layer(?!Zero)|Base|OnL1|NewContracts)\w*/gm,
    file: "src/ecosystem/devnet/deployment/deploy-layer.ts",
  },
];

/** Files that name a protocol version's number. All others use a function, such as `versionOfMode`. */
export const VERSION_FILES: readonly string[] = [
  "src/ground/protocol/protocol-version.ts",
  "src/ground/protocol/version-modes.ts",
  "src/proofs/execution-proof/batch/chunk-roots.ts",
  "src/proofs/execution-proof/batch/execution-key.ts",
  "src/proofs/execution-proof/batch/product-programs.ts",
];

/** Names of versions, their numbers, and comparisons of a version with a number. No version is 0. */
const VERSION_NUMBER =
  /\b(?:TRUSTED_VERSION|PROVEN_VERSION|0x203n?|515n?)\b|\b\w*[vV]ersion(?: [=!]==| [<>]=?|:) (?:0x)?[1-9][0-9a-f]*n\b/;

/** Files that name a version's number although they are not listed, and listed ones that name none. */
export function versionNumbers(source: SourceTree, files: readonly string[]): string[] {
  const violations: string[] = [];
  for (const [path, text] of source) {
    const [number] = VERSION_NUMBER.exec(text) ?? [];
    if (number !== undefined && !files.includes(path)) violations.push(`${path} names a version's number: ${number}`);
    if (number === undefined && files.includes(path))
      violations.push(`${path} names no version's number: remove it from the list`);
  }
  return violations;
}

/** Words from the time when batches had two formats. */
const SECOND_FORMAT = /format === |"onL1"|mayLackProof|BatchReader[23]|SystemContext3|format-2/;

/** Violations of "one of each": second declarations, files that moved, and words that name a second format. */
export function secondWays(source: SourceTree, ways: readonly OneWay[]): string[] {
  const violations = ways.flatMap((way) => violationsOf(source, way));
  for (const [path, text] of source) {
    const word = SECOND_FORMAT.exec(text);
    if (word !== null) violations.push(`${path} names a second format: ${word[0].trim()}`);
  }
  return violations;
}

function violationsOf(source: SourceTree, { thing, declaration, file }: OneWay): string[] {
  const found = [...source].flatMap(([path, text]) => [...text.matchAll(declaration)].map(([name]) => ({ path, name })));
  const [first, ...others] = [...found].sort((a, b) => Number(b.path === file) - Number(a.path === file));
  if (first?.path !== file) return [`${file} does not declare the ${thing}: name the file that does`];
  return others.map(({ path, name }) => `${path} declares a second ${thing}: ${name}`);
}
