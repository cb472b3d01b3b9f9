import { readFileSync } from "node:fs";
import { deserialize } from "node:v8";
import type { ExecutionClaim } from "../../../src/proofs/execution-proof/batch/execution-claim.ts";
import { executionVerifier } from "../../../src/proofs/execution-proof/batch/verify-execution.ts";
import type { ProofParameters } from "../../../src/proofs/stark/systems/parameters.ts";

/** Input of the process. */
export interface ApartRequest {
  readonly claim: ExecutionClaim;
  readonly proof: Uint8Array;
  readonly parameters: ProofParameters;
}

/** Process with a claim and a proof, and nothing else: it prints the result of the verification. */
const { claim, proof, parameters } = deserialize(readFileSync(process.argv[2] ?? "")) as ApartRequest;
try {
  const options = { parameters, acceptsWeakParameters: true, workers: 1 };
  const verify = await executionVerifier(claim.batch.protocolVersion, options);
  console.log(JSON.stringify(verify(claim, proof)));
} catch (error) {
  console.log(JSON.stringify({ refused: (error as { readonly code?: unknown }).code }));
}
