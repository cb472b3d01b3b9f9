import type { ExecutionRefusal } from "../../execution-proof/batch/execution-proof-error.ts";

/**
 * Why a batch is named: the proof is refused, by this code; the batch has a label instead of a proof; what is served is no
 * answer; L1 takes markers instead of proofs of the changes; no proof is there when half of the execution delay is over; or this
 * machine has not come to it by then.
 */
export type NamedCode =
  | ExecutionRefusal
  | "Labelled"
  | "Unreadable"
  | "ChangesUnproven"
  | "GenesisMismatch"
  | "ProofMissing"
  | "Unchecked";
