import { HyperchainError } from "../../ground/errors/hyperchain-error.ts";

/** Reasons for a missing proof for L1, except faults. */
const L1_PROOF_REFUSALS = [
  /** A chunk is said to be a run that was proven in segments, but these segments do not belong to it. */
  "RunRefused",
  /** No program checks a proof of these heights: it is of none of the set's shapes. */
  "ShapeUnknown",
  /** The chunks' proofs are of another key than the one that leaves check. */
  "OtherKey",
  /** A batch's own proof, which another process has made, does not show what L1 has of the batch. */
  "ProofRefused",
  /** Batches of several protocol versions, or none. */
  "VersionsDiffer",
] as const;
export type L1ProofRefusal = (typeof L1_PROOF_REFUSALS)[number];

/**
 * No proof for L1 is made of these batches. ThreadLost: the thread was lost in the middle. Stopped: the prover was closed. Fault:
 * a proof could not be made, or what was made does not hold.
 * Remedy: start the prover again; after Fault report the batches.
 */
export class L1ProofError extends HyperchainError<L1ProofRefusal | "ThreadLost" | "Stopped" | "Fault"> {
  override readonly name = "L1ProofError";
}

/** Whether it says something of the batches, and not of the moment. */
export function isL1ProofRefusal(code: L1ProofError["code"]): code is L1ProofRefusal {
  return (L1_PROOF_REFUSALS as readonly string[]).includes(code);
}
