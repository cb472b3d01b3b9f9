import { createExecutionProver, type ExecutionProver } from "../../execution-proof/batch/execution-prover.ts";

/** The key of the proofs takes seconds to make: it is kept between batches. */
const KEPT_KEY_MS = 24 * 3_600_000;

/** What verifies the proofs of a watch that is a process of its own. */
export function openWatchProver(): Pick<ExecutionProver, "verify" | "close"> {
  return createExecutionProver({ idleTimeoutMs: KEPT_KEY_MS });
}
