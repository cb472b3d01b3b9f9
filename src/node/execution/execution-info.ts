import type { ExecutionLabel } from "../../execution-proof/batch/execution-label.ts";
import type { ExecutionProgress } from "../../execution-proof/batch/execution-progress.ts";
import type { Hex } from "../../protocol/hex.ts";
import type { BatchOutputs } from "../../protocol/outputs.ts";

/** A batch without a proof of its execution. */
export interface LabelledBatchInfo {
  readonly batch: number;
  /** "disagreement": the machine came to another state than the chain, so one of them is wrong. */
  readonly reason: ExecutionLabel;
  readonly detail: string;
}

/** What is proven of the execution of a chain's batches. */
export interface ExecutionInfo {
  /** The last batch up to which each has a proof that this node has checked; absent while the first has none. */
  readonly provenUpTo?: number;
  /** Batches with such a proof, beyond it too. */
  readonly proven: number;
  readonly labelled: readonly LabelledBatchInfo[];
  /** Batches of which a proof is to be made, the one that is under way first. */
  readonly pending: readonly number[];
  /** Those of `pending` that had a proof by older software, which is refused now; absent if no batch had one. */
  readonly outdated?: readonly number[];
  /** The proof that is being made; absent where none is. */
  readonly proving?: ExecutionProgress & { readonly batch: number };
}

/** Answer of `hyperchain_getExecutionProof`. Numbers of the outputs are decimal strings. */
export type ExecutionProofInfo =
  | { readonly kind: "trusted" }
  | { readonly kind: "waiting"; readonly batch: number }
  | ({ readonly kind: "proving"; readonly batch: number } & ExecutionProgress)
  | ({ readonly kind: "labelled" } & LabelledBatchInfo)
  /** This node has made and checked a proof, and keeps those of newer batches alone. */
  | ({ readonly kind: "pruned" } & ProofMade)
  | ({
      readonly kind: "proven";
      /** What was committed beside the batch's record, of which L1 has the hash. */
      readonly outputs: Readonly<Record<keyof BatchOutputs, string>>;
      /** Received the fees. */
      readonly coinbase: Hex;
      readonly proof: Hex;
    } & ProofMade);

/** A proof that was made and checked. */
interface ProofMade {
  readonly batch: number;
  readonly chunks: number;
  readonly provenBits: number;
  readonly seconds: number;
}
