import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { endTree } from "./end-processes.ts";
import { CPU_FOLDER, notedCpuSeconds, notedProcess } from "./test-cpu.ts";
import { RunProgress, type RunTimes } from "./test-progress.ts";

/** What a run of some files came to. */
export interface FilesRun extends RunTimes {
  /** Files, relative to the root, of which a test failed, or whose process failed though no test of it did. */
  readonly failed: readonly string[];
  /** False also when something failed that is in no file's summary. */
  readonly isGood: boolean;
}

export interface FilesRunOptions {
  readonly root: string;
  readonly concurrency: number;
  /** After which a file's process is ended with all that it has started, and a little before that its test fails by name. */
  readonly limitOf: (file: string) => number;
}

/** A test that hangs fails so much before its file's process is ended: what is behind it is still run. */
const TEST_SHARE = 0.8;

/** Runs test files, those of each process one after the other, `concurrency` processes at a time; says on stderr how far it is whenever a file has ended. */
export async function runFiles(
  processes: readonly (readonly string[])[],
  { root, concurrency, limitOf }: FilesRunOptions,
): Promise<FilesRun> {
  const failed: string[] = [];
  let isGood = true;
  const folder = (process.env[CPU_FOLDER] = mkdtempSync(join(tmpdir(), "test-cpu-")));
  const filesOf = new Map(processes.map((files, index) => [entryOf(files, index, { root, folder }), files]));
  const running = new Set(processes.flat());
  const limits = new Map<string, NodeJS.Timeout>();
  const progress = new RunProgress([...running], () => performance.now());
  const end = (file: string, passed?: boolean): void => {
    running.delete(file);
    clearTimeout(limits.get(file));
    if (passed === false) failed.push(file);
    console.error(progress.end(file, notedCpuSeconds(folder, join(root, file))));
  };
  const begin = (file: string): void => {
    progress.begin(file);
    const limitMs = limitOf(file);
    limits.set(
      file,
      setTimeout(() => {
        console.error(`${file} has not ended after ${limitMs / 1000} s: its process is ended`);
        const [entry = ""] = [...filesOf].find(([, files]) => files.includes(file)) ?? [];
        const pid = notedProcess(folder, entry);
        if (pid !== undefined) endTree(pid);
      }, limitMs),
    );
  };
  const testMs = Math.ceil(TEST_SHARE * Math.max(...processes.flat().map(limitOf)));
  const events = run({
    cwd: root,
    files: [...filesOf.keys()],
    concurrency,
    execArgv: [
      `--test-timeout=${testMs}`,
      "--import",
      new URL("./test-cpu.ts", import.meta.url).href,
      "--import",
      new URL("./test-resolve.ts", import.meta.url).href,
      "--import",
      join(root, "test/support/leak-guard.ts"),
    ],
  });
  // These two come when they happen; results in the order of the processes, so after those of slow ones before them.
  events.on("test:dequeue", ({ name, nesting }) => {
    if (nesting === 0 && running.has(relative(root, name))) begin(relative(root, name));
  });
  events.on("test:complete", ({ name, nesting, details: { passed } }) => {
    if (nesting !== 0) return;
    if (running.has(relative(root, name))) end(relative(root, name), passed);
    // A process fails with its files, by its own end with what it did not come to, or behind them all: then with all.
    const own = filesOf.get(name) ?? [];
    for (const file of own.filter((one) => running.has(one))) end(file, false);
    if (passed === false && !own.some((file) => failed.includes(file))) failed.push(...own);
  });
  events.on("test:summary", ({ success }) => {
    isGood &&= success;
  });
  for await (const line of events.compose(spec)) process.stdout.write(line as string);
  rmSync(folder, { recursive: true, force: true });
  return { ...progress.times(), failed, isGood };
}

/** What a process runs: the file itself, or a module that runs several. */
function entryOf(
  files: readonly string[],
  index: number,
  { root, folder }: { readonly root: string; readonly folder: string },
): string {
  const [file = ""] = files;
  if (files.length === 1) return join(root, file);
  const entry = join(folder, `process-${index}.mjs`);
  const urls = files.map((one) => pathToFileURL(join(root, one)).href);
  const runner = new URL("./test-together.ts", import.meta.url).href;
  writeFileSync(entry, `import { runTogether } from ${JSON.stringify(runner)};\nrunTogether(${JSON.stringify(urls)});\n`);
  return entry;
}
