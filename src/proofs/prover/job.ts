import { NamedError } from "../../ground/errors/named-error.ts";
import type { ChainId } from "../../ground/protocol/ids.ts";
import type { StateTransitionWitness } from "../../ground/protocol/state-transition-witness.ts";
import type { BatchStatement } from "../../ground/protocol/statement.ts";
import type { ProofPhase } from "../stark/proving/column-prover.ts";

/** Everything a prover needs for one batch. Plain data: it crosses thread boundaries by structured clone. */
export interface StateJob {
  readonly witness: StateTransitionWitness;
  /** Statement to prove; one that the witness does not support is refused before any proving work. */
  readonly statement: BatchStatement;
  /** Protocol version of the batch: its verifier checks the proof. */
  readonly protocolVersion: bigint;
}

/**
 * Phase of a pending proof. "queued": it waits for a prover, also for another one after the first was lost.
 */
export type ProvingPhase = "queued" | ProofPhase;

/** Progress of a proof. */
export interface ProofProgress {
  readonly phase: ProvingPhase;
  /** Part of this phase that is done, 0…1. */
  readonly fraction: number;
  /** Name of the fleet's worker; absent if this process makes the proof. */
  readonly worker?: string;
  /** Progress of the tree of proofs up to the one for L1; absent for a proof without others below it. */
  readonly tree?: TreeProgress;
  /** Progress of the execution proof, for a batch whose execution L1 checks. */
  readonly execution?: ExecutionStage;
}

/** Progress of the proof of a batch's execution. */
export type ExecutionStage =
  | { readonly kind: "waiting" | "proven" }
  | {
      readonly kind: "proving";
      /** The first one without a proof, from 0, and about how many there will be. */
      readonly chunk: number;
      readonly chunks: number;
      /** Phase of that chunk's proof; "plan" while the batch is cut into chunks. */
      readonly phase: ProvingPhase | "plan";
      readonly fraction: number;
      readonly worker?: string;
    };

/** Progress of a tree of proofs. */
export interface TreeProgress {
  /** Kind of the proof that is being made: "leaf", "wrap". */
  readonly kind: string;
  /** Proofs that are made, and how many there are, the last one included. */
  readonly made: number;
  readonly proofs: number;
}

/** A finished proof with the statement that it proves. */
export interface BatchProof {
  readonly proof: Uint8Array;
  /** The encoded statement that the verifiers hash; see `protocol/statement.ts`. */
  readonly statement: Uint8Array;
  readonly metrics: ProofMetrics;
}

/** Size of a proof, and the time that its phases took. */
export interface ProofMetrics {
  readonly backend: string;
  readonly workers: number;
  /** Name of the fleet's worker; absent if this process made the proof. */
  readonly worker?: string;
  readonly logRows: number;
  /** Cells of the main trace: rows × columns. */
  readonly cells: number;
  readonly seconds: number;
  readonly phaseSeconds: Readonly<Partial<Record<ProofPhase, number>>>;
}

export interface ProofOptions {
  /** Whose proof it is, where several chains share a prover: they take turns. */
  readonly chain?: ChainId;
  /** Aborting rejects the promise with the signal's reason and frees what the job held. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: ProofProgress) => void;
}

/** Why the prover's thread could not make a proof. */
export interface ProofFailure {
  readonly code: string;
  readonly message: string;
}

/** A proof could not be made. `code` is stable: the witness's or the engine's own code, `ProverThreadLost` or `ProverStopped`. */
export class ProofError extends NamedError<string> {
  override readonly name = "ProofError";
}
