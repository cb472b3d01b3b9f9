import { ExecutionProofError } from "../../../../src/proofs/execution-proof/batch/execution-proof-error.ts";
import { executionVerifier } from "../../../../src/proofs/execution-proof/batch/verify-execution.ts";
import type { VerifyAnswer, VerifyRequest } from "./verifying.ts";

/** The body of the process: it has a claim and a proof, and asks for secure parameters. */
const verifiers = new Map<bigint, ReturnType<typeof executionVerifier>>();

process.on("message", (request) => void answer(request as VerifyRequest));

async function answer({ claim, proof }: VerifyRequest): Promise<void> {
  process.send?.(await verified({ claim, proof }));
}

async function verified({ claim, proof }: VerifyRequest): Promise<VerifyAnswer> {
  const { protocolVersion } = claim.batch;
  const verifier = verifiers.get(protocolVersion) ?? executionVerifier(protocolVersion, { workers: 1 });
  verifiers.set(protocolVersion, verifier);
  try {
    const { provenBits } = (await verifier)(claim, proof);
    return { provenBits };
  } catch (error) {
    if (error instanceof ExecutionProofError) return { refusal: `${error.code}: ${error.message}` };
    throw error;
  }
}
