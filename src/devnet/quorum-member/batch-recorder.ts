import type { SequencedBlock } from "../../chain/ordering/batch-reducer.ts";
import { inputTransaction } from "../../chain/verification/batch-inputs.ts";
import type { BatchInputs, InputBlock } from "../../chain/verification/batch-inputs.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Batches whose inputs are kept, for members that lag behind. */
const KEPT_BATCHES = 64n;

/** Remembers what the newest batches consist of. */
export class BatchRecorder {
  readonly #genesisHash: () => Promise<Hex>;
  readonly #kept: bigint | undefined;
  readonly #batches = new Map<bigint, InputBlock[]>();

  /** `genesisHash` is block 0's. "all": members start again with the chain's first batch. */
  constructor(genesisHash: () => Promise<Hex>, kept: bigint | "all" = KEPT_BATCHES) {
    this.#genesisHash = genesisHash;
    this.#kept = kept === "all" ? undefined : kept;
  }

  /** Takes the chain's next block; one that was taken before, and all after it, are forgotten: the chain went back. */
  add({ environment, hash, batchNumber, transactions }: SequencedBlock): void {
    for (const [number, blocks] of this.#batches) {
      if (number > batchNumber) this.#batches.delete(number);
      else while ((blocks.at(-1)?.environment.number ?? -1n) >= environment.number) blocks.pop();
    }
    const blocks = this.#batches.get(batchNumber) ?? [];
    this.#batches.set(batchNumber, blocks);
    blocks.push({ environment, hash, transactions: transactions.map(inputTransaction) });
    if (this.#kept !== undefined) this.#batches.delete(batchNumber - this.#kept);
  }

  /** Rejects with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: bigint): Promise<BatchInputs> {
    const blocks = this.#batches.get(batchNumber);
    if (blocks === undefined) throw new RangeError(`the inputs of batch ${batchNumber} are not remembered`);
    const parentHash = this.#batches.get(batchNumber - 1n)?.at(-1)?.hash ?? (await this.#genesisHash());
    return { batchNumber, parentHash, blocks };
  }
}
