import type { ExecutionStage, ProofProgress } from "../../../proofs/prover/job.ts";

/** True if the proof's phase or worker changed, as followers see it: not at each part of a phase. */
export function isOtherPhase(before: ProofProgress | undefined, now: ProofProgress): boolean {
  return (
    before === undefined ||
    now.phase !== before.phase ||
    now.worker !== before.worker ||
    now.tree?.kind !== before.tree?.kind ||
    placeOf(now.execution) !== placeOf(before.execution)
  );
}

function placeOf(execution: ExecutionStage | undefined): string | undefined {
  if (execution?.kind !== "proving") return execution?.kind;
  const { chunk, chunks, phase, worker } = execution;
  return [chunk, chunks, phase, worker].join();
}
