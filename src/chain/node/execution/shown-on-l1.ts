import type { BatchesProver } from "../../../proofs/l1-proof/batches-prover.ts";
import { L1ProofError } from "../../../proofs/l1-proof/l1-proof-error.ts";
import type { ExecutedProof } from "../../../proofs/l1-proof/batch-for-l1.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ChainId } from "../../../ground/protocol/ids.ts";
import { isProvenVersion } from "../../../ground/protocol/no-proof.ts";
import { isProvenOnL1 } from "../../../ground/protocol/protocol-version.ts";
import { encodeShown } from "../../../ground/protocol/shown-execution.ts";
import { encodeStatement } from "../../../ground/protocol/statement.ts";
import { encodeStateInput } from "../../../proofs/prover/encode-state-input.ts";
import {
  type BatchProof,
  type ExecutionStage,
  ProofError,
  type ProofOptions,
  type StateJob,
} from "../../../proofs/prover/job.ts";
import type { Prover } from "../../../proofs/prover/prover.ts";
import type { ShowsTogether } from "../settling/shared-proofs.ts";
import type { TogetherOnL1 } from "../settling/run-proofs.ts";
import type { NodeExecution } from "./node-execution.ts";

/** Maximum number of attempts of a proof that ends by a temporary fault, such as a lost thread. */
const MOST_ATTEMPTS = 3;

/**
 * Makes what L1 asks for: of a batch whose version has an aggregator the proof of its execution, with its digest (`encodeShown`),
 * once its chunks are proven; of all others the proof of its changes.
 */
export function shownOnL1(
  changes: Pick<Prover, "proveBatch">,
  onL1: BatchesProver,
  execution: () => Pick<NodeExecution, "claim" | "view"> | undefined,
): Pick<Prover, "proveBatch"> {
  return {
    async proveBatch(job, options = {}) {
      if (!isProvenOnL1(job.protocolVersion)) return changes.proveBatch(job, options);
      const executed = await executedProof(job, execution(), options);
      return prove(job, executed, onL1, { ...options, ...ofProven(options) });
    },
  };
}

/** Sends proofs together with other chains' batches: each after its chunks are proven, and in order. */
export function shownTogether(
  chainId: ChainId,
  shared: ShowsTogether,
  execution: () => Pick<NodeExecution, "claim" | "view"> | undefined,
): TogetherOnL1 {
  let before: Promise<unknown> = Promise.resolve();
  return async (job, going) => {
    const turn = before;
    const executed = executedProof(job, execution(), going);
    before = Promise.allSettled([turn, executed]);
    await turn;
    return shared.show({ chainId, executed: await executed, ...going, ...ofProven(going) });
  };
}

async function prove(
  job: StateJob,
  executed: ExecutedProof,
  onL1: BatchesProver,
  { signal, onProgress }: ProofOptions,
): Promise<BatchProof> {
  for (let attempt = 1; ; attempt++) {
    try {
      const { metrics, ...shown } = await onL1.prove([executed], {
        ...(signal && { signal }),
        ...(onProgress && { onProgress }),
      });
      return { proof: encodeShown(shown), statement: encodeStatement(job.statement), metrics };
    } catch (error) {
      signal?.throwIfAborted();
      const isOfTheMoment = error instanceof L1ProofError && (error.code === "ThreadLost" || error.code === "Fault");
      if (!isOfTheMoment || attempt === MOST_ATTEMPTS) throw error;
    }
  }
}

type Progresses = Pick<ProofOptions, "signal" | "onProgress">;

/** Tells of a proof for L1 that the execution on which it stands is proven. */
function ofProven({ onProgress }: Progresses): Pick<ProofOptions, "onProgress"> {
  if (onProgress === undefined) return {};
  return { onProgress: (progress) => onProgress({ ...progress, execution: { kind: "proven" } }) };
}

/**
 * Waits for the proofs of the batch's chunks, and reports their progress: the proof for L1 is queued as long. Rejects with
 * ProofError if the batch has none. A batch that gets a marker waits for nothing.
 */
async function executedProof(
  job: StateJob,
  execution: Pick<NodeExecution, "claim" | "view"> | undefined,
  { signal, onProgress }: Progresses,
): Promise<ExecutedProof> {
  if (!isProvenVersion(job.protocolVersion))
    return { claim: claimOf(job, execution), execution: new Uint8Array(), list: await encodeStateInput(job) };
  const tell = (stage: ExecutionStage): void => {
    if (signal?.aborted !== true) onProgress?.({ phase: "queued", fraction: 0, execution: stage });
  };
  tell({ kind: "waiting" });
  const { commitment } = job.statement;
  const claim = claimOf(job, execution);
  if (execution?.view === undefined) throw unknownExecution(commitment);
  const { batchNumber } = claim.batch;
  const following = execution.view.outcome(batchNumber, (progress) => tell({ kind: "proving", ...progress }));
  const outcome = await unlessAborted(following, signal);
  if (outcome.kind === "unproven")
    throw new ProofError(
      "ExecutionUnprovable",
      `batch ${batchNumber} has no proof of its execution (${outcome.reason}: ${outcome.detail}), and L1 executes it by nothing else`,
    );
  const served = execution.view.served(batchNumber);
  if (served === undefined || outcome.commitment !== commitment)
    throw new ProofError("ExecutionUnknown", `the proof of batch ${batchNumber}'s execution was deleted`);
  tell({ kind: "proven" });
  return { claim, execution: served.proof, list: await encodeStateInput(job) };
}

/** Throws ProofError for a batch that this process has not formed. */
function claimOf({ statement }: StateJob, execution: Pick<NodeExecution, "claim"> | undefined): ExecutedProof["claim"] {
  const claim = execution?.claim(statement.commitment);
  if (claim === undefined) throw unknownExecution(statement.commitment);
  return claim;
}

function unknownExecution(commitment: Hex): ProofError {
  return new ProofError(
    "ExecutionUnknown",
    `the batch with commitment ${commitment} was not formed here, so its execution is not proven`,
  );
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  return Promise.race([promise, aborted.promise]).finally(() => signal.removeEventListener("abort", onAbort));
}
