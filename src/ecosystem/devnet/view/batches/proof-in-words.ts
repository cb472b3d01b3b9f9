import type { ProofStage } from "../books/ecosystem-info.ts";

/** A phase, of the proof for the layer or of a chunk's, and the part of it that is done. */
type PhaseAt = Pick<ProofStage, "phase" | "fraction">;

/**
 * Text of a batch's proof: stage of its execution, on which a proof for the layer depends, the current proof of those up
 * to the layer's, and its phase in the caller's words.
 */
export function proofInWords({ execution, tree, ...at }: ProofStage, layer: string, words: (at: PhaseAt) => string): string {
  if (execution === undefined || at.phase === "made" || at.phase === "posting") return words(at);
  if (execution.kind !== "proven") return `its execution is not proven yet: ${executionInWords(execution, words)}`;
  if (tree === undefined) return `its execution is proven; the proof of that for ${layer}: ${words(at)}`;
  const { kind, made, proofs } = tree;
  if (made === proofs) return `its execution is proven; ${proofs} proofs for ${layer} are made; waits for other batches'`;
  return `its execution is proven; for ${layer}, proof ${made + 1} of ${proofs} (${kind}): ${words(at)}`;
}

function executionInWords(execution: NonNullable<ProofStage["execution"]>, words: (at: PhaseAt) => string): string {
  if (execution.kind !== "proving" || execution.chunks === 0) return "waits for its turn";
  const { chunk, chunks, phase, fraction } = execution;
  return phase === "plan" ? "it is cut into chunks" : `chunk ${chunk + 1} of about ${chunks}: ${words({ phase, fraction })}`;
}

/** The worker of a fleet that makes what is made now; undefined where the ecosystem's process does. */
export function proofMaker({ execution, worker }: ProofStage): string | undefined {
  return worker ?? (execution?.kind === "proving" ? execution.worker : undefined);
}
