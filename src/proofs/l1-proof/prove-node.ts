import type { ProvingBackends } from "../devices/proving-backends.ts";
import { SystemProver } from "../devices/system-prover.ts";
import type { Backend } from "../kernels/backend.ts";
import type { Hints } from "../recursion/interpret.ts";
import { nodeHints, type StatedProof } from "../recursion/nodes/node-hints.ts";
import type { PreparedProgram } from "../recursion/nodes/program-set.ts";
import { runProgram } from "../recursion/tables/program-system.ts";
import type { ProveOptions } from "../stark/proofs/prove.ts";

/** Makes proofs of one program; what they share is made once. */
export class NodeProver {
  readonly #program: PreparedProgram;
  readonly #prover: SystemProver;

  constructor(program: PreparedProgram, backends: ProvingBackends) {
    this.#program = program;
    this.#prover = new SystemProver(program.compiled.system, backends);
  }

  /** Throws RangeError where a relation does not hold between the elements of a statement and the proofs. */
  async prove(
    elements: readonly number[],
    proofs: readonly StatedProof[],
    { hints, ...options }: Pick<ProveOptions, "signal" | "onProgress"> & { readonly hints?: Hints | undefined } = {},
  ): Promise<StatedProof & { readonly backend: Backend }> {
    const { node, compiled } = this.#program;
    const run = runProgram(compiled, elements, nodeHints(node, proofs, hints));
    if (!run.ok) throw new RangeError(`relation ${run.relation} of ${node.program.name} does not hold`);
    const { statement } = run.input;
    return { statement, ...(await this.#prover.prove(run.input, options)) };
  }

  release(): Promise<void> {
    return this.#prover.release();
  }
}
