import type { ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";
import { namedProgram } from "../../execution-proof/batch/batch-proof.ts";
import { ExecutionProofError } from "../../execution-proof/batch/execution-proof-error.ts";
import type { ExecutionStore } from "./execution-store.ts";

/**
 * Forgets kept proofs that no verifier of this software takes, since earlier software made them of another program or in another
 * format: the chain carries out its batches again when it starts, and they are proven again. Where the prover names no program,
 * proofs stay as they are: what fails then fails again, and is told, when a batch is to be proven. Never rejects.
 */
export async function forgetOutdated(
  store: ExecutionStore,
  { programOf }: Pick<ExecutionProver, "programOf">,
  signal: AbortSignal,
): Promise<void> {
  const programs = new Map<bigint, Promise<Uint8Array | undefined>>();
  for (const batchNumber of store.outcomes().keys()) {
    const proof = store.proof(batchNumber);
    if (proof === undefined) continue;
    const named = programIn(proof);
    if (named !== undefined) {
      const { protocolVersion } = named;
      const asked = programs.get(protocolVersion) ?? programOf(protocolVersion).catch(() => undefined);
      programs.set(protocolVersion, asked);
      const program = await asked;
      if (signal.aborted) return;
      if (program === undefined || Buffer.from(program).equals(named.program)) continue;
    }
    store.forgetProof(batchNumber);
  }
}

/** Undefined for bytes that are not in the format of this software. */
function programIn(proof: Uint8Array): ReturnType<typeof namedProgram> | undefined {
  try {
    return namedProgram(proof);
  } catch (error) {
    if (error instanceof ExecutionProofError) return undefined;
    throw error;
  }
}
