import type { ReasonWithoutProof } from "../../../../src/proofs/execution-proof/batch/unproven-execution.ts";

/** Result of a batch of the suite. */
export interface ReplayedBatch {
  /** Path in the repository. */
  readonly file: string;
  readonly chain: number;
  readonly batch: number;
  /** Version of the chain's protocol. */
  readonly version: number;
  /** The first digits. */
  readonly commitment: string;
  /**
   * "followed": the machine's run has L1's record and state. "checked": its tables are filled, and satisfy every constraint
   * and lookup. "proven": another process has verified a proof of secure parameters. "shown": that, and the package's
   * contracts on an L1 have checked the one proof that is made of it. "refused": tables that break a constraint, or a proof
   * that is not accepted.
   */
  readonly outcome: "followed" | "checked" | "proven" | "shown" | "unproven" | "refused";
  readonly reason?: ReasonWithoutProof;
  readonly detail?: string;
  readonly steps: number;
  readonly messages: number;
  readonly operations: number;
  readonly imports: number;
  readonly cheats: number;
  /** Deployed or loaded. */
  readonly codes: number;
  /** Chunks of the proof. */
  readonly chunks?: number;
  readonly bytes?: number;
  readonly provenBits?: number;
  /** Number of proofs that the one for L1 depends on, itself included. */
  readonly proofs?: number;
  /** CPU seconds of these proofs, without those of the chunks, and of L1's check of the last one. */
  readonly onL1CpuSeconds?: number;
  /** CPU seconds in total, except those of the verifying process. */
  readonly cpuSeconds: number;
}

/** Batches of a file that have no proof, one line each. */
export function differences(file: string, batches: readonly ReplayedBatch[]): string[] {
  return batches
    .filter(({ outcome }) => outcome === "unproven")
    .map(({ batch, chain, reason, detail }) => `${file}: batch ${batch} of chain ${chain} has no proof (${reason}): ${detail}`);
}
