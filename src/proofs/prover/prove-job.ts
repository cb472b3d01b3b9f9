import { createStateTransitionSystem } from "../circuits/state-transition/state-transition-system.ts";
import { buildTrace, type StateTransitionTrace } from "../circuits/state-transition/trace/build-trace.ts";
import { encodeStatement } from "../../ground/protocol/statement.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";
import { prove } from "../stark/proofs/prove.ts";
import type { ProverInput } from "../stark/proving/prover-input.ts";
import type { ProvingBackends } from "../devices/proving-backends.ts";
import type { System } from "../stark/systems/system.ts";
import { TablePrograms } from "../stark/programs/table-programs.ts";
import { verify } from "../stark/proofs/verify.ts";
import { type BatchProof, ProofError, type StateJob, type ProofOptions } from "./job.ts";

/** Compiled on first use, once a thread: it holds no state of a job. */
let provingKey: { readonly system: System; readonly programs: TablePrograms } | undefined;

function sharedKey(): { readonly system: System; readonly programs: TablePrograms } {
  if (provingKey === undefined) {
    const system = createStateTransitionSystem();
    provingKey = { system, programs: new TablePrograms(system) };
  }
  return provingKey;
}

/**
 * Fills the trace and proves it. Throws TraceError for a witness that contradicts itself, ProofError `StatementMismatch`
 * when the statement is not what the witness shows, and the signal's reason when aborted. No other false input gets as far
 * as a proof.
 */
export async function proveJob(job: StateJob, backends: ProvingBackends, options: ProofOptions = {}): Promise<BatchProof> {
  const start = performance.now();
  const phaseSeconds: Partial<Record<ProofPhase, number>> = {};
  let current: { phase: ProofPhase; since: number } | undefined;
  const enter = (phase: ProofPhase | undefined): void => {
    const now = performance.now();
    if (current !== undefined) phaseSeconds[current.phase] = (phaseSeconds[current.phase] ?? 0) + (now - current.since) / 1000;
    current = phase === undefined ? undefined : { phase, since: now };
  };
  enter("trace");
  options.onProgress?.({ phase: "trace", fraction: 0 });
  const { system, programs } = sharedKey();
  const trace = buildTrace(job.witness, job.statement.point);
  checkStatement(job, trace);
  const statement = encodeStatement(job.statement);
  const input: ProverInput = { statement, auxiliary: [trace.auxiliary], traces: [trace.columns] };
  const { proof, backend } = await backends.prove({
    signal: options.signal,
    free: () => freeNow(trace.columns),
    plan: {
      shape: String(trace.logRows),
      make: (device) =>
        prove(system, input, device, { ...(options.signal === undefined ? {} : { signal: options.signal }), programs }),
    },
    make: (device, onTracesRead) =>
      prove(system, input, device, {
        ...(options.signal === undefined ? {} : { signal: options.signal }),
        ...(onTracesRead === undefined ? {} : { onTracesRead }),
        programs,
        onProgress(phase, fraction) {
          if (phase !== current?.phase) enter(phase);
          options.onProgress?.({ phase, fraction });
        },
      }),
    refusalOf: (candidate) => {
      const verdict = verify(system, statement, candidate);
      return verdict.ok ? undefined : verdict.rejection.code;
    },
  });
  enter(undefined);
  return {
    proof,
    statement,
    metrics: {
      backend: backend.name,
      workers: backend.workers,
      logRows: trace.logRows,
      cells: trace.columns.length * 2 ** trace.logRows,
      seconds: (performance.now() - start) / 1000,
      phaseSeconds,
    },
  };
}

/** Collected as garbage, the columns of three proofs would lie there at a time: tens of MiB each. */
function freeNow(columns: readonly Uint32Array[]): void {
  for (const buffer of new Set(columns.map((column) => column.buffer))) {
    if (buffer instanceof ArrayBuffer) buffer.transfer(0);
  }
}

function checkStatement(job: StateJob, trace: StateTransitionTrace): void {
  const { statement } = job;
  const expected = {
    oldStateRoot: trace.oldStateRoot,
    newStateRoot: trace.newStateRoot,
    diffDigest: trace.diffDigest,
    evaluation: trace.y,
  };
  const outputs = job.witness.operations.at(-1)?.entry.value;
  if (outputs !== BigInt(statement.outputsHash)) {
    throw new ProofError(
      "StatementMismatch",
      `the statement's outputsHash is ${statement.outputsHash}, the last entry is ${outputs}`,
    );
  }
  for (const [field, value] of Object.entries(expected)) {
    const got = statement[field as keyof typeof expected];
    if (got.length !== value.length || got.some((element, i) => element !== value[i])) {
      throw new ProofError("StatementMismatch", `the statement's ${field} is ${got.join()}, the witness gives ${value.join()}`);
    }
  }
}
