import type { Backend } from "../../kernels/backend.ts";
import { FixedTables } from "../../stark/fixed-tables.ts";
import { TablePrograms } from "../../stark/table-programs.ts";
import { BatchProving } from "./batch-proving.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionKey } from "./execution-key.ts";
import { type LabelledExecution, labelOf } from "./execution-label.ts";
import type { ProvenExecution, ProvingOptions } from "./proven-execution.ts";

/** Makes proofs of batches' executions on one backend. What they share is made once: keep it from batch to batch. */
export class ExecutionProving {
  readonly #key: ExecutionKey;
  readonly #backend: Backend;
  readonly #programs: TablePrograms;
  readonly #fixedTables: FixedTables;

  constructor(key: ExecutionKey, backend: Backend) {
    this.#key = key;
    this.#backend = backend;
    this.#programs = new TablePrograms(key.system);
    this.#fixedTables = new FixedTables(key.system, backend);
  }

  /** Releases what is kept on the backend. */
  release(): Promise<void> {
    return this.#fixedTables.release();
  }

  /** Proves a batch's execution, or says why it cannot be proven. Rejects with the signal's reason alone. */
  async prove(
    witness: BatchWitness,
    claim: ExecutionClaim,
    options: ProvingOptions = {},
  ): Promise<ProvenExecution | LabelledExecution> {
    try {
      const kept = { programs: this.#programs, fixedTables: this.#fixedTables };
      return await new BatchProving({ key: this.#key, backend: this.#backend, kept }, witness, claim, options).run();
    } catch (error) {
      options.signal?.throwIfAborted();
      return labelOf(error);
    }
  }
}
