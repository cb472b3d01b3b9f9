import type { ProverMode } from "../view/ecosystem-info.ts";

const STAGE_0 =
  "The new state root is the old one with exactly the published diffs applied, and the batch's outputs (messages, priority " +
  "operations, imported roots) are the ones stored in that state. Execution is trusted to the chain's validator quorum, " +
  "whose signatures L1 checks too.";

const NOTHING =
  "NOTHING IS PROVEN: the prover is off. L1 takes a marker instead of each proof, under a protocol version of its own that " +
  "the real verifier refuses. State and execution are trusted to the chain's validator quorum. For tests only.";

/** What is proven and what is trusted, in one paragraph. */
export function provenSentence(mode: ProverMode): string {
  return mode === "none" ? NOTHING : STAGE_0;
}
