import type { Backend } from "../kernels/backend.ts";
import { FixedTables } from "../stark/proving/fixed-tables.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import { prove, type ProveOptions } from "../stark/proofs/prove.ts";
import { verify } from "../stark/proofs/verify.ts";
import type { System } from "../stark/systems/system.ts";
import { TablePrograms } from "../stark/programs/table-programs.ts";
import type { ProvingBackends } from "./proving-backends.ts";

/** Makes proofs of one system; what they share is made once. */
export class SystemProver {
  readonly #system: System;
  readonly #backends: ProvingBackends;
  readonly #programs: TablePrograms;
  /**
   * On the processor alone. A device commits the key's columns for each proof: it proves for many systems, and what all would
   * keep there is in no proof's plan.
   */
  readonly #fixedTables: FixedTables;

  constructor(system: System, backends: ProvingBackends) {
    this.#system = system;
    this.#backends = backends;
    this.#programs = new TablePrograms(system);
    this.#fixedTables = new FixedTables(system, backends.processor);
  }

  /** A proof, and what made it. Rejects with the signal's reason, or as the processor's backend does. */
  prove(
    input: ProverInput,
    { signal, onProgress }: Pick<ProveOptions, "signal" | "onProgress"> = {},
  ): Promise<{ readonly proof: Uint8Array; readonly backend: Backend }> {
    const system = this.#system;
    const shared: ProveOptions = { programs: this.#programs, ...(signal === undefined ? {} : { signal }) };
    const onProcessor = { fixedTables: this.#fixedTables };
    return this.#backends.prove({
      signal,
      plan: { shape: this.#shapeOf(input), make: (backend) => prove(system, input, backend, shared) },
      make: (backend) =>
        prove(system, input, backend, {
          ...shared,
          ...(onProgress === undefined ? {} : { onProgress }),
          ...(backend === this.#backends.processor ? onProcessor : {}),
        }),
      // Its caller has them for this proof alone: they are garbage then.
      free: () => undefined,
      refusalOf: (proof) => {
        const verdict = verify(system, input.statement, proof);
        return verdict.ok ? undefined : verdict.rejection.code;
      },
    });
  }

  /** Releases what is kept; no proof may be using it. */
  release(): Promise<void> {
    return this.#fixedTables.release();
  }

  #shapeOf({ traces }: ProverInput): string {
    const key = Buffer.from(this.#system.verificationKeyDigest).toString("hex");
    return `${key}, rows ${traces.map(([column]) => column?.length ?? 0).join()}`;
  }
}
