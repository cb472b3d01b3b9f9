import type { Hex } from "../../protocol/hex.ts";
import { digestToHex } from "../../protocol/digest.ts";
import { pubdataLogLeaves } from "../../protocol/pubdata.ts";
import type { ImportedRoot } from "../../protocol/rolling-hash.ts";
import type { FormedBatch } from "../batch/form-batch.ts";

/** What readers may ask of a sealed batch. */
export interface ArchivedBatch {
  readonly number: bigint;
  readonly protocolVersion: bigint;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Of the last block, seconds. */
  readonly timestamp: bigint;
  readonly commitment: Hex;
  /** After the batch. */
  readonly stateRoot: Hex;
  /** Leaves of its log tree. */
  readonly logLeaves: readonly Hex[];
  readonly logRoot: Hex;
  readonly priorityOpCount: bigint;
  /** Other transactions, the chain's own not counted. */
  readonly transactionCount: number;
  readonly importedRoots: readonly ImportedRoot[];
}

/** The batches that this process has sealed, in order. */
export class BatchArchive {
  #batches: ArchivedBatch[] = [];

  add({
    outputs,
    newStateRoot,
    commitment,
    logs,
    canonicalTxHashes,
    importedRoots,
    transactionCount,
    protocolVersion,
  }: FormedBatch): void {
    this.#batches.push({
      number: outputs.batchNumber,
      protocolVersion,
      firstBlock: outputs.firstBlock,
      lastBlock: outputs.lastBlock,
      timestamp: outputs.lastTimestamp,
      commitment,
      stateRoot: digestToHex(newStateRoot),
      logLeaves: pubdataLogLeaves(logs, canonicalTxHashes),
      logRoot: outputs.l2LogsTreeRoot,
      priorityOpCount: outputs.priorityOpCount,
      transactionCount,
      importedRoots,
    });
  }

  /** Undefined for a batch that is not sealed, or was sealed before this process began. */
  batch(number: bigint): ArchivedBatch | undefined {
    const first = this.#batches[0]?.number;
    return first === undefined || number < first ? undefined : this.#batches[Number(number - first)];
  }

  /** The earliest sealed batch of a protocol version. */
  firstOf(protocolVersion: bigint): ArchivedBatch | undefined {
    return this.#batches.find((batch) => batch.protocolVersion === protocolVersion);
  }

  /** The newest sealed batch. */
  get last(): ArchivedBatch | undefined {
    return this.#batches.at(-1);
  }

  /** Forgets this batch and all later ones. */
  revertTo(number: bigint): void {
    this.#batches = this.#batches.filter((batch) => batch.number < number);
  }
}
