import { createHash } from "node:crypto";
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, brotliDecompressSync } from "node:zlib";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import type { CompilationJob, CompilerInput, CompilerOutput } from "hardhat/types/solidity";

/** Variable of a build that takes recorded outputs for the same compiler, settings and sources; `npm test` sets it to 1. */
export const USES_RECORDED = "HYPERCHAIN_RECORDED_COMPILATIONS";
const FOLDER = fileURLToPath(new URL("../../fixtures/recorded-compilations/", import.meta.url));
const END = ".json.br";

/** Hash of the compiler's version, the settings and all sources with their names. */
export function compilationId(longVersion: string, { settings, sources }: CompilerInput): string {
  const named = Object.entries(sources).sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256")
    .update(JSON.stringify([longVersion, settings, named]))
    .digest("hex");
}

/** Recorded output of a compilation; undefined if there is none. */
export function readRecorded(id: string): CompilerOutput | undefined {
  const file = join(FOLDER, id + END);
  if (!existsSync(file)) return undefined;
  return JSON.parse(brotliDecompressSync(readFileSync(file)).toString("utf8")) as CompilerOutput;
}

/** Ids of all recorded compilations. */
export function recordedIds(): readonly string[] {
  return globSync(`*${END}`, { cwd: FOLDER })
    .map((file) => file.slice(0, -END.length))
    .sort();
}

/** Compilation whose output is recorded: the generated verifiers', or the second verifier's. */
export interface RecordedJob {
  readonly id: string;
  compile(): Promise<CompilerOutput>;
}

/** Compilations of the contracts with special settings, as a build of the whole repository has them. Compiles nothing. */
export async function jobsToRecord(hre: HardhatRuntimeEnvironment): Promise<readonly RecordedJob[]> {
  const files = Object.keys(hre.config.solidity.profiles["default"]?.overrides ?? {})
    .filter((file) => file.startsWith("contracts/"))
    .map((file) => join(hre.config.paths.root, file));
  const result = await hre.solidity.getCompilationJobs(files, { force: true, quiet: true });
  if (!result.success) throw new Error(result.formattedReason);
  const jobs: ReadonlySet<CompilationJob> = new Set(result.compilationJobsPerFile.values());
  return Promise.all(
    [...jobs].map(async (job) => ({
      id: compilationId(job.solcLongVersion, await job.getSolcInput()),
      compile: async () => (await hre.solidity.runCompilationJob(job)).output,
    })),
  );
}

/** Records missing outputs, and removes those for earlier sources. Returns the number of changed files. */
export async function recordCompilations(hre: HardhatRuntimeEnvironment, isCheck: boolean): Promise<number> {
  const [jobs, recorded] = [await jobsToRecord(hre), recordedIds()];
  const missing = jobs.filter(({ id }) => !recorded.includes(id));
  const stale = recorded.filter((id) => !jobs.some((job) => job.id === id));
  if (!isCheck) {
    mkdirSync(FOLDER, { recursive: true });
    for (const { id, compile } of missing)
      writeFileSync(join(FOLDER, id + END), brotliCompressSync(JSON.stringify(await compile())));
    for (const id of stale) rmSync(join(FOLDER, id + END));
  }
  return missing.length + stale.length;
}
