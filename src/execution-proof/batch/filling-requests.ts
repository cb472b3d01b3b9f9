import type { ProofParameters } from "../../stark/parameters.ts";
import type { ProverInput } from "../../stark/prover-input.ts";
import type { FilledChunk } from "./batch-filling.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { LabelledExecution } from "./execution-label.ts";

/** The batch's next chunk, or a segment of the last one; behind the last one its end; or why the batch has no proof. */
export type Filled =
  | (FilledChunk & { readonly kind: "chunk" })
  | { readonly kind: "segment"; readonly input: ProverInput }
  | { readonly kind: "end" }
  | LabelledExecution;

/** A batch whose first chunk is being filled. */
export interface BegunBatch {
  readonly first: Promise<Filled>;
  /** Resolves once its chunks are planned, and never where it has no proof. */
  readonly planned: Promise<void>;
}

/** How many cells a chunk of several steps may have, and a step that is not cut. */
interface CellLimits {
  readonly mostCells: number;
  readonly segmentCells: number;
}

/** What the filler's thread is asked for. */
export type FillingJob =
  | { readonly type: "start" }
  | ({ readonly type: "begin"; readonly witness: BatchWitness; readonly claim: ExecutionClaim } & CellLimits)
  | { readonly type: "segment"; readonly index: number }
  | { readonly type: "next" };

/** What the thread is started with. */
export interface FillingThreadSetup {
  readonly protocolVersion: bigint;
  readonly parameters: ProofParameters;
}
