import { digestOf } from "../core/digest-of.ts";
import type { Follower } from "../core/follower.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { digestToHex } from "../../ground/protocol/digest.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import { pubdataLogLeaves } from "../../ground/protocol/pubdata.ts";
import type { ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { FormedBatch } from "../batch/form-batch.ts";
import type { FormedResult } from "../batch/forming.ts";

/** Public facts of a sealed batch. */
export interface ArchivedBatch {
  readonly number: bigint;
  readonly protocolVersion: bigint;
  readonly firstBlock: bigint;
  readonly lastBlock: bigint;
  /** Timestamp of the last block, seconds. */
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
  /** Size of the data that it publishes, or gives to the holders of its data. */
  readonly pubdataBytes: number;
  readonly changes: BatchChanges;
  /** Binds what the batch does, without where its data is: what a committee signs. */
  readonly preCommitment: Hex;
}

/** Leaves of the state that a batch changed, by their kinds; the leaf that receives each batch's outputs is not counted. */
export type BatchChanges = Readonly<Record<keyof typeof LeafKind, LeafChanges>>;

interface LeafChanges {
  /** Number of new leaves. */
  readonly inserted: number;
  readonly updated: number;
}

/** The batches that this process has sealed, and those before that it was given, in order. */
export class BatchArchive implements Follower<FormedResult, number> {
  readonly name = "archive";
  #batches: ArchivedBatch[];

  constructor(stored: readonly ArchivedBatch[] = []) {
    this.#batches = [...stored];
  }

  /** All of them; not to be changed, and of use until one comes. */
  get contents(): readonly ArchivedBatch[] {
    return this.#batches;
  }

  on({ formed }: FormedResult): void {
    if (formed !== undefined) this.#add(formed);
  }

  mark(): number {
    return this.#batches.length;
  }

  /** Drops all batches after the first `count`. */
  returnTo(count: number): void {
    this.#batches = this.#batches.slice(0, count);
  }

  digest(): Hex {
    return digestOf(this.#batches);
  }

  #add(formed: FormedBatch): void {
    const { outputs, newStateRoot, commitment, preCommitment, logs, canonicalTxHashes, importedRoots } = formed;
    const { transactionCount, protocolVersion, pubdata } = formed;
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
      pubdataBytes: pubdata.length,
      changes: changesOf(formed),
      preCommitment,
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
}

/** Published updates name a leaf by its index alone; what was written says of which kind it is. */
function changesOf({ writes, entries }: Pick<FormedBatch, "writes" | "entries">): BatchChanges {
  const count = (leafKind: LeafKind): LeafChanges => {
    const inserted = entries.filter((entry) => entry.type === "insertion" && entry.leafKind === leafKind).length;
    return { inserted, updated: writes.filter((write) => write.leafKind === leafKind).length - inserted };
  };
  return {
    storage: count(LeafKind.storage),
    account: count(LeafKind.account),
    codeHash: count(LeafKind.codeHash),
    codeDigest: count(LeafKind.codeDigest),
  };
}
