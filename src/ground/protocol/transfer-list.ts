import { NamedError } from "../errors/named-error.ts";
import type { AssetTransfer } from "./asset-message.ts";
import { bytesWord, keccakOfWords, uintWord } from "./abi-words.ts";
import { fromHex, hashTag, keccak, wordToHex, type Hex } from "./hex.ts";
import type { BatchNumber } from "./ids.ts";
import { PREDEPLOYS } from "./predeploys.ts";

/** Domain tag of a list of transfers. */
const TRANSFER_LIST_TAG = hashTag("hyperchain.transfer-list.v1");
/** Larger amounts have no room in an entry. */
export const MAX_LISTED_AMOUNT = (1n << 96n) - 1n;
/** Below are the protocol's accounts and precompiled contracts, which no list pays. */
export const FIRST_LISTED_ACCOUNT = 1n << 20n;

const AMOUNT_BITS = 96n;

/** One transfer of a list. */
interface ListEntry {
  readonly recipient: Hex;
  /** Smallest units, below 2^96. */
  readonly amount: bigint;
}

/** recipient (20) ‖ amount (12). Throws TransferListError for an amount out of range, HexError for another length of address. */
export function encodeListEntry({ recipient, amount }: ListEntry): Hex {
  if (amount < 0n || amount > MAX_LISTED_AMOUNT)
    throw new TransferListError("AmountOutOfRange", `amount ${amount} is not below 2^96, which an entry of a list holds`);
  fromHex(recipient, 20);
  return wordToHex((BigInt(recipient) << AMOUNT_BITS) | amount);
}

export function decodeListEntry(entry: Hex): ListEntry {
  const word = BigInt(entry);
  return { recipient: `0x${(word >> AMOUNT_BITS).toString(16).padStart(40, "0")}`, amount: word & MAX_LISTED_AMOUNT };
}

/** Name of a list on its chain: keccak of tag, batch's number and list's number. */
export function transferListName(batchNumber: BatchNumber, number: number): Hex {
  return keccakOfWords([bytesWord(TRANSFER_LIST_TAG), uintWord(batchNumber), uintWord(BigInt(number))]);
}

/** The nonce of a list's asset message: h₀ is the list's name, h ← keccak(h ‖ entry). */
export function hashTransferList(batchNumber: BatchNumber, number: number, entries: readonly Hex[]): Hex {
  return entries.reduce(foldEntry, transferListName(batchNumber, number));
}

/** The hash of a list with one entry more; that of a list without entries is its name. */
export function foldEntry(hash: Hex, entry: Hex): Hex {
  return keccak(fromHex(hash, 32), fromHex(entry, 32));
}

/** Sum of a list's message beyond its entries, for the account that delivers it; below 0 if its chain lied. */
export function listFee(amount: bigint, entries: readonly Hex[]): bigint {
  return entries.reduce((rest, entry) => rest - decodeListEntry(entry).amount, amount);
}

/** Whether an asset message carries a list: it goes from the asset router to the asset router. */
export function isTransferList({ recipient, sender }: Pick<AssetTransfer, "recipient" | "sender">): boolean {
  return recipient === PREDEPLOYS.L2AssetRouter && sender === PREDEPLOYS.L2AssetRouter;
}

/** A transfer that no list can hold. */
export class TransferListError extends NamedError<"AmountOutOfRange"> {
  override readonly name = "TransferListError";
}
