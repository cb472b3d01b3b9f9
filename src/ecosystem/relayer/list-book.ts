import type { LogDescription } from "ethers";
import type { AssetTransfer } from "../../ground/protocol/asset-message.ts";
import { wordToHex, type Hex } from "../../ground/protocol/hex.ts";
import type { BatchNumber, ChainId } from "../../ground/protocol/ids.ts";
import { foldEntry, listFee, transferListName } from "../../ground/protocol/transfer-list.ts";
import { dropOldest } from "../../ground/runtime/drop-oldest.ts";

/** A transfer that a chain's asset router put into a list. */
export interface ListedEvent {
  /** The list's name on its chain. */
  readonly list: Hex;
  readonly place: number;
  readonly entry: Hex;
}

/** Decodes the asset router's event `TransferListed`. */
export function listedEventOf({ args }: LogDescription): ListedEvent {
  return { list: args["list"] as Hex, place: Number(args["place"]), entry: args["entry"] as Hex };
}

/** A list that a batch sent: what its delivery must bring. */
export interface KnownList {
  readonly number: number;
  readonly entries: readonly Hex[];
}

/** Source of the entries of lists. */
export type FindList = (sourceChainId: ChainId, batchNumber: BatchNumber, message: AssetTransfer) => KnownList | undefined;

/** Numbers that lists of one batch can have: it has fewer messages. */
const MAX_NUMBERS = 2 ** 14;
/** Batches whose names are kept: lists are asked for batch after batch. */
const MAX_BATCHES = 4;

/** A list as a chain's events tell it. */
interface ToldList {
  readonly name: Hex;
  readonly entries: Hex[];
  /** Hash of the entries so far, like the nonce of its message. */
  hash: Hex;
  /** Number in the batch of the last search. */
  found?: { readonly batchNumber: BatchNumber; readonly number: number | undefined };
}

/** Entries of lists of transfers by their chain: a reducer of the chains' events. */
export class ListBook {
  readonly #byName = new Map<string, ToldList>();
  readonly #byHash = new Map<string, ToldList>();
  /** Computed numbers of lists by their names, by batch. */
  readonly #numbers = new Map<BatchNumber, Map<Hex, number>>();

  /** Adds an entry. Ignores an entry that does not follow the one before, because its list is incomplete. */
  take(chainId: ChainId, { list: name, place, entry }: ListedEvent): void {
    const list = this.#byName.get(keyOf(chainId, name)) ?? { name, entries: [], hash: name };
    if (place !== list.entries.length) return;
    this.#byName.set(keyOf(chainId, name), list);
    this.#byHash.delete(keyOf(chainId, list.hash));
    list.entries.push(entry);
    list.hash = foldEntry(list.hash, entry);
    this.#byHash.set(keyOf(chainId, list.hash), list);
  }

  /** The list behind an asset message of this batch; undefined where not all of it was seen. Its hash is the message's. */
  readonly find: FindList = (sourceChainId, batchNumber, { nonce, amount }) => {
    const list = this.#byHash.get(keyOf(sourceChainId, wordToHex(nonce)));
    // A larger sum is refused everywhere.
    if (list === undefined || listFee(amount, list.entries) < 0n) return undefined;
    if (list.found?.batchNumber !== batchNumber) list.found = { batchNumber, number: this.#numberOf(list.name, batchNumber) };
    const { number } = list.found;
    return number === undefined ? undefined : { number, entries: list.entries };
  };

  /** Undefined for a list of another batch: a chain's events may name it so, its message never does. */
  #numberOf(name: Hex, batchNumber: BatchNumber): number | undefined {
    const numbers = this.#numbers.get(batchNumber) ?? new Map<Hex, number>();
    // The batch that is asked for is the last one.
    this.#numbers.delete(batchNumber);
    this.#numbers.set(batchNumber, numbers);
    dropOldest(this.#numbers, MAX_BATCHES);
    while (!numbers.has(name) && numbers.size < MAX_NUMBERS)
      numbers.set(transferListName(batchNumber, numbers.size), numbers.size);
    return numbers.get(name);
  }

  /** Drops all data of an outdated state. */
  forget(): void {
    this.#byName.clear();
    this.#byHash.clear();
  }
}

function keyOf(chainId: ChainId, word: Hex): string {
  return `${chainId} ${word}`;
}
