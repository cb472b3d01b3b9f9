import type { BlockEnvironment } from "../chain/model/block.ts";
import type { TemporaryValues } from "../ledger/temporary-values.ts";
import type { Hex } from "../protocol/hex.ts";
import type { BatchNumber } from "../protocol/ids.ts";

/** What is remembered of a block. */
interface NamedBlock {
  readonly environment: Pick<BlockEnvironment, "number">;
  readonly hash: Hex;
}

/** Batches whose blocks are in memory, for those who lag behind. */
const IN_MEMORY = 64n;

/** Blocks of batches, by the batch's number. */
export type OlderBlocks<Block> = Pick<TemporaryValues<readonly Block[]>, "get" | "set" | "deleteFrom">;

/** The newest batch that has blocks, and how many those are; no batch before the first block. */
interface BlocksMark {
  readonly batchNumber: BatchNumber;
  readonly count: number;
}

/** Remembers the blocks of batches: the newest in memory, older ones where it is told to. */
export class BatchBlocks<Block extends NamedBlock> {
  readonly #older: OlderBlocks<Block> | undefined;
  readonly #batches = new Map<bigint, Block[]>();
  #newest: BatchNumber | undefined;
  /** The last hash of the batch that was moved out last: the next one begins behind it. */
  #movedOut: { readonly batchNumber: bigint; readonly lastHash: Hex | undefined } | undefined;

  constructor(older?: OlderBlocks<Block>) {
    this.#older = older;
  }

  /** Takes the chain's next block. */
  add(batchNumber: BatchNumber, block: Block): void {
    const blocks = this.#batches.get(batchNumber) ?? [];
    this.#batches.set(batchNumber, blocks);
    this.#newest = batchNumber;
    blocks.push(block);
    this.#moveOut(batchNumber - IN_MEMORY);
  }

  mark(): BlocksMark | undefined {
    const newest = this.#newest;
    return newest === undefined ? undefined : { batchNumber: newest, count: this.of(newest)?.length ?? 0 };
  }

  /** Forgets what came after the mark. */
  returnTo(mark: BlocksMark | undefined): void {
    const newest = mark?.batchNumber ?? -1n;
    for (const number of this.#batches.keys()) if (number > newest) this.#batches.delete(number);
    this.#newest = mark?.batchNumber;
    if (mark !== undefined) this.#batches.set(newest, [...(this.of(newest) ?? [])].slice(0, mark.count));
    this.#older?.deleteFrom(newest);
  }

  /** Undefined for a batch that is not remembered. */
  of(batchNumber: BatchNumber): readonly Block[] | undefined {
    return this.#batches.get(batchNumber) ?? this.#older?.get(batchNumber);
  }

  /** Hash of a batch's last block; undefined where it is not remembered. */
  lastHash(batchNumber: BatchNumber): Hex | undefined {
    const remembered = this.of(batchNumber)?.at(-1)?.hash;
    return remembered ?? (this.#movedOut?.batchNumber === batchNumber ? this.#movedOut.lastHash : undefined);
  }

  /** Hashes of the blocks in memory, by batch. */
  get hashes(): ReadonlyMap<BatchNumber, readonly Hex[]> {
    return new Map([...this.#batches].map(([number, blocks]) => [number, blocks.map(({ hash }) => hash)]));
  }

  #moveOut(batchNumber: BatchNumber): void {
    const blocks = this.#batches.get(batchNumber);
    if (blocks === undefined) return;
    this.#older?.set(batchNumber, blocks);
    this.#movedOut = { batchNumber, lastHash: blocks.at(-1)?.hash };
    this.#batches.delete(batchNumber);
  }
}
