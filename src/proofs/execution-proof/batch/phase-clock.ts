import type { ProofPhase } from "../../stark/proving/column-prover.ts";

/** Tells of phases, and how long they take. */
export class PhaseClock {
  readonly #tell: (phase: ProofPhase, fraction: number) => void;
  readonly #seconds: Partial<Record<ProofPhase, number>> = {};
  #current: { readonly phase: ProofPhase; readonly since: number } | undefined;

  constructor(tell: (phase: ProofPhase, fraction: number) => void) {
    this.#tell = tell;
  }

  enter(phase: ProofPhase, fraction: number): void {
    if (phase !== this.#current?.phase) {
      this.end();
      this.#current = { phase, since: performance.now() };
    }
    this.#tell(phase, fraction);
  }

  /** The seconds of all phases so far. */
  end(): Readonly<Partial<Record<ProofPhase, number>>> {
    if (this.#current !== undefined) {
      const { phase, since } = this.#current;
      this.#seconds[phase] = (this.#seconds[phase] ?? 0) + (performance.now() - since) / 1000;
      this.#current = undefined;
    }
    return this.#seconds;
  }
}
