import type { Backend } from "../../kernels/backend.ts";
import { FixedTables } from "../../stark/fixed-tables.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import { TablePrograms } from "../../stark/table-programs.ts";
import { ExecutionBatchProving, prepareTables, type ProvingTools } from "./batch-proving.ts";
import type { BatchWitness } from "./batch-witness.ts";
import { ChunkFiller } from "./chunk-filler.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { ExecutionKey } from "./execution-key.ts";
import { type LabelledExecution, labelOf } from "./execution-label.ts";
import type { ProvenExecution, ProvingOptions } from "./proven-execution.ts";

/**
 * Makes proofs of batches' executions on one backend, one at a time. What they share is made once: keep it from batch to
 * batch, and release it at the end.
 */
export class ExecutionProving {
  readonly #key: ExecutionKey;
  readonly #backend: Backend;
  readonly #programs: TablePrograms;
  readonly #fixedTables: FixedTables;
  readonly #filler: ChunkFiller;

  /** Takes a filler over. */
  constructor(key: ExecutionKey, backend: Backend, filler = new ChunkFiller(key.protocolVersion, key.system.parameters)) {
    this.#key = key;
    this.#backend = backend;
    this.#programs = new TablePrograms(key.system);
    this.#fixedTables = new FixedTables(key.system, backend);
    this.#filler = filler;
  }

  get #tools(): ProvingTools {
    const kept = { programs: this.#programs, fixedTables: this.#fixedTables };
    return { key: this.#key, backend: this.#backend, filler: this.#filler, kept };
  }

  /** Compiles what the first proof would else compile, which takes a second. */
  prepare(): void {
    prepareTables(this.#tools);
  }

  /** Releases what is kept on the backend, and ends the filler's thread. */
  async release(): Promise<void> {
    await this.#filler.close();
    await this.#fixedTables.release();
  }

  /**
   * Why a batch's execution cannot be proven; undefined where it can be. Fills the tables of its proof, at a fraction of the
   * proof's cost; `look` is shown those of each chunk. Rejects with the signal's reason alone.
   */
  examine(
    witness: BatchWitness,
    claim: ExecutionClaim,
    options: ProvingOptions = {},
    look?: (input: ProverInput) => void,
  ): Promise<LabelledExecution | undefined> {
    return this.#labelled(options, () => this.#proving(witness, claim, options).examine(look));
  }

  /** Proves a batch's execution, or says why it cannot be proven. Rejects with the signal's reason alone. */
  prove(
    witness: BatchWitness,
    claim: ExecutionClaim,
    options: ProvingOptions = {},
  ): Promise<ProvenExecution | LabelledExecution> {
    return this.#labelled(options, () => this.#proving(witness, claim, options).run());
  }

  #proving(witness: BatchWitness, claim: ExecutionClaim, options: ProvingOptions): ExecutionBatchProving {
    return new ExecutionBatchProving(this.#tools, witness, claim, options);
  }

  async #labelled<Made>(options: ProvingOptions, make: () => Promise<Made>): Promise<Made | LabelledExecution> {
    try {
      return await make();
    } catch (error) {
      options.signal?.throwIfAborted();
      return labelOf(error);
    }
  }
}
