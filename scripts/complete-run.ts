import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { changesSince, COMPLETE_RUN, type CompleteRun } from "./changed-files.ts";
import { FILE_TIMES, type Shard } from "./test-choice.ts";
import type { ImportGraph } from "./run-time-imports.ts";
import { testsOfChanges } from "./test-selection.ts";

/** A green run of all files, or of one part of them. */
export interface GreenRun {
  /** Commit of the tested files; `undefined` if the working tree had changes, which no commit names. */
  readonly commit: string | undefined;
  readonly shard: Shard;
  /** CPU seconds by file; `null` for a file whose process was not measured. */
  readonly times: Readonly<Record<string, number | null>>;
  readonly cpuSeconds: number;
}

/** A run of all files that failed; the next one repeats the failed files and tests of later changes. */
export interface RedRun extends Omit<GreenRun, "commit" | "shard"> {
  readonly commit: string;
  readonly failed: readonly string[];
}

/** The last red run of all files. */
const RED_RUN = "node_modules/.cache/red-run.json";

/** Stores a red run of all files for `readRedRun`. Returns a line about it. */
export function recordRedRun(root: string, { commit, ...run }: Omit<RedRun, "commit"> & Pick<GreenRun, "commit">): string {
  if (commit === undefined) return "no --again after this run: the working tree has changes";
  mkdirSync(join(root, dirname(RED_RUN)), { recursive: true });
  writeFileSync(join(root, RED_RUN), JSON.stringify({ commit, ...run }));
  return `npm run test:all -- --again runs the ${run.failed.length} files that failed, and tests of later changes`;
}

/** The last red run of all files; undefined without one. */
export function readRedRun(root: string): RedRun | undefined {
  const file = join(root, RED_RUN);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as RedRun) : undefined;
}

/** Files whose tests are found by imports at run time. Contracts and settings are not: Solidity's imports are not followed. */
const BY_IMPORTS = /^(?:(?:src|test|page|scripts|bench)\/.*\.(?:ts|tsx|mjs|json)|docs\/.*|.*\.md|api\/.*|fixtures\/.*)$/;
/** Tests that read sources and pages as text. */
const READ_AS_TEXT = /^test\/(?:tidiness|docs|errors|package)\//;

/**
 * Files of a run that completes a red one: those that failed, those that it did not have, all tests that changed or load a
 * changed file at run time, and those that read sources as text. Throws RangeError if git does not have the commit of the red
 * run, and after a change of a contract or a setting.
 */
export function filesToRunAgain(
  root: string,
  { commit, failed, times }: RedRun,
  all: readonly string[],
  graph: ImportGraph,
): readonly string[] {
  const changes = changesSince(root, commit);
  if ("unknown" in changes) throw new RangeError(`--again finds no changes: ${changes.unknown}`);
  const beyond = changes.files.find((file) => !BY_IMPORTS.test(file));
  if (beyond !== undefined) throw new RangeError(`--again cannot find the tests of ${beyond}, which changed; run all files`);
  const { chosen } = testsOfChanges(changes.files, all, { graph, times, budget: Infinity });
  return all.filter(
    (file) => failed.includes(file) || chosen.includes(file) || !(file in times) || READ_AS_TEXT.test(file.replaceAll("\\", "/")),
  );
}

/** Parts of complete runs, by commit and number of parts. */
const PARTS = "node_modules/.cache/test-all";

/**
 * Records a green run. When all parts of one commit are recorded, writes the record of the complete run and the times of its
 * files, which the next commit contains. Returns a line about the result.
 */
export function recordGreenRun(root: string, { commit, shard, times, cpuSeconds }: GreenRun): string {
  if (commit === undefined) return "not recorded as complete: the working tree has changes; commit them and run again";
  const folder = join(root, PARTS, `${commit}-${shard.count}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, `${shard.part}.json`), JSON.stringify({ times, cpuSeconds }));
  const parts = readdirSync(folder);
  if (parts.length < shard.count) return `recorded part ${shard.part} of ${shard.count}; ${parts.length} parts are green`;
  const runs = parts.map((name) => JSON.parse(readFileSync(join(folder, name), "utf8")) as Omit<GreenRun, "commit" | "shard">);
  const all = Object.entries(Object.assign({}, ...runs.map((run) => run.times)) as Record<string, number | null>);
  const seconds = runs.reduce((sum, run) => sum + run.cpuSeconds, 0);
  const run: CompleteRun = { commit, files: all.length, cpuSeconds: Math.round(seconds) };
  writeFileSync(join(root, COMPLETE_RUN), `${JSON.stringify(run, undefined, 2)}\n`);
  const rounded = all.sort(([a], [b]) => (a < b ? -1 : 1)).map(([file, time]) => [file, time === null ? null : round(time)]);
  writeFileSync(join(root, FILE_TIMES), `${JSON.stringify(Object.fromEntries(rounded), undefined, 1)}\n`);
  rmSync(folder, { recursive: true });
  rmSync(join(root, RED_RUN), { force: true });
  return `complete: ${all.length} files; commit ${COMPLETE_RUN} and ${FILE_TIMES}`;
}

function round(seconds: number): number {
  return Math.round(10 * seconds) / 10;
}
