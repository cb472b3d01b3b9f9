import { digestOf } from "../../core/digest-of.ts";
import type { Follower } from "../../core/follower.ts";
import type { CommandResult } from "../../chain/ordering/batch-reducer.ts";
import { inputTransaction } from "../../chain/verification/batch-inputs.ts";
import type { BatchInputs, InputBlock } from "../../chain/verification/batch-inputs.ts";
import { BatchBlocks } from "../../node/batch-blocks.ts";
import type { OlderBlocks } from "../../node/batch-blocks.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Blocks of batches, by the batch's number. */
export type OlderInputs = OlderBlocks<InputBlock>;

/** Remembers what batches consist of: the newest in memory, older ones where it is told to. */
export class BatchRecorder implements Follower<CommandResult, ReturnType<BatchBlocks<InputBlock>["mark"]>> {
  readonly name = "inputs";
  readonly #genesisHash: () => Promise<Hex>;
  readonly #blocks: BatchBlocks<InputBlock>;

  /** `genesisHash` is block 0's. `older` takes what is not in memory, for members that start again with the first batch. */
  constructor(genesisHash: () => Promise<Hex>, older?: OlderInputs) {
    this.#genesisHash = genesisHash;
    this.#blocks = new BatchBlocks(older);
  }

  on({ batchNumber, blocks }: Pick<CommandResult, "batchNumber" | "blocks">): void {
    for (const { environment, hash, transactions } of blocks)
      this.#blocks.add(batchNumber, { environment, hash, transactions: transactions.map(inputTransaction) });
  }

  mark(): ReturnType<BatchBlocks<InputBlock>["mark"]> {
    return this.#blocks.mark();
  }

  returnTo(mark: ReturnType<BatchBlocks<InputBlock>["mark"]>): void {
    this.#blocks.returnTo(mark);
  }

  digest(): Hex {
    const newest = this.#blocks.mark();
    return digestOf(newest === undefined ? [] : [this.#blocks.hashes, this.#blocks.of(newest.batchNumber)]);
  }

  /** Rejects with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: bigint): Promise<BatchInputs> {
    const blocks = this.#blocks.of(batchNumber);
    if (blocks === undefined) throw new RangeError(`the inputs of batch ${batchNumber} are not remembered`);
    const parentHash = this.#blocks.lastHash(batchNumber - 1n) ?? (await this.#genesisHash());
    return { batchNumber, parentHash, blocks };
  }
}
