import { noProofMarker } from "../../protocol/no-proof.ts";
import { encodeStatement } from "../../protocol/statement.ts";
import type { Prover } from "../../prover/prover.ts";

/** Proves nothing: answers each job with the marker that L1 takes under a version whose batches are not proven. */
export function createNoProver(): Pick<Prover, "proveBatch"> {
  return {
    proveBatch: ({ statement }) =>
      Promise.resolve({
        proof: noProofMarker(statement.commitment),
        statement: encodeStatement(statement),
        metrics: { backend: "none", workers: 0, logRows: 0, cells: 0, seconds: 0, phaseSeconds: {} },
      }),
  };
}
