import { execFileSync } from "node:child_process";
import { existsSync, globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The example project of a dapp, with packages of its own. */
export const DAPP = fileURLToPath(new URL("../../../fixtures/layerzero-dapp/", import.meta.url));

interface CompilerOutput {
  readonly errors?: readonly { readonly severity: string; readonly formattedMessage: string }[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, CompiledContract>>>>;
}

interface CompiledContract {
  readonly abi: object[];
  readonly evm: { readonly bytecode: { readonly object: string } };
}

/** A compiled contract of the dapp. */
export interface DappArtifact {
  readonly abi: object[];
  readonly bytecode: string;
}

const require = createRequire(import.meta.url);

/** Installs what the dapp's lockfile names, where that has not been done. */
export function installDapp(project = DAPP): void {
  if (existsSync(join(project, "node_modules/.package-lock.json"))) return;
  execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
    cwd: project,
    stdio: "inherit",
    shell: process.platform === "win32",
  });
}

/** The dapp's contracts, with LayerZero's and OpenZeppelin's as its packages have them; by name. */
export function compileDapp(project = DAPP): (name: string) => DappArtifact {
  const solc = require("solc") as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string };
  const files = globSync("*.sol", { cwd: join(project, "contracts") });
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(project, "contracts", file), "utf8") }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  // Not as Node resolves it: the packages export none of their Solidity, and some name versions as npm's aliases do.
  const placeOf = (path: string): string => path.replace(/^@openzeppelin\/contracts@([\d.]+)\//, "@openzeppelin/contracts-$1/");
  const read = (path: string) => ({ contents: readFileSync(join(project, "node_modules", placeOf(path)), "utf8") });
  const output = JSON.parse(solc.compile(JSON.stringify(input), { import: read })) as CompilerOutput;
  const errors = (output.errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return (name) => {
    const found = files.flatMap((file) => output.contracts?.[file]?.[name] ?? [])[0];
    if (found === undefined) throw new Error(`the dapp has no contract ${name}`);
    return { abi: found.abi, bytecode: `0x${found.evm.bytecode.object}` };
  };
}
