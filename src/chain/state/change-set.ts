import { NamedError } from "../../ground/errors/named-error.ts";
import type { DiffEntry, InsertionEntry, UpdateEntry } from "../../ground/protocol/diff-list.ts";
import { LeafKind, OUTPUTS_LEAF_INDEX } from "../../ground/protocol/domain-tags.ts";
import { WORD_LIMIT } from "../../ground/protocol/word.ts";
import type { BatchCompressor } from "./batch-compressor.ts";
import { compareDigests, copyDigest, DIGEST_LENGTH } from "./digest-array.ts";
import type { LeafStore } from "./leaf-store.ts";
import { deriveKeys, type StateKey } from "./state-key.ts";
import { createWords, equalWords, writeWord, type WordArray } from "./word-array.ts";

/** A net write: the value that a leaf has when the batch ends. */
export interface StateWrite extends StateKey {
  /** 256-bit word. */
  readonly value: bigint;
}

/** A canonical diff list that is known to apply to the tree it was made for, with its insertions' keys. */
export interface ChangeSet {
  /** Without the outputs entry, which comes after the insertions. */
  readonly updates: readonly UpdateEntry[];
  readonly insertions: readonly InsertionEntry[];
  /** Shape: insertions × 8. */
  readonly insertionKeys: Uint32Array;
  readonly outputs: UpdateEntry;
}

/** Context of a change set. */
interface ChangeSetContext {
  readonly store: LeafStore;
  readonly compressor: BatchCompressor;
  readonly maxLeafCount: number;
}

/** The change set's diff list in canonical order. */
export function listEntries(changes: ChangeSet): DiffEntry[] {
  return [...changes.updates, ...changes.insertions, changes.outputs];
}

/**
 * The net changes that a batch's writes, in any order, and its outputs hash make to the tree. Writes that change
 * nothing are left out. Throws ChangeSetError or StateKeyError; the tree is only read.
 */
export function changeSetFromWrites(writes: readonly StateWrite[], outputsHash: bigint, context: ChangeSetContext): ChangeSet {
  const { store } = context;
  const keys = deriveKeys(writes, context.compressor);
  const updates: UpdateEntry[] = [];
  const insertions: InsertionEntry[] = [];
  const insertionPositions: number[] = [];
  const words = valueWords(writes);
  const order = sortByKey(keys, writes.length);
  order.forEach((position, i) => {
    const write = writes[position] as StateWrite;
    const previous = order[i - 1];
    if (previous !== undefined && compareKeys(keys, previous, position) === 0) {
      throw new ChangeSetError("write-duplicate", `${describe(write)} is written twice: pass net writes`, position);
    }
    const low = store.findLow(keys, position * DIGEST_LENGTH);
    if (store.hasKey(low, keys, position * DIGEST_LENGTH)) {
      if (low === OUTPUTS_LEAF_INDEX) {
        throw new ChangeSetError("outputs-written", "the outputs leaf takes the outputs hash only, no write", position);
      }
      if (equalWords(store.words, low, words, position)) return;
      const isCode = store.kind(low) === LeafKind.codeHash;
      updates.push({ type: "update", index: low, isCode, value: write.value });
    } else if (write.value !== 0n) {
      const { leafKind, address, slot, value } = write;
      insertions.push({ type: "insertion", leafKind, address, slot, value });
      insertionPositions.push(position);
    }
  });
  updates.sort((a, b) => a.index - b.index);
  checkRoom(insertions.length, context);
  const outputs: UpdateEntry = { type: "update", index: OUTPUTS_LEAF_INDEX, isCode: false, value: outputsHash };
  checkOutputs(outputs, updates.length + insertions.length, store);
  return { updates, insertions, insertionKeys: gatherKeys(keys, insertionPositions), outputs };
}

/**
 * Takes a diff list from outside, for example from published data, and accepts exactly the canonical ones that apply
 * to the tree. Throws ChangeSetError with the position of the first offending entry, or StateKeyError.
 */
export function changeSetFromEntries(entries: readonly DiffEntry[], context: ChangeSetContext): ChangeSet {
  const { store } = context;
  const last = entries.length - 1;
  const outputs = entries[last];
  if (outputs?.type !== "update" || outputs.index !== OUTPUTS_LEAF_INDEX || outputs.isCode) {
    throw new ChangeSetError("outputs-missing", "the last entry must be a plain update of the outputs leaf", last);
  }
  const updates: UpdateEntry[] = [];
  const insertions: InsertionEntry[] = [];
  entries.slice(0, last).forEach((entry, position) => {
    if (entry.type === "insertion") {
      insertions.push(entry);
      return;
    }
    if (insertions.length > 0) {
      throw new ChangeSetError("update-after-insertion", "updates must come before insertions", position);
    }
    checkUpdate(entry, updates.at(-1), position, store);
    updates.push(entry);
  });
  checkRoom(insertions.length, context);
  const insertionKeys = deriveKeys(insertions, context.compressor);
  const words = valueWords(insertions);
  const zero = createWords(1);
  insertions.forEach((entry, i) => {
    const position = updates.length + i;
    if (equalWords(words, i, zero, 0)) {
      throw new ChangeSetError("insertion-zero", `${describe(entry)} is inserted with value 0`, position);
    }
    const order = i === 0 ? -1 : compareKeys(insertionKeys, i - 1, i);
    if (order === 0) throw new ChangeSetError("insertion-duplicate", `${describe(entry)} is inserted twice`, position);
    if (order > 0) throw new ChangeSetError("insertion-order", `${describe(entry)} is not in key order`, position);
    const low = store.findLow(insertionKeys, i * DIGEST_LENGTH);
    if (store.hasKey(low, insertionKeys, i * DIGEST_LENGTH)) {
      throw new ChangeSetError("insertion-exists", `${describe(entry)} is already leaf ${low}`, position);
    }
  });
  checkOutputs(outputs, last, store);
  return { updates, insertions, insertionKeys, outputs };
}

