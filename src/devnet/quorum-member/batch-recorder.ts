import type { SequencedBlock } from "../../chain/ordering/batch-reducer.ts";
import { inputTransaction } from "../../chain/verification/batch-inputs.ts";
import type { BatchInputs, InputBlock } from "../../chain/verification/batch-inputs.ts";
import { BatchBlocks } from "../../node/batch-blocks.ts";
import type { OlderBlocks } from "../../node/batch-blocks.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Blocks of batches, by the batch's number. */
export type OlderInputs = OlderBlocks<InputBlock>;

/** Remembers what batches consist of: the newest in memory, older ones where it is told to. */
export class BatchRecorder {
  readonly #genesisHash: () => Promise<Hex>;
  readonly #blocks: BatchBlocks<InputBlock>;

  /** `genesisHash` is block 0's. `older` takes what is not in memory, for members that start again with the first batch. */
  constructor(genesisHash: () => Promise<Hex>, older?: OlderInputs) {
    this.#genesisHash = genesisHash;
    this.#blocks = new BatchBlocks(older);
  }

  /** Takes the chain's next block; one that was taken before, and all after it, are forgotten: the chain went back. */
  add({ environment, hash, batchNumber, transactions }: SequencedBlock): void {
    this.#blocks.add(batchNumber, { environment, hash, transactions: transactions.map(inputTransaction) });
  }

  /** Rejects with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: bigint): Promise<BatchInputs> {
    const blocks = this.#blocks.of(batchNumber);
    if (blocks === undefined) throw new RangeError(`the inputs of batch ${batchNumber} are not remembered`);
    const parentHash = this.#blocks.lastHash(batchNumber - 1n) ?? (await this.#genesisHash());
    return { batchNumber, parentHash, blocks };
  }
}
