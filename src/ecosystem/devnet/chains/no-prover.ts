import { fieldsOf, isJoinable } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { L1ProofError } from "../../../proofs/l1-proof/l1-proof-error.ts";
import { wordToHex } from "../../../ground/protocol/hex.ts";
import { noAggregateMarker, noProofMarker } from "../../../ground/protocol/no-proof.ts";
import { encodeStatement } from "../../../ground/protocol/statement.ts";
import type { ProofMetrics } from "../../../proofs/prover/job.ts";
import type { Prover } from "../../../proofs/prover/prover.ts";

const NO_METRICS: ProofMetrics = { backend: "none", workers: 0, logRows: 0, cells: 0, seconds: 0, phaseSeconds: {} };
/** Digest of the list of batches: no circuit has seen one. */
const NO_DIGEST = wordToHex(0n);
/** Name of the program of a batch's own proof: there is none. */
const NO_PROGRAM = "none";

/** Proves nothing: answers each job with the marker that L1 takes under a version whose batches are not proven. */
export function createNoProver(): Pick<Prover, "proveBatch"> {
  return {
    proveBatch: ({ statement }) =>
      Promise.resolve({
        proof: noProofMarker(statement.commitment),
        statement: encodeStatement(statement),
        metrics: NO_METRICS,
      }),
  };
}

/** Proves nothing: answers with the markers that the aggregator of this version accepts. */
export function createNoBatchesProver(): BatchesProver {
  return {
    async prepare(batch) {
      const fields = fieldsOf(batch);
      const own = noAggregateMarker([fields], NO_DIGEST);
      if (isJoinable(batch) && !Buffer.from(own).equals(batch.proof))
        throw new L1ProofError("ProofRefused", `what is shown of batch ${fields.batch.batchNumber} is not its marker`);
      return { joinable: () => Promise.resolve({ fields, program: NO_PROGRAM, proof: own }), release: () => undefined };
    },
    prove: async (batches, { hub } = {}) => ({
      digest: NO_DIGEST,
      proof: noAggregateMarker(batches.map(fieldsOf), NO_DIGEST, hub),
      metrics: NO_METRICS,
    }),
  };
}
