import type { StateProver } from "../prover/prover.ts";
import { keptBlob } from "./blobs.ts";
import { MAX_INPUT_BYTES } from "./job.ts";
import type { ProverPort } from "./queue.ts";

/** The state transition's prover as one of a queue. */
export function statePort(prover: Pick<StateProver, "proveInput">): ProverPort {
  return {
    kinds: ["state"],
    async prove({ job }, blobs, options) {
      const input = await keptBlob(blobs, job.input, MAX_INPUT_BYTES);
      const { proof, statement, metrics } = await prover.proveInput(input, options);
      const { seconds: _, worker: __, ...reported } = metrics;
      return { statement, output: proof, metrics: reported };
    },
  };
}
