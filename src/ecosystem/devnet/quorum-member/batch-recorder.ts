import { digestOf } from "../../../chain/core/digest-of.ts";
import type { Follower } from "../../../chain/core/follower.ts";
import type { CommandResult } from "../../../chain/ordering/batch-reducer.ts";
import { inputTransaction, type BatchInputs, type InputBlock } from "../../../chain/verification/batch-inputs.ts";
import type { TemporaryValues } from "../../../chain/ledger/temporary-values.ts";
import type { Hex } from "../../../ground/protocol/hex.ts";
import type { BatchNumber } from "../../../ground/protocol/ids.ts";

/** Batches whose blocks are in memory, for those who lag behind. */
const IN_MEMORY = 64n;

/** Blocks of batches, by the batch's number. */
export type OlderInputs = Pick<TemporaryValues<readonly InputBlock[]>, "get" | "set" | "deleteFrom">;

/** The last hash of the batch that was moved out of memory last: the next one begins behind it. */
interface MovedOut {
  readonly batchNumber: BatchNumber;
  readonly lastHash: Hex | undefined;
}

/** Number of batches in memory: a rewind can drop more batches than these. */
interface RecorderMark {
  /** The newest one that has blocks; undefined before the first block. */
  readonly newest: BatchNumber | undefined;
  readonly batches: ReadonlyMap<BatchNumber, InputBlock[]>;
  readonly movedOut: MovedOut | undefined;
}

/** Stores the inputs of batches: the newest in memory, older ones on request. */
export class BatchRecorder implements Follower<CommandResult, RecorderMark> {
  readonly name = "inputs";
  readonly #genesisHash: () => Promise<Hex>;
  readonly #older: OlderInputs | undefined;
  #batches = new Map<BatchNumber, InputBlock[]>();
  #newest: BatchNumber | undefined;
  #movedOut: MovedOut | undefined;

  /** `genesisHash` is block 0's. `older` takes what is not in memory, for members that start again with the first batch. */
  constructor(genesisHash: () => Promise<Hex>, older?: OlderInputs) {
    this.#genesisHash = genesisHash;
    this.#older = older;
  }

  on({ batchNumber, blocks }: Pick<CommandResult, "batchNumber" | "blocks">): void {
    if (blocks.length === 0) return;
    const known = this.#batches.get(batchNumber) ?? [];
    this.#batches.set(batchNumber, known);
    this.#newest = batchNumber;
    for (const { environment, hash, transactions } of blocks)
      known.push({ environment, hash, transactions: transactions.map(inputTransaction) });
    this.#moveOut(batchNumber - IN_MEMORY);
  }

  mark(): RecorderMark {
    const newest = this.#newest;
    const batches = new Map(this.#batches);
    // Others have all of their blocks.
    if (newest !== undefined) batches.set(newest, [...(batches.get(newest) ?? [])]);
    return { newest, batches, movedOut: this.#movedOut };
  }

  /** Forgets what came after the mark. */
  returnTo({ newest, batches, movedOut }: RecorderMark): void {
    this.#newest = newest;
    this.#batches = new Map(batches);
    this.#movedOut = movedOut;
    // What is in memory again is moved out again.
    const [first = 0n] = batches.keys();
    this.#older?.deleteFrom(first);
  }

  digest(): Hex {
    const hashes = new Map([...this.#batches].map(([number, blocks]) => [number, blocks.map(({ hash }) => hash)]));
    const open = this.#newest === undefined ? [] : this.#batches.get(this.#newest);
    return digestOf([hashes, this.#newest, open, this.#movedOut]);
  }

  /** Throws RangeError for a batch that is not remembered. */
  blocks(batchNumber: BatchNumber): readonly InputBlock[] {
    const blocks = this.#of(batchNumber);
    if (blocks === undefined) throw new RangeError(`the inputs of batch ${batchNumber} are not remembered`);
    return blocks;
  }

  /** Rejects with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: BatchNumber): Promise<BatchInputs> {
    const blocks = this.blocks(batchNumber);
    const parentHash = this.#lastHash(batchNumber - 1n) ?? (await this.#genesisHash());
    return { batchNumber, parentHash, blocks };
  }

  #of(batchNumber: BatchNumber): readonly InputBlock[] | undefined {
    return this.#batches.get(batchNumber) ?? this.#older?.get(batchNumber);
  }

  /** Hash of a batch's last block; undefined where it is not remembered. */
  #lastHash(batchNumber: BatchNumber): Hex | undefined {
    const remembered = this.#of(batchNumber)?.at(-1)?.hash;
    return remembered ?? (this.#movedOut?.batchNumber === batchNumber ? this.#movedOut.lastHash : undefined);
  }

  #moveOut(batchNumber: BatchNumber): void {
    const blocks = this.#batches.get(batchNumber);
    if (blocks === undefined) return;
    this.#older?.set(batchNumber, blocks);
    this.#movedOut = { batchNumber, lastHash: blocks.at(-1)?.hash };
    this.#batches.delete(batchNumber);
  }
}
