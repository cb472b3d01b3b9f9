import type { CardSetup } from "../../devices/card-setup.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { ProofParameters } from "../../stark/systems/parameters.ts";
import type { ExecutionWitness } from "./batch-witness.ts";
import type { ChunkEnds } from "./chunk-statement.ts";
import type { ExecutionClaim } from "./execution-claim.ts";
import type { UnprovenExecution } from "./unproven-execution.ts";
import type { ExecutionRefusal } from "./execution-proof-error.ts";
import type { CrowdedChunk } from "./filling-requests.ts";
import type { CutOptions, PlannedBatch } from "./planned-batch.ts";
import type { MadeChunk } from "./proven-execution.ts";
import type { VerifiedExecution } from "./verify-execution.ts";

/** Jobs of the thread. */
export type ExecutionJob =
  | ({ readonly type: "plan"; readonly witness: ExecutionWitness; readonly claim: ExecutionClaim } & Pick<CutOptions, "cuts">)
  | { readonly type: "chunk"; readonly chunk: AskedChunk }
  | { readonly type: "check"; readonly protocolVersion: bigint; readonly ends: ChunkEnds; readonly proof: Uint8Array }
  | { readonly type: "prepare"; readonly protocolVersion: bigint }
  | { readonly type: "verify"; readonly claim: ExecutionClaim; readonly proof: Uint8Array };

/** A chunk to be proven. */
export interface AskedChunk {
  readonly protocolVersion: bigint;
  /** Digest of the key that its proofs are verified with. */
  readonly key: Hex;
  /** `encodeChunkInput`. */
  readonly input: Uint8Array;
}

/** A batch cut into chunks, and what their proofs are verified with. */
export interface KeyedBatch extends PlannedBatch {
  /** Digest of the key. */
  readonly program: Uint8Array;
  readonly provenBits: number;
}

/** Results of the jobs: for a check the reason of a refusal, or nothing. */
export type ExecutionAnswer = KeyedBatch | MadeChunk | CrowdedChunk | UnprovenExecution | VerifiedExecution | string | undefined;

/** Why nothing comes of it: the proof is refused, or the thread has a fault. */
export type ExecutionFailure =
  | { readonly kind: "refused"; readonly code: ExecutionRefusal; readonly message: string }
  | { readonly kind: "fault"; readonly reason: string };

/** Start data of the thread. */
export interface ExecutionThreadSetup {
  readonly workers: number | undefined;
  readonly parameters: ProofParameters | undefined;
  readonly acceptsWeakParameters: boolean;
  readonly mostCells: number | undefined;
  readonly card: CardSetup | undefined;
}
