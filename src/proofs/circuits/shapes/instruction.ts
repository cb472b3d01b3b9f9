import type { FieldValues } from "../../stark/constraints/fields.ts";
import { LIMBS } from "./word.ts";

/**
 * Shape of a row of the program for the processor: numbers, then flags that are 0 or 1. All of it is fixed by
 * the program.
 *
 * A row's words: `a` is the immediate if the row has one, otherwise the top of the stack; `b` then is the
 * top, otherwise the word that `takesB` takes from the stack; `c` is the word that `takesC` takes, or a
 * result; `d` a result. The new top is the one that `topB`, `topC` or `topD` names, otherwise `a`.
 */
export const INSTRUCTION_FIELDS = {
  pc: 1,
  /** Place of the next row unless the processor jumps. */
  next: 1,
  hasImmediate: 1,
  /** Zero where there is none. */
  immediate: LIMBS,
  /** Operation on the bus alu; 0 for other instructions. */
  operation: 1,
  /** Depth of `b` below the stack's height. */
  depthB: 1,
  /** Depth of `a` below the stack's height after the row. */
  depthA: 1,
  /** Change of the stack's height. */
  growth: 1,
  /** The memory's space, and the place in it, to which a is added where the row is addressed. */
  space: 1,
  index: 1,
  topB: 1,
  topC: 1,
  topD: 1,
  takesB: 1,
  takesC: 1,
  putsA: 1,
  putsB: 1,
  /** (a, b, c, d) is a message of the bus alu. */
  computes: 1,
  /** c says whether a is 0. */
  isZero: 1,
  /** c says whether a is b. */
  isEqual: 1,
  /** c is the complement of a. */
  isNot: 1,
  /** Flags of a jump to `a`: always, if b is not 0, if b is 0. */
  jumps: 1,
  jumpsIf: 1,
  jumpsUnless: 1,
  /** The processor stays where it is. */
  stops: 1,
  /** d is any word. */
  isHint: 1,
  /** c is the Keccak-256 hash of the bytes from the offset a on, b of them. */
  hashes: 1,
  /** c bytes from the pointer b on are copied to where a points. */
  copies: 1,
  /** d says whether the four words from the offset a on are a signature with a key, which is written behind them. */
  recovers: 1,
  /** d is the compression of b and c with the tag a. */
  compresses: 1,
  /** A product in Fp2 is written to the memory; d is a, whose limbs are the indexes of its elements. */
  multiplies: 1,
  /** User mode runs until the kernel is needed; c says for what, and the first limb of d how many opcodes that took. */
  runsUser: 1,
  /** d is what the memory holds, and a or b is written there. */
  reads: 1,
  writesA: 1,
  writesB: 1,
  /** The lowest byte of b is written at the offset a. */
  writesByte: 1,
  /** The place in the space has a added to it. */
  isAddressed: 1,
  /** a is a pointer: an offset and above it, as its third limb, the number that is added to the space. */
  isPointer: 1,
  /** The space's places are words of bytes, and a's offset counts bytes. */
  isBytes: 1,
  /** The place is the current frame's: those of frame f begin at `FRAME_PLACES` · f. */
  isOfFrame: 1,
  /** a is the current frame from here on. */
  entersFrame: 1,
} as const;

/** Places of a frame in a space of frames. */
export const FRAME_PLACES = 32;

/** One row of the program, decoded. Numbers that do not matter are 0; `growth` may be negative. */
export type Instruction = FieldValues<typeof INSTRUCTION_FIELDS, number>;
