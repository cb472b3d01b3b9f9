import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { genesisAccounts } from "../../src/ground/protocol/genesis.ts";
import { SUPERCHAIN } from "../../src/ground/protocol/superchain.ts";
import { packedValues } from "./packed-values.ts";

interface Artifact {
  readonly _format: string;
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

/** Contracts that another one's constructor creates, whose artifact has their code: they are not deployed alone. */
const CREATED_BY_OTHERS: ReadonlySet<string> = new Set([
  "NestedExit",
  "CommitFacet",
  "ExecutionFacet",
  "ImportFacet",
  "SettingsFacet",
]);

/** Contracts of chains' first states, which have runtime code and run no constructor. */
const IN_FIRST_STATES: ReadonlySet<string> = new Set([
  ...genesisAccounts().map(({ artifact }) => artifact),
  ...Object.keys(SUPERCHAIN),
]);

/**
 * Compiled contracts that the package's code deploys or puts into first states, each on a line after its name, for
 * `src/tool/plugin/contract-artifacts.ts`. Lines of codes that modules read come first. Libraries are compiled into the contracts that use them, interfaces have no code, and
 * `src/ground/abi` has the code of contracts that clients deploy. Contracts that only transactions create are without
 * `deployedBytecode`, which would be 2 % of the package.
 * @throws if two contracts have one name, or none is compiled
 */
export function packageArtifacts(root: string): string {
  const inSources = contractsInSources(root);
  const lines: string[] = [];
  const sourceOf = new Map<string, string>();
  for (const file of globSync("artifacts/contracts/**/*.json", { cwd: root }).sort()) {
    const artifact = JSON.parse(readFileSync(join(root, file), "utf8")) as Artifact;
    const { contractName, sourceName, bytecode } = artifact;
    if (bytecode === "0x" || /^contracts\/(?:libraries|types)\//.test(sourceName)) continue;
    if (CREATED_BY_OTHERS.has(contractName) || inSources.has(contractName)) continue;
    const other = sourceOf.get(contractName);
    if (other !== undefined)
      throw new Error(`${contractName} is in ${other} and in ${sourceName}; artifacts are found by name alone`);
    sourceOf.set(contractName, sourceName);
    lines.push(`${contractName} ${JSON.stringify(packed(artifact))}`);
  }
  if (lines.length === 0) throw new Error("no compiled contracts; run 'npm run build:contracts' first");
  return [...packedValues(), ...lines].join("\n");
}

function packed({ _format, contractName, sourceName, abi, bytecode, deployedBytecode }: Artifact): object {
  return {
    _format,
    contractName,
    sourceName,
    abi,
    bytecode,
    ...(IN_FIRST_STATES.has(contractName) ? { deployedBytecode } : {}),
    linkReferences: {},
    deployedLinkReferences: {},
  };
}

/** Names of contracts whose code is in a generated file of `src/ground/abi`. */
export function contractsInSources(root: string): ReadonlySet<string> {
  const files = globSync("src/ground/abi/*-code.ts", { cwd: root });
  return new Set(
    files.map((file) => {
      const [, name] = /^\/\*\* (?:Creates|Code of) (\w+)\.sol\. \*\/$/m.exec(readFileSync(join(root, file), "utf8")) ?? [];
      if (name === undefined) throw new Error(`${file} does not name its contract; run 'npm run generate'`);
      return name;
    }),
  );
}
