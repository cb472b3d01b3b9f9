import type { FieldValues } from "../../stark/constraints/fields.ts";

/**
 * Shape of an opcode in user mode: numbers, then flags that are 0 or 1. All of it is fixed.
 *
 * A row of user mode has four words. `a` is in the stack's first place, `b` in its second, `c` in its third
 * or a result, `d` in the memory or a result. After the row a place has the word that a flag names, otherwise
 * its old word.
 */
export const USER_OPCODE_FIELDS = {
  /** `IDLE` for a row that runs nothing. */
  byte: 1,
  cost: 1,
  /** Units of the native budget that user mode takes for the opcode, without those for its operands. */
  weight: 1,
  /** Words that have to be on the stack, and what its height changes by. */
  pops: 1,
  growth: 1,
  /** Bytes of operand behind the opcode. */
  size: 1,
  /** Depths of the first and the second place below the height. */
  depth1: 1,
  depth2: 1,
  /** The memory's place: space, index, to which that of the frame is added where it is one of the frame's. */
  space: 1,
  index: 1,
  /** Number that is put on the stack. */
  literal: 1,
  takes1: 1,
  takes2: 1,
  /** The first place holds b, c or d afterwards, the second a or c. */
  puts1B: 1,
  puts1C: 1,
  puts1D: 1,
  puts2A: 1,
  puts2C: 1,
  /** The kernel serves it. */
  traps: 1,
  /** 1 for an invalid instruction. */
  isInvalid: 1,
  /** (a, b, c, d) is a message of the bus alu. */
  computes: 1,
  /** Each byte of b costs gas, too: EXP. */
  isPower: 1,
  /** c says whether a is 0, whether a is b; c is the complement of a. */
  isZero: 1,
  isEqual: 1,
  isNot: 1,
  /** Flags of a jump to `a`: always, if b is not 0. */
  jumps: 1,
  jumpsIf: 1,
  /** c is the operand. */
  isPush: 1,
  /** c is a number: the literal, or what one of the next four flags names: the opcode's place, gas left, lengths. */
  isNumber: 1,
  isPlace: 1,
  isGas: 1,
  isCodeLength: 1,
  isSliceLength: 1,
  /** d is what the memory holds. */
  reads: 1,
  isOfFrame: 1,
  /** The stack's third place holds c, and d afterwards; c still where bytes are touched. */
  takes3: 1,
  /**
   * 1 if the opcode touches bytes, so that userBytes has its effect; and the additional steps of the clock
   * that it takes.
   */
  asks: 1,
  ticks: 1,
} as const;

/** The byte of a row that runs nothing. */
export const IDLE = 256;

/** An opcode, decoded. Numbers that do not matter are 0; `growth` may be negative. */
export type UserOpcode = FieldValues<typeof USER_OPCODE_FIELDS, number>;
