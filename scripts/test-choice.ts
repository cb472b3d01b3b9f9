import { readFileSync } from "node:fs";
import { join } from "node:path";
import { changesSinceCompleteRun } from "./changed-files.ts";
import { ImportGraph } from "./run-time-imports.ts";
import { changedNote, shardOf, testsOfChanges } from "./test-selection.ts";
import { setOf, type TestSet } from "./test-sets.ts";
import { inOrder, TEST_TIERS, tierOf } from "./test-tiers.ts";

/** CPU seconds of each test file in the last complete run; `null` for a file that it had and that was not measured. */
export const FILE_TIMES = "test/file-times.json";

export type FileTimes = Readonly<Record<string, number | null>>;

/** Part of a run of all files, from 1 to `count`. */
export interface Shard {
  readonly part: number;
  readonly count: number;
}

/** Options of a run. */
export interface Wanted {
  /** Files by name; none: by the set. */
  readonly named: readonly string[];
  /** Sets without long files: `core` with tests of changed code, or `all`; `long` has every file. */
  readonly set: TestSet;
  readonly tier?: string | undefined;
  readonly shard?: Shard | undefined;
}

export interface ChosenFiles {
  /** In the order of their tiers. */
  readonly files: readonly string[];
  /** Lines about files that are left out. */
  readonly notes: readonly string[];
}

/** Reads the times of test files. */
export function readFileTimes(root: string): FileTimes {
  return JSON.parse(readFileSync(join(root, FILE_TIMES), "utf8")) as FileTimes;
}

/** Chooses the files of a run. Throws RangeError for an unknown tier. */
export function chooseFiles(root: string, all: readonly string[], wanted: Wanted): ChosenFiles {
  const tiers = TEST_TIERS.filter(({ name }) => wanted.tier === undefined || name === wanted.tier);
  if (tiers.length === 0) {
    const names = TEST_TIERS.map(({ name }) => name).join(", ");
    throw new RangeError(`no tier is called '${wanted.tier}'; there are: ${names}`);
  }
  const { files, notes } = ofSet(root, all, wanted);
  const ordered = tiers.flatMap((tier) => inOrder(files.filter((file) => tierOf(file) === tier)));
  return { files: ordered, notes };
}

function ofSet(root: string, all: readonly string[], { named, set, shard }: Wanted): ChosenFiles {
  if (named.length > 0) return { files: named, notes: [] };
  const times = readFileTimes(root);
  const inSet = (...sets: readonly TestSet[]): readonly string[] =>
    all.filter((file) => sets.includes(setOf(file, file.replaceAll("\\", "/") in times)));
  if (set === "long") return { files: all, notes: [] };
  if (set === "all") {
    const files = inSet("core", "all");
    const long = `left to npm run nightly: ${all.length - files.length} very long files (LONG in scripts/test-sets.ts)`;
    return { files: shard === undefined ? files : shardOf(files, shard, times), notes: [long] };
  }
  const core = inSet("core");
  const changes = changesSinceCompleteRun(root);
  const changed = "unknown" in changes ? [] : changes.files;
  const candidates = inSet("all");
  const tests = testsOfChanges(changed, candidates, { graph: ImportGraph.read(root), times });
  const rest = all.length - core.length - tests.chosen.length;
  const note = `left to npm run test:all: ${rest} test files; one of them: npm test -- FILE`;
  return { files: [...core, ...tests.chosen], notes: [changedNote(changes, tests), note] };
}
