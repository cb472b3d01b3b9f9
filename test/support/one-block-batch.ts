import type { SealedBatch } from "../../src/chain/model/sealed-batch.ts";
import type { Hex } from "../../src/ground/protocol/hex.ts";
import { l2LogTreeRoot } from "../../src/ground/protocol/l2-log.ts";
import { hashOutputs } from "../../src/ground/protocol/outputs.ts";
import { pubdataLogLeaves, type PubdataLog } from "../../src/ground/protocol/pubdata.ts";
import { importedRootsRollingHash, priorityOpsRollingHash, type ImportedRoot } from "../../src/ground/protocol/rolling-hash.ts";
import { NO_COINBASE } from "../../src/chain/settlement/batch/settlement-batch.ts";
import { SOME_EXTENSIONS } from "./extensions.ts";

/** Content of a batch that no chain has executed; omitted parts are empty. */
export interface OneBlockContent {
  readonly writes?: SealedBatch["writes"];
  readonly bytecodes?: readonly Hex[];
  readonly logs?: readonly PubdataLog[];
  readonly canonicalTxHashes?: readonly Hex[];
  readonly importedRoots?: readonly ImportedRoot[];
  readonly extensions?: Hex;
}

/** Batch n as block n + 1 alone, with the outputs that its content has. `timestamp` in seconds. */
export function oneBlockBatch(batchNumber: bigint, timestamp: bigint, content: OneBlockContent): SealedBatch {
  const {
    writes = [],
    bytecodes = [],
    logs = [],
    canonicalTxHashes = [],
    importedRoots = [],
    extensions = SOME_EXTENSIONS,
  } = content;
  const outputs = {
    batchNumber,
    firstBlock: batchNumber + 1n,
    lastBlock: batchNumber + 1n,
    firstTimestamp: timestamp,
    lastTimestamp: timestamp,
    l2LogsTreeRoot: l2LogTreeRoot(pubdataLogLeaves(logs, canonicalTxHashes)),
    logCount: BigInt(logs.length),
    priorityOpCount: BigInt(canonicalTxHashes.length),
    priorityOpsRollingHash: priorityOpsRollingHash(canonicalTxHashes),
    importedRootCount: BigInt(importedRoots.length),
    importedRootsRollingHash: importedRootsRollingHash(importedRoots),
    cheatCount: 0n,
    extensions,
    coinbase: NO_COINBASE,
  };
  return {
    outputs,
    outputsHash: hashOutputs(outputs),
    logs,
    canonicalTxHashes,
    importedRoots,
    writes,
    bytecodes,
    transactionCount: 0,
  };
}
