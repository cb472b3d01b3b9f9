import type { BlockEnvironment } from "../chain/model/block.ts";
import type { TemporaryValues } from "../ledger/temporary-values.ts";
import type { Hex } from "../protocol/hex.ts";

/** What is remembered of a block. */
interface NamedBlock {
  readonly environment: Pick<BlockEnvironment, "number">;
  readonly hash: Hex;
}

/** Batches whose blocks are in memory, for those who lag behind. */
const IN_MEMORY = 64n;

/** Blocks of batches, by the batch's number. */
export type OlderBlocks<Block> = Pick<TemporaryValues<readonly Block[]>, "get" | "set" | "deleteFrom">;

/** Remembers the blocks of batches: the newest in memory, older ones where it is told to. It follows a chain that goes back. */
export class BatchBlocks<Block extends NamedBlock> {
  readonly #older: OlderBlocks<Block> | undefined;
  readonly #batches = new Map<bigint, Block[]>();
  /** The last hash of the batch that was moved out last: the next one begins behind it. */
  #movedOut: { readonly batchNumber: bigint; readonly lastHash: Hex | undefined } | undefined;

  constructor(older?: OlderBlocks<Block>) {
    this.#older = older;
  }

  /** Takes the chain's next block; one that was taken before, and all after it, are forgotten: the chain went back. */
  add(batchNumber: bigint, block: Block): void {
    const { number: next } = block.environment;
    for (const [number, blocks] of this.#batches) {
      if (number > batchNumber) this.#batches.delete(number);
      else while ((blocks.at(-1)?.environment.number ?? -1n) >= next) blocks.pop();
    }
    const blocks = this.#batches.get(batchNumber) ?? this.#takeBack(batchNumber, next);
    this.#batches.set(batchNumber, blocks);
    blocks.push(block);
    this.#moveOut(batchNumber - IN_MEMORY);
  }

  /** Undefined for a batch that is not remembered. */
  of(batchNumber: bigint): readonly Block[] | undefined {
    return this.#batches.get(batchNumber) ?? this.#older?.get(batchNumber);
  }

  /** Hash of a batch's last block; undefined where it is not remembered. */
  lastHash(batchNumber: bigint): Hex | undefined {
    const remembered = this.of(batchNumber)?.at(-1)?.hash;
    return remembered ?? (this.#movedOut?.batchNumber === batchNumber ? this.#movedOut.lastHash : undefined);
  }

  /** The blocks of a batch that is not in memory, before the one with this number. */
  #takeBack(batchNumber: bigint, before: bigint): Block[] {
    const blocks = this.#older?.get(batchNumber) ?? [];
    this.#older?.deleteFrom(batchNumber);
    return blocks.filter(({ environment }) => environment.number < before);
  }

  #moveOut(batchNumber: bigint): void {
    const blocks = this.#batches.get(batchNumber);
    if (blocks === undefined) return;
    this.#older?.set(batchNumber, blocks);
    this.#movedOut = { batchNumber, lastHash: blocks.at(-1)?.hash };
    this.#batches.delete(batchNumber);
  }
}
