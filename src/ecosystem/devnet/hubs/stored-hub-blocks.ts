import type { HubBlock, HubBlockOnL1 } from "../../hub/hub-block.ts";
import type { LedgerStream } from "../../../chain/ledger/ledger.ts";
import { LedgerError } from "../../../chain/ledger/ledger-error.ts";
import { decodeEntry, encodeEntry } from "../../../chain/settlement/journal/journal-entry.ts";

/** Decided blocks of a hub beyond its process, from its first one on. */
export class StoredHubBlocks {
  readonly #stream: LedgerStream;

  constructor(stream: LedgerStream) {
    this.#stream = stream;
  }

  append(block: HubBlock | HubBlockOnL1): void {
    this.#stream.append(encodeEntry(block));
  }

  /** Removes the blocks after this one. */
  cutAfter(number: bigint): void {
    if (BigInt(this.#stream.length) > number) this.#stream.truncate(Number(number));
  }

  /**
   * Stored blocks up to the newest one on L1; later ones are removed, because the aggregators decide again
   * after a start. Throws LedgerError Damaged if one cannot be read.
   */
  restore(landed: bigint): readonly (HubBlock | HubBlockOnL1)[] {
    this.cutAfter(landed);
    return Array.from(this.#stream.entries(), (text, i) => {
      try {
        return decodeEntry<HubBlock | HubBlockOnL1>(text);
      } catch (error) {
        throw new LedgerError("Damaged", `block ${i + 1} of a hub cannot be read; restore a copy`, { cause: error });
      }
    });
  }
}
