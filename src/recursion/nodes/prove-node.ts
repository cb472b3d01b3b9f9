import type { Backend } from "../../kernels/backend.ts";
import { FixedTables } from "../../stark/fixed-tables.ts";
import { prove, type ProveOptions } from "../../stark/proofs/prove.ts";
import { TablePrograms } from "../../stark/table-programs.ts";
import { runProgram } from "../tables/program-system.ts";
import { nodeHints, type StatedProof } from "./check-by-node.ts";
import type { PreparedProgram } from "./program-set.ts";

/** Makes proofs of one program; what they share is made once. */
export class NodeProver {
  readonly #program: PreparedProgram;
  readonly #backend: Backend;
  readonly #options: { readonly programs: TablePrograms; readonly fixedTables: FixedTables };

  constructor(program: PreparedProgram, backend: Backend) {
    this.#program = program;
    this.#backend = backend;
    const { system } = program.own;
    this.#options = { programs: new TablePrograms(system), fixedTables: new FixedTables(system, backend) };
  }

  /** Throws RangeError where a relation does not hold between the elements of a statement and the proofs. */
  async prove(
    elements: readonly number[],
    proofs: readonly StatedProof[],
    options: Pick<ProveOptions, "signal" | "onProgress"> = {},
  ): Promise<StatedProof> {
    const { node, own } = this.#program;
    const run = runProgram(own, elements, nodeHints(node, proofs));
    if (!run.ok) throw new RangeError(`relation ${run.relation} of ${node.program.name} does not hold`);
    const { statement } = run.input;
    return { statement, proof: await prove(own.system, run.input, this.#backend, { ...options, ...this.#options }) };
  }

  release(): Promise<void> {
    return this.#options.fixedTables.release();
  }
}
