import { systemProcesses, treeCpuSeconds, type SystemProcess } from "./process-tree.ts";

/** CPU seconds of the process tree while one file runs. */
interface Use {
  /** When the file began; `undefined` until its process is known. */
  start: number | undefined;
  /** CPU seconds and time of the last progress. */
  progress: { cpuSeconds: number; at: number };
}

export interface FileLimitsOptions {
  /** Maximum CPU seconds of a file's process tree. */
  readonly limitOf: (file: string) => number;
  /** Time in which a file must use more than a fiftieth of a core. */
  readonly idleMs: number;
  /** Process that runs a file; `undefined` until it has started. */
  readonly processOf: (file: string) => number | undefined;
  /** Ends the file's process. */
  readonly onExceeded: (file: string, reason: string, pid: number) => void;
  readonly now: () => number;
  readonly processes?: () => readonly SystemProcess[];
}

/** A file that uses at most this share of a core for `idleMs` waits for something that never happens, though an L1 may mine. */
const IDLE_SHARE = 0.02;

/**
 * Limits of test files in CPU seconds of their process trees, because the wall clock measures how busy the machine is. The
 * only limit by the wall clock is for a file that uses hardly any CPU. Without a list of processes (Windows) nothing is limited.
 */
export class FileLimits {
  readonly #options: FileLimitsOptions;
  readonly #running = new Map<string, Use>();

  constructor(options: FileLimitsOptions) {
    this.#options = options;
  }

  begin(file: string): void {
    const pid = this.#options.processOf(file);
    const start = pid === undefined ? undefined : treeCpuSeconds(pid, this.#processes());
    const progress = { cpuSeconds: start ?? 0, at: this.#options.now() };
    this.#running.set(file, { start, progress });
  }

  end(file: string): void {
    this.#running.delete(file);
  }

  /** Compares each running file with its limits. */
  check(): void {
    const processes = this.#running.size > 0 ? this.#processes() : [];
    for (const [file, use] of [...this.#running]) {
      const pid = this.#options.processOf(file);
      const cpuSeconds = pid === undefined ? undefined : treeCpuSeconds(pid, processes);
      if (pid === undefined || cpuSeconds === undefined) continue;
      const reason = this.#violation(file, use, cpuSeconds);
      if (reason === undefined) continue;
      this.end(file);
      this.#options.onExceeded(file, reason, pid);
    }
  }

  #violation(file: string, use: Use, cpuSeconds: number): string | undefined {
    const { limitOf, idleMs, now } = this.#options;
    const limit = limitOf(file);
    // A process of several files is known before the second one begins; a file alone in its process begins with it.
    use.start ??= 0;
    if (cpuSeconds - use.start > limit) return `has used more than ${limit} CPU s`;
    if (cpuSeconds - use.progress.cpuSeconds > (IDLE_SHARE * idleMs) / 1000) use.progress = { cpuSeconds, at: now() };
    return now() - use.progress.at >= idleMs ? `has used hardly any CPU for ${idleMs / 1000} s` : undefined;
  }

  #processes(): readonly SystemProcess[] {
    return (this.#options.processes ?? systemProcesses)();
  }
}
