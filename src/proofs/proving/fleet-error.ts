import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/** Codes of {@link FleetError}. */
export type FleetErrorCode = "LeaseLost" | "ProofRefused" | "WorkerPaused" | "TooManyWorkers" | "BadToken" | "BadRequest";

/**
 * The fleet refuses a worker. `LeaseLost`: the task is another's, done, or obsolete. `ProofRefused`: the proof is false.
 * `WorkerPaused`: too many of its proofs did not hold. `TooManyWorkers`: the maximum number of workers wait. `BadToken`:
 * it may not join. `BadRequest`: it cannot be read.
 * Remedy: after LeaseLost and TooManyWorkers request the next task; after BadToken pass the fleet's token; after
 * ProofRefused check the worker's machine.
 */
export class FleetError extends HyperchainError<FleetErrorCode> {
  override readonly name = "FleetError";
}
