import type { EncryptionStatus } from "./encrypted-mempool.ts";
import type { VoteEvidence } from "../evidence-list.ts";
import type { FaultsOfNodes } from "./node-faults.ts";
import type { NodesStatus } from "./nodes-status.ts";

/** Nodes that decide a chain together. */
export interface ChainNodes {
  readonly count: number;
  readonly status: NodesStatus;
  /** Encryption of transactions to the nodes; undefined if they open no envelopes. */
  readonly encryption: EncryptionStatus | undefined;
  /** Contrary votes of nodes, also of earlier processes, which L1 judges if their keys are staked. */
  readonly evidence: readonly VoteEvidence[];
  /** Deletes all evidence: L1 has returned to an earlier state. */
  forgetEvidence(): void;
  /** Replaces all faults. Crashed nodes end, and start with their votes when they are honest again. */
  setFaults(faults: FaultsOfNodes): void;
}
