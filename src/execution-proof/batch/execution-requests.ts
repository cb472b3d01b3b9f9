import type { ProofParameters } from "../../stark/parameters.ts";
import type { BatchWitness } from "./batch-witness.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { LabelledExecution } from "./execution-label.ts";
import type { ExecutionRefusal } from "./execution-proof-error.ts";
import type { ExecutionProgress, ProvenExecution } from "./proven-execution.ts";
import type { VerifiedExecution } from "./verify-execution.ts";

/** From the caller to the thread. */
export type ExecutionRequest =
  | { readonly id: number; readonly type: "prove"; readonly witness: BatchWitness; readonly claim: ExecutionClaim }
  | { readonly id: number; readonly type: "verify"; readonly claim: ExecutionClaim; readonly proof: Uint8Array }
  | { readonly id: number; readonly type: "cancel" };

/** What comes of a request. */
export type Answer = ProvenExecution | LabelledExecution | VerifiedExecution;

/** From the thread to the caller. */
export type ExecutionReply =
  | { readonly id: number; readonly type: "progress"; readonly progress: ExecutionProgress }
  | { readonly id: number; readonly type: "done"; readonly result: Answer }
  | { readonly id: number; readonly type: "refused"; readonly code: ExecutionRefusal; readonly message: string }
  | { readonly id: number; readonly type: "failed"; readonly reason: string };

/** What the thread is started with. */
export interface ExecutionThreadSetup {
  readonly workers: number | undefined;
  readonly parameters: ProofParameters | undefined;
  readonly acceptsWeakParameters: boolean;
  readonly mostCells: number | undefined;
}