/** The writes' values in flat memory. Throws ChangeSetError for a value above 256 bits. */
export function valueWords(writes: readonly { readonly value: bigint }[]): WordArray {
  const words = createWords(writes.length);
  writes.forEach(({ value }, position) => {
    checkWord(value, position);
    writeWord(words, position, value);
  });
  return words;
}

/** Positions 0 … count − 1 in the order of their keys; equal keys keep their order. */
export function sortByKey(keys: Uint32Array, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i).sort((a, b) => compareKeys(keys, a, b));
}

function checkUpdate(entry: UpdateEntry, previous: UpdateEntry | undefined, position: number, store: LeafStore): void {
  const { index } = entry;
  if (!Number.isInteger(index) || index <= OUTPUTS_LEAF_INDEX || index >= store.count) {
    throw new ChangeSetError(
      "update-index-out-of-range",
      `index ${index} is not between ${OUTPUTS_LEAF_INDEX + 1} and ${store.count - 1}`,
      position,
    );
  }
  if (previous !== undefined && previous.index >= index) {
    throw new ChangeSetError("update-order", `index ${index} follows ${previous.index}: it must be greater`, position);
  }
  if (entry.isCode !== (store.kind(index) === LeafKind.codeHash)) {
    throw new ChangeSetError("update-kind", `isCode is ${entry.isCode} for leaf kind ${store.kind(index)}`, position);
  }
  checkWord(entry.value, position);
  if (store.value(index) === entry.value) {
    throw new ChangeSetError("update-unchanged", `leaf ${index} already has the value ${entry.value}`, position);
  }
}

/** Checks that the outputs entry changes its value, because the circuit proves this for every update. */
function checkOutputs(outputs: UpdateEntry, position: number, store: LeafStore): void {
  checkWord(outputs.value, position);
  if (store.value(OUTPUTS_LEAF_INDEX) === outputs.value) {
    throw new ChangeSetError("outputs-unchanged", `the outputs leaf already has the value ${outputs.value}`, position);
  }
}

function checkRoom(insertions: number, { store, maxLeafCount }: ChangeSetContext): void {
  if (store.count + insertions > maxLeafCount) {
    throw new ChangeSetError(
      "tree-full",
      `${insertions} insertions do not fit a tree of ${store.count} leaves that may hold ${maxLeafCount}`,
      -1,
    );
  }
}

function checkWord(value: bigint, position: number): void {
  if (value < 0n || value >= WORD_LIMIT) {
    throw new ChangeSetError("value-out-of-range", `value ${value} does not fit 256 bits`, position);
  }
}

function gatherKeys(keys: Uint32Array, positions: readonly number[]): Uint32Array {
  const gathered = new Uint32Array(positions.length * DIGEST_LENGTH);
  positions.forEach((position, i) => copyDigest(keys, position * DIGEST_LENGTH, gathered, i * DIGEST_LENGTH));
  return gathered;
}

function compareKeys(keys: Uint32Array, a: number, b: number): number {
  return compareDigests(keys, a * DIGEST_LENGTH, keys, b * DIGEST_LENGTH);
}

function describe({ leafKind, address, slot }: StateKey): string {
  return `(kind ${leafKind}, address 0x${address.toString(16)}, slot 0x${slot.toString(16)})`;
}

/** Writes or a diff list that the tree refuses. Nothing has changed when it is thrown. */
export class ChangeSetError extends NamedError<ChangeSetErrorCode> {
  override readonly name = "ChangeSetError";
  /** Index of the offending write or entry; −1 where the list as a whole is at fault. */
  readonly position: number;

  constructor(code: ChangeSetErrorCode, message: string, position: number) {
    super(code, message);
    this.position = position;
  }
}

type ChangeSetErrorCode =
  | "write-duplicate"
  | "outputs-written"
  | "outputs-missing"
  | "outputs-unchanged"
  | "update-after-insertion"
  | "update-index-out-of-range"
  | "update-order"
  | "update-kind"
  | "update-unchanged"
  | "insertion-zero"
  | "insertion-order"
  | "insertion-duplicate"
  | "insertion-exists"
  | "value-out-of-range"
  | "tree-full";
