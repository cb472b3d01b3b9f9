import type { ProverMode } from "./ecosystem-info.ts";

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

const EXECUTED =
  "by the rules of the EVM and the protocol (signatures, nonces, fees, opcodes, gas, storage, messages) they lead from the state " +
  "before each batch to the state root that L1 has after it. The chain's node has checked these proofs, and every machine can " +
  "(hyperchain:verify). L1 does not check them: there the quorum's signatures count.";

/** What is proven of the execution of a chain's batches, each of which up to this one has a proof; undefined: none. */
export function executionSentence(upTo: number | undefined): string {
  if (upTo === undefined)
    return "Proofs of execution are made, and batch 0 has none so far: its execution is trusted to the validator quorum.";
  const which = upTo === 0 ? "The transactions of batch 0 are" : `The transactions of batches 0 to ${upTo} are`;
  return `${which} proven: ${EXECUTED}`;
}
