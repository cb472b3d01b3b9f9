import type { StepRecord } from "../../ground/protocol/cross-chain-message.ts";
import type { Hex } from "../../ground/protocol/hex.ts";
import { ImportKind, importKindOf } from "../../ground/protocol/import-kinds.ts";
import { importedRootsRollingHash, type ImportedRoot } from "../../ground/protocol/rolling-hash.ts";
import type { BatchOnL1 } from "../../chain/settlement-layer/reader/l1-view.ts";

/** A root, statement or fact that a chain says it has imported. */
interface ImportRecord extends ImportedRoot {
  readonly at: StepRecord;
}

/** Imports of one chain, in order. No answer takes longer because many came before. */
export class ImportLog {
  readonly #imports: ImportRecord[] = [];
  /** Highest index of a root up to each place: it only grows, whatever old roots are imported again. */
  readonly #highest: bigint[] = [];
  readonly #byIndex = new Map<bigint, ImportRecord>();
  /** Batches whose imports are those that L1 has checked. */
  readonly #checked = new Set<BatchOnL1>();

  add(imported: ImportRecord): void {
    const { registryIndex } = imported;
    const before = this.#highest.at(-1) ?? -1n;
    this.#imports.push(imported);
    // The index of a fact or statement is higher than that of any root, and covers no leaf.
    const isNewer = importKindOf(registryIndex) === ImportKind.root && registryIndex > before;
    this.#highest.push(isNewer ? registryIndex : before);
    if (!this.#byIndex.has(registryIndex)) this.#byIndex.set(registryIndex, imported);
  }

  /** The highest index of a root, which is not always the last: anyone can have L1 send an older root again. */
  get newest(): bigint | undefined {
    const highest = this.#highest.at(-1) ?? -1n;
    return highest < 0n ? undefined : highest;
  }

  /** The first import of this index. */
  of(registryIndex: bigint): ImportRecord | undefined {
    return this.#byIndex.get(registryIndex);
  }

  /** The first root that holds a leaf of the registry. */
  covering(leafIndex: number): ImportRecord | undefined {
    let [low, high] = [0, this.#highest.length];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if ((this.#highest[middle] ?? -1n) <= BigInt(leafIndex)) low = middle + 1;
      else high = middle;
    }
    return this.#imports[low];
  }

  /**
   * Whether what the chain says of its imports in a batch from `firstBlock` on is what L1 has checked. `isSent`: a root that
   * came through the queue, which the batch's record does not count.
   */
  isChecked(batch: BatchOnL1, firstBlock: bigint, isSent: (transactionHash: Hex) => boolean): boolean {
    if (this.#checked.has(batch)) return true;
    const { lastBlock, importedRootsRollingHash: rollingHash } = batch.stored;
    const ofBatch: ImportRecord[] = [];
    for (let place = this.#imports.length - 1; place >= 0; place--) {
      const imported = this.#imports[place];
      if (imported === undefined || BigInt(imported.at.blockNumber) < firstBlock) break;
      if (BigInt(imported.at.blockNumber) <= lastBlock && !isSent(imported.at.transactionHash)) ofBatch.unshift(imported);
    }
    if (importedRootsRollingHash(ofBatch) !== rollingHash) return false;
    this.#checked.add(batch);
    return true;
  }
}
