import type { Hex } from "../../ground/protocol/hex.ts";
import { BLOCK_RECORD_BYTES, ROOT_RECORD_BYTES } from "../../ground/protocol/input-records.ts";
import { recordBytes } from "../../ground/transaction/recorded-transaction.ts";

/** Upper bounds of the bytes of a batch's inputs in one of their forms. */
export interface InputSizes {
  /** Size of a block without its transactions. */
  readonly block: number;
  /** Size of an imported root. */
  readonly root: number;
  /** Size of a signed transaction. */
  readonly transaction: (raw: Hex) => number;
  /** True if each of many empty blocks takes bytes; otherwise all of one command are one step. */
  readonly countsEmptyBlocks: boolean;
}

/**
 * Sizes of steps, which the chain's validators compare with the batch: kind, time and length; the length of a
 * transaction.
 */
export const STEP_SIZES: InputSizes = {
  block: 24,
  root: 48,
  transaction: (raw) => 4 + (raw.length - 2) / 2,
  countsEmptyBlocks: false,
};

/** Sizes of records, whose hash the proof of execution exports. */
export const RECORD_SIZES: InputSizes = {
  block: BLOCK_RECORD_BYTES,
  root: ROOT_RECORD_BYTES,
  transaction: recordBytes,
  countsEmptyBlocks: true,
};

/** Upper bound of the bytes of inputs that a block of these signed transactions takes. */
export function blockInputBytes(signed: readonly Hex[], sizes: InputSizes): number {
  return signed.reduce((sum, raw) => sum + sizes.transaction(raw), sizes.block);
}
