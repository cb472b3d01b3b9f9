import type { LogDescription } from "ethers";
import type { AssetTransfer } from "../protocol/asset-message.ts";
import { wordToHex } from "../protocol/hex.ts";
import type { Hex } from "../protocol/hex.ts";
import type { BatchNumber, ChainId } from "../protocol/ids.ts";
import { hashTransferList, listFee, MAX_LISTS, transferListName } from "../protocol/transfer-list.ts";

/** A transfer that a chain's asset router put into a list. */
export interface ListedEvent {
  /** The list's name on its chain. */
  readonly list: Hex;
  readonly place: number;
  readonly entry: Hex;
}

/** What the asset router's event `TransferListed` says. */
export function listedEventOf({ args }: LogDescription): ListedEvent {
  return { list: args["list"] as Hex, place: Number(args["place"]), entry: args["entry"] as Hex };
}

/** A list that a batch sent: what its delivery must bring. */
export interface KnownList {
  readonly number: number;
  readonly entries: readonly Hex[];
}

/** Where the entries of lists are known. */
export type FindList = (sourceChainId: ChainId, batchNumber: BatchNumber, message: AssetTransfer) => KnownList | undefined;

/** Entries of lists of transfers by their chain: a reducer of the chains' events. */
export class ListBook {
  readonly #entries = new Map<ChainId, Map<Hex, Hex[]>>();

  take(chainId: ChainId, { list, place, entry }: ListedEvent): void {
    const lists = this.#entries.get(chainId) ?? new Map<Hex, Hex[]>();
    this.#entries.set(chainId, lists);
    const entries = lists.get(list) ?? [];
    lists.set(list, entries);
    entries[place] = entry;
  }

  /** The list behind an asset message of this batch; undefined where not all of it was seen. Its hash is checked. */
  readonly find: FindList = (sourceChainId, batchNumber, { nonce, amount }) => {
    for (let number = 0; number < MAX_LISTS; number++) {
      const entries = this.#entries.get(sourceChainId)?.get(transferListName(batchNumber, number)) ?? [];
      if (entries.includes(undefined as never)) continue;
      // What comes to more is refused everywhere.
      if (entries.length === 0 || listFee(amount, entries) < 0n) continue;
      if (hashTransferList(batchNumber, number, entries) === wordToHex(nonce)) return { number, entries };
    }
    return undefined;
  };

  /** What was seen belongs to a state that is gone. */
  forget(): void {
    this.#entries.clear();
  }
}
