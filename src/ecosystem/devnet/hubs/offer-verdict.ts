import type { FactBatch } from "../../../ground/protocol/fact-evidence.ts";
import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import { BatchVerdicts } from "../../../proofs/l1-proof/batch-verdict.ts";
import { createNoBatchesProver } from "../chains/no-prover.ts";
import { proofRefusal } from "../facts/open-facts.ts";

/**
 * Verdict of a process without a prover: the reason why a proof or a marker does not hold, or undefined. A proof is verified
 * by the package's keys, a marker compared. `isProven` is false if L1 accepts markers alone.
 */
export function createOfferVerdict(isProven: boolean): (batch: FactBatch) => Promise<string | undefined> {
  const verdicts = new BatchVerdicts();
  const marking = createNoBatchesProver();
  return async (batch) => {
    const { chainId, stored, program, proof } = batch;
    if (!isProven || !isProvenVersion(stored.protocolVersion)) return proofRefusal(batch, marking);
    return verdicts.refusalOf({ fields: { chainId, batch: stored }, program, proof });
  };
}
