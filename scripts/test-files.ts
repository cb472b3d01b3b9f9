import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { pathToFileURL } from "node:url";
import { endTree } from "./end-processes.ts";
import { CPU_FOLDER, notedCpuSeconds, notedProcess } from "./test-cpu.ts";
import { FileLimits } from "./test-limits.ts";
import { RunProgress, type RunTimes } from "./test-progress.ts";

/** Result of a run of some files. */
export interface FilesRun extends RunTimes {
  /** Files, relative to the root, of which a test failed, or whose process failed although no test of it did. */
  readonly failed: readonly string[];
  /**
   * Files to run again, by process: a file with a failed test alone, and together those whose process failed
   * after them.
   */
  readonly failedProcesses: readonly (readonly string[])[];
  /** Node's diagnostics of errors that belong to no running test. */
  readonly strayErrors: readonly string[];
  /** False also if something failed that is in no file's summary. */
  readonly isGood: boolean;
  /** Tests that passed and failed, without files and suites; skipped ones are neither. */
  readonly tests: { readonly passed: number; readonly failed: number };
}

export interface FilesRunOptions {
  readonly root: string;
  readonly concurrency: number;
  /** CPU seconds after which a file's process is ended with all its descendants. */
  readonly limitOf: (file: string) => number;
  /** Time after which a file that uses hardly any CPU is ended. */
  readonly idleMs?: number;
}

/** Default of `idleMs`. Even a machine with many more processes than cores gives each a fiftieth of a core over this time. */
const IDLE_MS = 600_000;
/** Time between two looks at the limits. */
const CHECK_MS = 2_000;

/**
 * Runs test files, those of each process in sequence, `concurrency` processes at a time. Reports progress on stderr whenever a
 * file ends. If a file exceeds its limit, the files after it in its process are run in another process.
 */
export async function runFiles(processes: readonly (readonly string[])[], options: FilesRunOptions): Promise<FilesRun> {
  const folder = (process.env[CPU_FOLDER] = mkdtempSync(join(tmpdir(), "test-cpu-")));
  const filesRun = new Runner(processes.flat(), folder, options);
  for (let left = processes; left.length > 0;) left = await filesRun.run(left);
  rmSync(folder, { recursive: true, force: true });
  return filesRun.result();
}

/** State of a run of test files. */
class Runner {
  readonly #folder: string;
  readonly #options: FilesRunOptions;
  readonly #limits: FileLimits;
  readonly #progress: RunProgress;
  readonly #running: Set<string>;
  readonly #failedProcesses: (readonly string[])[] = [];
  readonly #strayErrors: string[] = [];
  readonly #tests = { passed: 0, failed: 0 };
  /** Tests that have begun and not ended, by file. */
  readonly #open = new Map<string, string[]>();
  /** Files of each process, by its entry. */
  #filesOf: ReadonlyMap<string, readonly string[]> = new Map();
  /** Files whose processes were ended because of a limit. */
  readonly #ended = new Set<string>();
  #isGood = true;
  #processes = 0;

