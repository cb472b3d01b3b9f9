import type { SequencedBlock } from "../../chain/ordering/batch-reducer.ts";
import { inputTransaction } from "../../chain/verification/batch-inputs.ts";
import type { BatchInputs, InputBlock } from "../../chain/verification/batch-inputs.ts";
import type { TemporaryValues } from "../../ledger/temporary-values.ts";
import type { Hex } from "../../protocol/hex.ts";

/** Batches whose inputs are in memory, for members that lag behind. */
const KEPT_BATCHES = 64n;

/** Blocks of batches, by the batch's number. */
export type OlderInputs = Pick<TemporaryValues<readonly InputBlock[]>, "get" | "set" | "deleteFrom">;

/** Remembers what batches consist of: the newest in memory, older ones where it is told to. */
export class BatchRecorder {
  readonly #genesisHash: () => Promise<Hex>;
  readonly #older: OlderInputs | undefined;
  readonly #batches = new Map<bigint, InputBlock[]>();
  /** The last hash of the batch that was moved out last: the next one begins behind it. */
  #movedOut: { readonly batchNumber: bigint; readonly lastHash: Hex | undefined } | undefined;

  /** `genesisHash` is block 0's. `older` takes what is not in memory, for members that start again with the first batch. */
  constructor(genesisHash: () => Promise<Hex>, older?: OlderInputs) {
    this.#genesisHash = genesisHash;
    this.#older = older;
  }

  /** Takes the chain's next block; one that was taken before, and all after it, are forgotten: the chain went back. */
  add({ environment, hash, batchNumber, transactions }: SequencedBlock): void {
    for (const [number, blocks] of this.#batches) {
      if (number > batchNumber) this.#batches.delete(number);
      else while ((blocks.at(-1)?.environment.number ?? -1n) >= environment.number) blocks.pop();
    }
    const blocks = this.#batches.get(batchNumber) ?? this.#takeBack(batchNumber, environment.number);
    this.#batches.set(batchNumber, blocks);
    blocks.push({ environment, hash, transactions: transactions.map(inputTransaction) });
    this.#moveOut(batchNumber - KEPT_BATCHES);
  }

  /** Rejects with RangeError for a batch that is not remembered. */
  async inputs(batchNumber: bigint): Promise<BatchInputs> {
    const blocks = this.#blocks(batchNumber);
    if (blocks === undefined) throw new RangeError(`the inputs of batch ${batchNumber} are not remembered`);
    const parentHash = this.#lastHash(batchNumber - 1n) ?? (await this.#genesisHash());
    return { batchNumber, parentHash, blocks };
  }

  #lastHash(batchNumber: bigint): Hex | undefined {
    const remembered = this.#blocks(batchNumber)?.at(-1)?.hash;
    return remembered ?? (this.#movedOut?.batchNumber === batchNumber ? this.#movedOut.lastHash : undefined);
  }

  #blocks(batchNumber: bigint): readonly InputBlock[] | undefined {
    return this.#batches.get(batchNumber) ?? this.#older?.get(batchNumber);
  }

  /** The blocks of a batch that is not in memory, before the one with this number. */
  #takeBack(batchNumber: bigint, before: bigint): InputBlock[] {
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
