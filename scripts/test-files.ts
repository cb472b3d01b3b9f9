import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { CPU_FOLDER, notedCpuSeconds } from "./test-cpu.ts";
import { RunProgress } from "./test-progress.ts";
import type { RunTimes } from "./test-progress.ts";

/** What a run of some files came to. */
export interface FilesRun extends RunTimes {
  /** Files, relative to the root, of which a test failed. */
  readonly failed: readonly string[];
  /** False also when something failed that is in no file's summary. */
  readonly isGood: boolean;
}

export interface FilesRunOptions {
  readonly root: string;
  readonly concurrency: number;
  /** After which a test file is ended. */
  readonly limitMs: number;
}

/** Runs test files in this order, `concurrency` at a time; says on stderr how far it is whenever one has ended. */
export async function runFiles(files: readonly string[], { root, concurrency, limitMs }: FilesRunOptions): Promise<FilesRun> {
  const failed: string[] = [];
  let isGood = true;
  const progress = new RunProgress(files, () => performance.now());
  const known = new Set(files);
  const folder = (process.env[CPU_FOLDER] = mkdtempSync(join(tmpdir(), "test-cpu-")));
  const events = run({
    cwd: root,
    files: files.map((file) => join(root, file)),
    concurrency,
    timeout: limitMs,
    execArgv: ["--import", new URL("./test-cpu.ts", import.meta.url).href, "--import", join(root, "test/support/leak-guard.ts")],
  });
  // These two come when they happen; summaries and results in the order of the files, so after those of slow files before them.
  events.on("test:dequeue", ({ name, nesting }) => {
    const file = relative(root, name);
    if (nesting === 0 && known.has(file)) progress.begin(file);
  });
  events.on("test:complete", ({ name, nesting }) => {
    const file = relative(root, name);
    if (nesting === 0 && known.has(file)) {
      console.error(progress.end(file, notedCpuSeconds(folder, join(root, file))));
    }
  });
  events.on("test:summary", ({ file, success }) => {
    isGood &&= success;
    if (file !== undefined && !success) failed.push(relative(root, file));
  });
  for await (const line of events.compose(spec)) process.stdout.write(line as string);
  rmSync(folder, { recursive: true, force: true });
  return { ...progress.times(), failed, isGood };
}
