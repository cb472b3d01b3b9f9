// Builds the npm package's dist/: JavaScript and types of src/, and the contracts' artifacts, so that a project that uses
// the plugin compiles none of them. Contracts must be compiled (`npm run build:contracts`). `--only code` and `--only artifacts` write
// one half each: the code needs no compiled contracts. `--unchecked` leaves types to another check of the same sources.
import { spawnSync } from "node:child_process";
import { globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { brotliCompressSync, constants } from "node:zlib";
import ts from "typescript";
import { genesisAccounts } from "../src/protocol/genesis.ts";
import { FORMATS } from "../src/protocol/protocol-version.ts";
import { SUPERCHAIN } from "../src/protocol/superchain.ts";
import { bundlePage } from "./bundle-page.ts";

interface Artifact {
  readonly _format: string;
  readonly contractName: string;
  readonly sourceName: string;
  readonly abi: readonly unknown[];
  readonly bytecode: string;
  readonly deployedBytecode: string;
}

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "dist");

const { only, unchecked } = parseArgs({
  options: { only: { type: "string" }, unchecked: { type: "boolean", default: false } },
}).values;

/** Declarations keep comments. Those of the JavaScript are a tenth of the package, and explain sources that it does not have. */
function compileTypeScript(): void {
  emit("--emitDeclarationOnly", ...(unchecked ? ["--noCheck"] : []));
  emit("--declaration", "false", "--removeComments", "--noCheck");
  const declarations = globSync("**/*.d.ts", { cwd: dist }).map((file) => join(dist, file));
  declarations.forEach(nameJavaScript);
  const reachable = reachableDeclarations();
  for (const file of declarations.filter((file) => !reachable.has(file))) rmSync(file);
}

function emit(...options: readonly string[]): void {
  const args = ["node_modules/typescript7/bin/tsc", "-p", "tsconfig.build.json", ...options];
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
  if (status !== 0) process.exit(status ?? 1);
}

/** Declarations that a user's compiler reads: those of the package's entries, and what they import. */
function reachableDeclarations(): ReadonlySet<string> {
  const { exports } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
    exports: Readonly<Record<string, string>>;
  };
  const entries = Object.values(exports).filter((entry) => entry.endsWith(".js"));
  const reachable = new Set(entries.map((entry) => join(root, entry.replace(/\.js$/, ".d.ts"))));
  for (const file of reachable) {
    for (const { fileName } of ts.preProcessFile(readFileSync(file, "utf8")).importedFiles) {
      if (fileName.startsWith(".")) reachable.add(join(dirname(file), fileName.replace(/\.js$/, ".d.ts")));
    }
  }
  return reachable;
}

/**
 * The compiler rewrites `./x.ts` to `./x.js` in JavaScript but not in declarations, where `./x.ts` would name a file that
 * the package does not have. Remove when `rewriteRelativeImportExtensions` covers declarations.
 */
function nameJavaScript(file: string): void {
  const text = readFileSync(file, "utf8");
  writeFileSync(file, text.replaceAll(/(from |import\()"(\.{1,2}\/[^"]+)\.ts"/g, '$1"$2.js"'));
}

/** Contracts that another one's constructor creates, whose artifact has their code: they are not deployed alone. */
const CREATED_BY_OTHERS: ReadonlySet<string> = new Set([
  "NestedExit",
  "CommitFacet",
  "ExecutionFacet",
  "ImportFacet",
  "SettingsFacet",
]);

/** Contracts of a shielded pool, whose code is in src/abi. */
const OF_POOLS = /^contracts\/(?:shielded\/|verifier\/generated\/(?:NoteTree|ShieldedStark))/;

/** Contracts of chains' first states, which have runtime code and run no constructor. */
const IN_FIRST_STATES: ReadonlySet<string> = new Set([
  ...FORMATS.flatMap((format) => genesisAccounts(format).map(({ artifact }) => artifact)),
  ...Object.keys(SUPERCHAIN),
]);

/**
 * Everything that can be deployed, and every interface; libraries are compiled into the contracts that use them. Contracts that
 * only transactions create are without `deployedBytecode`: it would be 2 % of the package. One compressed file has them all, each
 * on its line after its name: apart they would be twice as large in the package. `src/plugin/contract-artifacts.ts` reads it.
 */
function bundleArtifacts(): void {
  mkdirSync(dist, { recursive: true });
  const lines: string[] = [];
  const sourceOf = new Map<string, string>();
  for (const file of globSync("artifacts/contracts/**/*.json", { cwd: root }).sort()) {
    const { _format, contractName, sourceName, abi, bytecode, deployedBytecode } = JSON.parse(
      readFileSync(join(root, file), "utf8"),
    ) as Artifact;
    if (sourceName.startsWith("contracts/libraries/") || sourceName.startsWith("contracts/types/")) continue;
    if (CREATED_BY_OTHERS.has(contractName) || OF_POOLS.test(sourceName)) continue;
    const other = sourceOf.get(contractName);
    if (other !== undefined)
      throw new Error(`${contractName} is in ${other} and in ${sourceName}; artifacts are found by name alone`);
    sourceOf.set(contractName, sourceName);
    const artifact = {
      _format,
      contractName,
      sourceName,
      abi,
      bytecode,
      ...(IN_FIRST_STATES.has(contractName) ? { deployedBytecode } : {}),
      linkReferences: {},
      deployedLinkReferences: {},
    };
    lines.push(`${contractName} ${JSON.stringify(artifact)}`);
  }
  if (lines.length === 0) throw new Error("no compiled contracts; run 'npm run build:contracts' first");
  writeFileSync(join(dist, "artifacts.br"), compressed(Buffer.from(lines.join("\n"))));
}

/** Quality 10 takes less than half the time of the highest, 11, for a file that is 4 % larger. */
function compressed(text: Buffer): Buffer {
  const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
  const params = { [BROTLI_PARAM_QUALITY]: 10, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: text.length };
  return brotliCompressSync(text, { params });
}

async function writeCode(): Promise<void> {
  rmSync(dist, { recursive: true, force: true });
  compileTypeScript();
  await bundlePage(join(dist, "page/assets"));
}

if (only !== undefined && only !== "code" && only !== "artifacts")
  throw new Error(`--only takes code or artifacts, not '${only}'`);
if (only !== "artifacts") await writeCode();
if (only !== "code") bundleArtifacts();
console.error(`built dist/: ${only ?? "code and artifacts"}`);