  constructor(files: readonly string[], folder: string, options: FilesRunOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#running = new Set(files);
    this.#progress = new RunProgress(files, () => performance.now());
    this.#limits = new FileLimits({
      limitOf: options.limitOf,
      idleMs: options.idleMs ?? IDLE_MS,
      processOf: (file) => this.#processOf(file),
      onExceeded: (file, reason, pid) => this.#endProcess(file, reason, pid),
      now: () => performance.now(),
    });
  }

  /** Runs processes; returns files that were not reached because one before them in their process exceeded its limit. */
  async run(processes: readonly (readonly string[])[]): Promise<readonly (readonly string[])[]> {
    const { root, concurrency } = this.#options;
    this.#filesOf = new Map(processes.map((files) => [this.#entryOf(files), files]));
    const notReached: (readonly string[])[] = [];
    const timer = setInterval(() => this.#limits.check(), CHECK_MS);
    const imports = ["./test-cpu.ts", "./test-resolve.ts"].map((name) => new URL(name, import.meta.url).href);
    const execArgv = [...imports, join(root, "test/support/leak-guard.ts")].flatMap((file) => ["--import", file]);
    const events = run({ cwd: root, files: [...this.#filesOf.keys()], concurrency, execArgv });
    // Dequeue and complete are emitted immediately; results in the order of the processes, so after slow ones before them.
    events.on("test:dequeue", ({ name, file }) => {
      if (this.#running.has(relative(root, name))) this.#begin(relative(root, name));
      else if (file !== undefined && !this.#isFile(name)) this.#opened(file).push(name);
    });
    events.on("test:complete", ({ name, file, details: { passed, type }, skip }) => {
      if (this.#running.has(relative(root, name))) this.#end(relative(root, name), passed);
      if (this.#filesOf.has(name)) notReached.push(...this.#endOfProcess(name, passed));
      if (file === undefined || this.#isFile(name)) return;
      this.#close(file, name);
      if (type !== "suite" && skip === undefined) this.#tests[passed ? "passed" : "failed"]++;
    });
    events.on("test:diagnostic", ({ message }) => {
      if (message.includes("asynchronous activity after the test ended")) this.#strayErrors.push(message);
    });
    events.on("test:summary", ({ success }) => {
      this.#isGood &&= success;
    });
    for await (const line of events.compose(spec)) process.stdout.write(line as string);
    clearInterval(timer);
    return notReached;
  }

  result(): FilesRun {
    return {
      ...this.#progress.times(),
      failed: this.#failedProcesses.flat(),
      failedProcesses: this.#failedProcesses,
      strayErrors: this.#strayErrors,
      isGood: this.#isGood,
      tests: this.#tests,
    };
  }

  #begin(file: string): void {
    this.#progress.begin(file);
    this.#limits.begin(file);
  }

  #end(file: string, passed: boolean): void {
    this.#running.delete(file);
    this.#limits.end(file);
    if (!passed) this.#failedProcesses.push([file]);
    console.error(this.#progress.end(file, notedCpuSeconds(this.#folder, join(this.#options.root, file))));
  }

  /** A process fails with its files, by an exit before some of them, or after all of them: then all of them fail. */
  #endOfProcess(entry: string, passed: boolean): readonly (readonly string[])[] {
    const files = this.#filesOf.get(entry) ?? [];
    const isEnded = files.some((file) => this.#ended.has(file));
    const left = files.filter((file) => this.#running.has(file));
    const notReached = isEnded ? left.filter((file) => !this.#ended.has(file)) : [];
    for (const file of left) if (!notReached.includes(file)) this.#end(file, false);
    if (!passed && !files.some((file) => this.#failedProcesses.flat().includes(file))) this.#failedProcesses.push(files);
    return notReached.length > 0 ? [notReached] : [];
  }

  #endProcess(file: string, reason: string, pid: number): void {
    this.#ended.add(file);
    const open = this.#open.get(join(this.#options.root, file)) ?? [];
    const tests = open.length > 0 ? `, in ${open.map((name) => JSON.stringify(name)).join(", ")}` : "";
    console.error(`${file} ${reason}${tests}: its process is ended`);
    endTree(pid);
  }

  /** True for the test that is a whole file or process. */
  #isFile(name: string): boolean {
    return this.#filesOf.has(name) || name.startsWith(join(this.#options.root, "test"));
  }

  #opened(file: string): string[] {
    const open = this.#open.get(file) ?? [];
    this.#open.set(file, open);
    return open;
  }

  #close(file: string, name: string): void {
    const open = this.#opened(file);
    const index = open.lastIndexOf(name);
    if (index !== -1) open.splice(index, 1);
  }

  #processOf(file: string): number | undefined {
    const [entry] = [...this.#filesOf].find(([, files]) => files.includes(file)) ?? [];
    return entry === undefined ? undefined : notedProcess(this.#folder, entry);
  }

  /** Script of a process: the file itself, or a module that runs several. */
  #entryOf(files: readonly string[]): string {
    const { root } = this.#options;
    const [file = ""] = files;
    if (files.length === 1) return join(root, file);
    const entry = join(this.#folder, `process-${this.#processes++}.mjs`);
    const urls = files.map((one) => pathToFileURL(join(root, one)).href);
    const runner = new URL("./test-together.ts", import.meta.url).href;
    writeFileSync(entry, `import { runTogether } from ${JSON.stringify(runner)};\nrunTogether(${JSON.stringify(urls)});\n`);
    return entry;
  }
}
