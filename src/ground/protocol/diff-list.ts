import { NamedError } from "../errors/named-error.ts";
import { LeafKind, MAX_LEAF_COUNT, OUTPUTS_LEAF_INDEX } from "./domain-tags.ts";
import { ADDRESS_LIMIT, toLimbs, WORD_LIMIT } from "./word.ts";

/** New value of an existing leaf. `isCode` says that the leaf is of kind 2, so that its bytecode must be published. */
export interface UpdateEntry {
  readonly type: "update";
  readonly index: number;
  readonly isCode: boolean;
  /** 256-bit word. */
  readonly value: bigint;
}

/** A leaf that did not exist before; its index is the leaf count at that moment. */
export interface InsertionEntry {
  readonly type: "insertion";
  readonly leafKind: LeafKind;
  /** 160-bit address. */
  readonly address: bigint;
  /** 256-bit slot; 0 unless the kind is storage. */
  readonly slot: bigint;
  /** 256-bit word, not zero. */
  readonly value: bigint;
}

/** One net change of a batch. */
export type DiffEntry = UpdateEntry | InsertionEntry;

/** First limb of an entry. An insertion's tag also opens the block from which its key is derived. */
export const EntryTag = { update: 1, codeUpdate: 2, insertion: 3 } as const;

/** The entry that ends every batch's list: the outputs slot receives the hash of the batch's public outputs. */
export function outputsEntry(outputsHash: bigint): UpdateEntry {
  return { type: "update", index: OUTPUTS_LEAF_INDEX, isCode: false, value: outputsHash };
}

/** The 32 limbs that name a leaf: tag 3, kind, address, slot, padding. The leaf's key is their digest. */
export function keyBlock(leafKind: LeafKind, address: bigint, slot: bigint): number[] {
  return [EntryTag.insertion, leafKind, ...toLimbs(address, 10), ...toLimbs(slot), 0, 0, 0, 0];
}

/** The eight limbs before an update's value: tag, index in two limbs, padding. */
export function updateHead(entry: UpdateEntry): number[] {
  const tag = entry.isCode ? EntryTag.codeUpdate : EntryTag.update;
  return [tag, ...toLimbs(BigInt(entry.index), 2), 0, 0, 0, 0, 0];
}

/** Whether the entry gives an account new code, whose bytecode must then be on L1. */
export function setsCode(entry: DiffEntry): boolean {
  return entry.value !== 0n && (entry.type === "update" ? entry.isCode : entry.leafKind === LeafKind.codeHash);
}

/**
 * Checks the changes of a batch (its list without the outputs entry) as far as anyone can who does not hold the tree:
 * updates first, ascending by index from 2 to below the old leaf count, then insertions with fields in range.
 * The order of insertions follows from the tree's keys, which it takes to check. Throws DiffListError.
 */
export function checkChanges(changes: readonly DiffEntry[], oldLeafCount: number): void {
  let previous: number = OUTPUTS_LEAF_INDEX;
  let insertions = 0;
  changes.forEach((entry, position) => {
    if (entry.type === "insertion") {
      insertions++;
      checkInsertion(entry, position);
      return;
    }
    if (insertions > 0) throw new DiffListError("UpdateAfterInsertion", position, "updates come before insertions");
    if (!Number.isInteger(entry.index) || entry.index <= previous) {
      throw new DiffListError("IndexNotAscending", position, `index ${entry.index} follows ${previous}`);
    }
    if (entry.index >= oldLeafCount) {
      throw new DiffListError("IndexBeyondLeafCount", position, `index ${entry.index}, but there were ${oldLeafCount} leaves`);
    }
    checkWord(entry.value, position);
    previous = entry.index;
  });
  if (oldLeafCount + insertions > MAX_LEAF_COUNT) {
    throw new DiffListError(
      "LeafCountBeyondLimit",
      changes.length,
      `${oldLeafCount + insertions} leaves exceed ${MAX_LEAF_COUNT}`,
    );
  }
}

function checkInsertion({ leafKind, address, slot, value }: InsertionEntry, position: number): void {
  const known: readonly number[] = Object.values(LeafKind);
  if (!known.includes(leafKind)) throw new DiffListError("KindOutOfRange", position, `no leaf kind ${leafKind}`);
  if (address < 0n || address >= ADDRESS_LIMIT) {
    throw new DiffListError("AddressOutOfRange", position, `address ${address} does not fit 160 bits`);
  }
  if (leafKind !== LeafKind.storage && slot !== 0n) {
    throw new DiffListError("SlotNotZero", position, `slot ${slot}, but only storage has slots`);
  }
  checkWord(slot, position);
  checkWord(value, position);
  if (value === 0n) throw new DiffListError("ZeroInsertion", position, "an absent leaf already means zero");
}

function checkWord(word: bigint, position: number): void {
  if (word < 0n || word >= WORD_LIMIT) throw new DiffListError("WordOutOfRange", position, `${word} does not fit 256 bits`);
}

/** Why a list of entries is not canonical. */
export type DiffListErrorCode =
  | "UpdateAfterInsertion"
  | "IndexNotAscending"
  | "IndexBeyondLeafCount"
  | "LeafCountBeyondLimit"
  | "KindOutOfRange"
  | "AddressOutOfRange"
  | "SlotNotZero"
  | "ZeroInsertion"
  | "WordOutOfRange";

/** A list that is not canonical. `position` is the offending entry's place in the list. */
export class DiffListError extends NamedError<DiffListErrorCode> {
  override readonly name = "DiffListError";
  readonly position: number;

  constructor(code: DiffListErrorCode, position: number, message: string) {
    super(code, `entry ${position}: ${message}`);
    this.position = position;
  }
}
