import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Example project of a dapp, with separate packages. */
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

/** Folder in this project's packages, so that folders move from it to a dapp by renaming. */
export const CACHE = fileURLToPath(new URL("../../../node_modules/.cache/", import.meta.url));

/**
 * Installs the packages of the dapp's lockfile, if it has one and they are missing. They are installed whole or not at all:
 * other processes may install the same concurrently, and the first one counts.
 */
export function installDapp(project = DAPP): void {
  if (isInstalled(project) || !existsSync(join(project, "package-lock.json"))) return;
  mkdirSync(CACHE, { recursive: true });
  const own = mkdtempSync(join(CACHE, "dapp-"));
  try {
    for (const file of ["package.json", "package-lock.json", ".npmrc"])
      if (existsSync(join(project, file))) copyFileSync(join(project, file), join(own, file));
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"], {
      cwd: own,
      stdio: "inherit",
      shell: process.platform === "win32",
    });
    if (isInstalled(project)) return;
    // What an installation left that was broken off.
    rmSync(join(project, "node_modules"), { recursive: true, force: true });
    renameSync(join(own, "node_modules"), join(project, "node_modules"));
  } catch (error) {
    if (!isInstalled(project)) throw error;
  } finally {
    rmSync(own, { recursive: true, force: true });
  }
}

function isInstalled(project: string): boolean {
  return existsSync(join(project, "node_modules/.package-lock.json"));
}

/** The dapp's contracts in a folder, with what they import as its packages have it; by name. */
export function compileDapp(project = DAPP, folder = "contracts"): (name: string) => DappArtifact {
  const files = globSync("*.sol", { cwd: join(project, folder) });
  const input = {
    language: "Solidity",
    sources: Object.fromEntries(files.map((file) => [file, { content: readFileSync(join(project, folder, file), "utf8") }])),
    settings: {
      optimizer: { enabled: true, runs: 200 },
      outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
    },
  };
  const output = compiledOnce(project, JSON.stringify(input));
  return (name) => {
    const found = files.flatMap((file) => output.contracts?.[file]?.[name] ?? [])[0];
    if (found === undefined) throw new Error(`the dapp has no contract ${name}`);
    return { abi: found.abi, bytecode: `0x${found.evm.bytecode.object}` };
  };
}

/** Compiles once and stores the result in the packages' folder, because compiling takes 17 s of a processor. */
function compiledOnce(project: string, input: string): CompilerOutput {
  const lock = readFileSync(join(project, "package-lock.json"), "utf8");
  const key = createHash("sha256").update(input).update(lock).digest("hex");
  const kept = join(project, "node_modules/.cache", `compiled-${key}.json`);
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8")) as CompilerOutput;
  const output = compile(project, input);
  mkdirSync(dirname(kept), { recursive: true });
  // Whole or not at all: other test files look for it meanwhile.
  writeFileSync(`${kept}.${process.pid}`, output);
  renameSync(`${kept}.${process.pid}`, kept);
  return JSON.parse(output) as CompilerOutput;
}

/** Throws where there is an error. */
function compile(project: string, input: string): string {
  const solc = require("solc") as { compile(input: string, callbacks: { import(path: string): { contents: string } }): string };
  // Not as Node resolves it: the packages export none of their Solidity, and some name versions as npm's aliases do.
  const placeOf = (path: string): string => path.replace(/^@openzeppelin\/contracts@([\d.]+)\//, "@openzeppelin/contracts-$1/");
  const read = (path: string) => ({ contents: readFileSync(join(project, "node_modules", placeOf(path)), "utf8") });
  const output = solc.compile(input, { import: read });
  const errors = ((JSON.parse(output) as CompilerOutput).errors ?? []).filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new Error(errors.map(({ formattedMessage }) => formattedMessage).join("\n"));
  return output;
}
