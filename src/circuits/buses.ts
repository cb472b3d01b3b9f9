import { defineBus } from "../stark/bus.ts";
import { LIMBS } from "./words/word.ts";

/*
 * The buses between the tables of the execution proof. Senders ask, receivers answer: what is sent is received by a table that
 * lets only true messages through. Every send of these buses has a bounded multiplicity, receives may have any.
 */

/** Says that 0 ≤ value < 2^16. Answered by range16. */
export const RANGE16 = defineBus("range16", 1, { value: 1 });
/** Says that 0 ≤ value < 2^14. Answered by range16. */
export const RANGE14 = defineBus("range14", 2, { value: 1 });
/** Says that both are bytes. Answered by bytePairs. */
export const BYTES = defineBus("bytes", 3, { low: 1, high: 1 });
/** Says that x and y are bytes and `and` is x & y. Answered by bytePairs. */
export const BYTE_AND = defineBus("byteAnd", 4, { x: 1, y: 1, and: 1 });
/**
 * Says what an operation of the EVM gives: `operation` is its opcode, a and b its first and second operand in the order of the
 * stack, c the result and d zero; with three operands c is the third and d the result; with one operand b is zero. The sender
 * sees to it that operands are words, that is, that their limbs are below 2^16. The result's limbs then are, too.
 */
export const ALU = defineBus("alu", 5, { operation: 1, a: LIMBS, b: LIMBS, c: LIMBS, d: LIMBS });
