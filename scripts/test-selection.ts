import type { Changes } from "./changed-files.ts";
import type { ImportGraph } from "./run-time-imports.ts";

/** CPU seconds that tests of changed code may take in `npm test`. */
export const CHANGED_CPU_SECONDS = 30;
/** CPU seconds of a file that was never measured. */
const UNKNOWN_CPU_SECONDS = 5;

/** Tests of changed code, within a budget of CPU seconds. */
export interface ChangedTests {
  readonly chosen: readonly string[];
  /** Tests of changed code beyond the budget. */
  readonly leftOut: readonly string[];
}

export interface ChangedTestsOptions {
  readonly graph: ImportGraph;
  /** CPU seconds by file. */
  readonly times: Readonly<Record<string, number | null>>;
  readonly budget?: number;
}

/**
 * Chooses tests of changed files: first those that changed, then those that load a changed file by the fewest imports, and of
 * these the cheapest. `candidates` are test files that would not run otherwise.
 */
export function testsOfChanges(
  changed: readonly string[],
  candidates: readonly string[],
  { graph, times, budget = CHANGED_CPU_SECONDS }: ChangedTestsOptions,
): ChangedTests {
  const distances = new Map<string, number>();
  const add = (files: readonly string[], start: number): void => {
    for (const [file, distance] of graph.distancesFrom(files))
      distances.set(file, Math.min(start + distance, distances.get(file) ?? Infinity));
  };
  for (const file of changed) {
    add([file], 0);
    add(filesThatUse(file, graph), 1);
  }
  const cost = (file: string): number => times[file] ?? UNKNOWN_CPU_SECONDS;
  const distanceOf = (file: string): number => distances.get(file) ?? Infinity;
  const affected = candidates
    .filter((file) => distances.has(file))
    .sort((a, b) => distanceOf(a) - distanceOf(b) || cost(a) - cost(b) || (a < b ? -1 : 1));
  const [chosen, leftOut]: [string[], string[]] = [[], []];
  let left = budget;
  for (const file of affected) {
    const isChosen = cost(file) <= left;
    (isChosen ? chosen : leftOut).push(file);
    if (isChosen) left -= cost(file);
  }
  return { chosen, leftOut };
}

/** Files that use a file without importing it: a contract by its name, a fixture by its folder, the page in a browser. */
function filesThatUse(file: string, graph: ImportGraph): readonly string[] {
  const [folder, second = ""] = file.split("/");
  const contract = /([^/]+)\.sol$/.exec(file)?.[1];
  if (contract !== undefined) return graph.filesWith(contract);
  if (folder === "fixtures") return graph.filesWith(`fixtures/${second}`);
  return folder === "page" ? graph.filesWith("./support/browser.ts") : [];
}

/** Lines about tests of changed code. */
export function changedNote(changes: Changes, { chosen, leftOut }: ChangedTests): string {
  if ("unknown" in changes) return `tests of changed code: none, because the changes are unknown: ${changes.unknown}`;
  const since = `since ${changes.since.slice(0, 12)}`;
  const lines = [`tests of changed code: ${chosen.length} files, because ${changes.files.length} files changed ${since}`];
  if (leftOut.length > 0) lines.push(`left out beyond ${CHANGED_CPU_SECONDS} CPU s: ${leftOut.join(" ")}`);
  return lines.join("\n");
}

/** One of `count` parts of files with nearly equal CPU seconds: each file, the dearest first, goes to the cheapest part. */
export function shardOf(
  files: readonly string[],
  { part, count }: { readonly part: number; readonly count: number },
  times: Readonly<Record<string, number | null>>,
): readonly string[] {
  const cost = (file: string): number => times[file] ?? UNKNOWN_CPU_SECONDS;
  const sums = Array.from({ length: count }, () => 0);
  const own = new Set<string>();
  for (const file of files.toSorted((a, b) => cost(b) - cost(a) || (a < b ? -1 : 1))) {
    const cheapest = sums.indexOf(Math.min(...sums));
    sums[cheapest] = (sums[cheapest] ?? 0) + cost(file);
    if (cheapest === part - 1) own.add(file);
  }
  return files.filter((file) => own.has(file));
}
