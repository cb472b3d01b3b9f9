import type { StateProver } from "../prover/prover.ts";
import { MOST_INPUT_BYTES } from "./job.ts";
import type { ProverPort } from "./queue.ts";

/** The state transition's prover as one of a queue. */
export function statePort(prover: Pick<StateProver, "proveInput">): ProverPort {
  return {
    kinds: ["state"],
    async prove({ job }, blobs, options) {
      const input = await blobs.get(job.input, MOST_INPUT_BYTES);
      if (input === undefined) throw new RangeError(`the input ${job.input} of a job is not kept any more`);
      const { proof, statement, metrics } = await prover.proveInput(input, options);
      const { seconds: _, worker: __, ...reported } = metrics;
      return { statement, output: proof, metrics: reported };
    },
  };
}
