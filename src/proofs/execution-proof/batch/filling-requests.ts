import type { RomRow } from "../../machine/rom/rom-row.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { ProverInput } from "../../stark/proving/prover-input.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { CrowdedSteps, FilledChunk } from "./chunk-filling.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { UnprovenExecution } from "./unproven-execution.ts";
import type { CutOptions, PlannedBatch } from "./planned-batch.ts";

/** Steps that are to be cut. */
export interface CrowdedChunk extends CrowdedSteps {
  readonly kind: "crowded";
}

/** Before which step to cut it. */
export function middleOf({ firstStep, count }: CrowdedChunk): number {
  return firstStep + Math.ceil(count / 2);
}

/** A chunk or a segment of the last one; or why the batch is to be cut otherwise, or has no proof. */
export type Filled =
  | (FilledChunk & { readonly kind: "chunk" })
  | CrowdedChunk
  | { readonly kind: "segment"; readonly input: ProverInput }
  | UnprovenExecution;

/** Jobs of the filler's thread. */
export type FillingJob =
  | { readonly type: "start" }
  | ({ readonly type: "plan"; readonly witness: ExecutionWitness; readonly claim: ExecutionClaim } & CutOptions)
  /** Cells that a step may have without being cut. */
  | { readonly type: "fill"; readonly chunk: Uint8Array; readonly segmentCells: number }
  | { readonly type: "segment"; readonly index: number };

/** Answers of the thread; empty after its start. */
export type FillingAnswer = Filled | PlannedBatch | undefined;

/** Start data of the thread. */
export interface FillingThreadSetup {
  readonly protocolVersion: bigint;
  readonly parameters: ProofParameters;
  /** The rows of the version's kernel. */
  readonly rows: readonly RomRow[];
}
