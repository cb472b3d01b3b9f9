import { hashOutputs, type BatchOutputs } from "../../ground/protocol/outputs.ts";
import { splitOutputs } from "../model/outputs-write.ts";
import type { SealedBatch } from "../model/sealed-batch.ts";
import type { OpenBatch } from "./open-batch.ts";
import type { NetChanges } from "../witness/net-changes.ts";

/** A closed batch, and what its closing transaction stored as the hash of its outputs: it must be `sealed.outputsHash`. */
interface ClosedBatch {
  readonly sealed: SealedBatch;
  readonly storedOutputs: bigint;
}

/** Data of a batch after its last block. `changes` are all of its effects. */
export function sealedFrom(
  batch: OpenBatch,
  outputs: BatchOutputs,
  changes: Pick<NetChanges, "writes" | "bytecodes">,
): ClosedBatch {
  const { logs, canonicalTxHashes, importedRoots, transactionCount } = batch;
  const { storedOutputs, writes } = splitOutputs(changes.writes);
  const { bytecodes } = changes;
  const outputsHash = hashOutputs(outputs);
  return {
    sealed: { outputs, outputsHash, logs, canonicalTxHashes, importedRoots, writes, bytecodes, transactionCount },
    storedOutputs,
  };
}
