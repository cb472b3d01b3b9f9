import { isProvenVersion } from "../../protocol/no-proof.ts";
import { createProver } from "../../prover/prover.ts";
import type { Prover, ProverOptions } from "../../prover/prover.ts";
import { createNoProver } from "./no-prover.ts";

/** Proves each batch as the verifier of its protocol version asks for it. Starts nothing until the first job. */
export function createVersionedProver(options: ProverOptions): Prover {
  const [proving, marking] = [createProver(options), createNoProver()];
  return {
    proveBatch: (job, jobOptions) => (isProvenVersion(job.protocolVersion) ? proving : marking).proveBatch(job, jobOptions),
    close: () => proving.close(),
  };
}
