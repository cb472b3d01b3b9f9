import type { LeafKind } from "./domain-tags.ts";

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
