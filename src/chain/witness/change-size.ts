import { fromHex } from "../../ground/protocol/hex.ts";
import type { StateCheat } from "../../ground/protocol/state-cheat.ts";
import { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { NetChanges, NetWrite } from "./net-changes.ts";

/** Size of a batch's changes in pubdata. */
export interface ChangeSize {
  /** Changed leaves. */
  readonly diffs: number;
  /** Number of changes from 0, which may be new leaves. */
  readonly insertions: number;
  /** Their encoded size, never too low: a leaf that was 0 may have to be inserted. */
  readonly diffBytes: number;
  readonly codes: number;
  readonly codeBytes: number;
}

/** An insertion: tag, address, slot with its length, value. */
const MOST_DIFF_BYTES = 1 + 20 + 33 + 32;

/** The size of these changes in the compact encoding of docs/protocol.md. */
export function changeSize({ writes, bytecodes }: NetChanges): ChangeSize {
  return {
    diffs: writes.length,
    insertions: writes.filter(({ before }) => before === 0n).length,
    diffBytes: writes.reduce((sum, write) => sum + encodedBytes(write), 0),
    codes: bytecodes.length,
    codeBytes: bytecodes.reduce((sum, code) => sum + (code.length - 2) / 2, 0),
  };
}

/** Maximum size of a cheat in a batch. */
export function mostChange(cheat: StateCheat): ChangeSize {
  const codeBytes = cheat.type === "code" ? fromHex(cheat.code).length : 0;
  // Code has a keccak and a digest.
  const diffs = cheat.type === "code" ? 2 : 1;
  return { diffs, insertions: diffs, diffBytes: diffs * MOST_DIFF_BYTES, codes: Math.min(codeBytes, 1), codeBytes };
}

/**
 * Bytes of a changed leaf. An update: tag, index in four bytes, value. An insertion: tag, address, slot with its length,
 * value.
 */
export function encodedBytes({ before, value, leafKind, slot }: NetWrite): number {
  if (before !== 0n) return 5 + significantBytes(value);
  const slotBytes = leafKind === LeafKind.storage ? 1 + significantBytes(slot) : 0;
  return 21 + slotBytes + significantBytes(value);
}

function significantBytes(word: bigint): number {
  return word === 0n ? 0 : Math.ceil(word.toString(16).length / 2);
}
