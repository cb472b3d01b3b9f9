import type { ProofParameters } from "../../stark/parameters.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { LabelledExecution } from "./execution-label.ts";
import type { ExecutionRefusal } from "./execution-proof-error.ts";
import type { ProvenExecution } from "./proven-execution.ts";
import type { VerifiedExecution } from "./verify-execution.ts";

/** What the thread is asked for. */
export type ExecutionJob =
  | { readonly type: "prove" | "examine"; readonly witness: BatchWitness; readonly claim: ExecutionClaim }
  | { readonly type: "prepare"; readonly protocolVersion: bigint }
  | { readonly type: "verify"; readonly claim: ExecutionClaim; readonly proof: Uint8Array };

/** What comes of it. */
export type ExecutionAnswer = ProvenExecution | LabelledExecution | VerifiedExecution | undefined;

/** Why nothing comes of it: the proof is refused, or the thread has a fault. */
export type ExecutionFailure =
  | { readonly kind: "refused"; readonly code: ExecutionRefusal; readonly message: string }
  | { readonly kind: "fault"; readonly reason: string };

/** What the thread is started with. */
export interface ExecutionThreadSetup {
  readonly workers: number | undefined;
  readonly parameters: ProofParameters | undefined;
  readonly acceptsWeakParameters: boolean;
  readonly mostCells: number | undefined;
}
