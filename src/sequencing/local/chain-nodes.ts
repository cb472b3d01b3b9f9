import type { EncryptionStatus } from "./encrypted-mempool.ts";
import type { FaultsOfNodes } from "./node-faults.ts";
import type { NodesStatus } from "./nodes-status.ts";

/** Nodes that decide a chain together. */
export interface ChainNodes {
  readonly count: number;
  readonly status: NodesStatus;
  /** Encryption of transactions to the nodes; undefined if they open no envelopes. */
  readonly encryption: EncryptionStatus | undefined;
  /** Replaces all faults. Crashed nodes end, and start with their votes when they are honest again. */
  setFaults(faults: FaultsOfNodes): void;
}
