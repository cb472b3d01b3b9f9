import type { ExecutionProgress } from "./execution-progress.ts";
import type { ExecutionMetrics } from "./proven-execution.ts";

/** Tells of phases, and how long they take. */
export class PhaseClock {
  readonly #tell: (phase: ExecutionProgress["phase"], fraction: number) => void;
  readonly #seconds: Partial<Record<ExecutionProgress["phase"], number>> = {};
  #current: { readonly phase: ExecutionProgress["phase"]; readonly since: number } | undefined;

  constructor(tell: (phase: ExecutionProgress["phase"], fraction: number) => void) {
    this.#tell = tell;
  }

  enter(phase: ExecutionProgress["phase"], fraction: number): void {
    if (phase !== this.#current?.phase) {
      this.end();
      this.#current = { phase, since: performance.now() };
    }
    this.#tell(phase, fraction);
  }

  /** The seconds of all phases so far. */
  end(): ExecutionMetrics["phaseSeconds"] {
    if (this.#current !== undefined) {
      const { phase, since } = this.#current;
      this.#seconds[phase] = (this.#seconds[phase] ?? 0) + (performance.now() - since) / 1000;
      this.#current = undefined;
    }
    return this.#seconds;
  }
}
