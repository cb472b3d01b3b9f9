import type { Hex } from "../../ground/protocol/hex.ts";
import type { BatchOutputs } from "../../ground/protocol/outputs.ts";
import type { PubdataLog } from "../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { GenesisLeaf } from "./genesis.ts";

/** A finished batch as the sequencer hands it on: what it did, before anything is hashed for L1. Plain data. */
export interface SealedBatch {
  readonly outputs: BatchOutputs;
  /** Equal to what the closing transaction wrote on L2. */
  readonly outputsHash: Hex;
  /** Messages and results of priority operations, in order. */
  readonly logs: readonly PubdataLog[];
  readonly canonicalTxHashes: readonly Hex[];
  readonly importedRoots: readonly ImportedRoot[];
  /** Net changes of the state without the outputs slot, each leaf once. */
  readonly writes: readonly GenesisLeaf[];
  /** Code that accounts received in this batch, whether or not an earlier batch published it. */
  readonly bytecodes: readonly Hex[];
  /** Transactions other than the sequencer's own. */
  readonly transactionCount: number;
}
