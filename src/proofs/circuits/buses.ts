import { defineBus } from "../stark/constraints/bus.ts";
import { KECCAK_LIMBS, LANE_LIMBS } from "./shapes/keccak-state.ts";
import { USER_OPCODE_FIELDS } from "./shapes/user-opcode.ts";
import { DIGEST } from "./shapes/digest.ts";
import { INSTRUCTION_FIELDS } from "./shapes/instruction.ts";
import { LIMBS, WORD_BYTES } from "./shapes/word.ts";

/*
 * The buses between the tables of the execution proof. Senders ask, receivers answer: what is sent is received by a table that
 * lets only true messages through. Every send of these buses has a bounded multiplicity, receives may have any.
 *
 * Those that fixed tables answer are local: in a run that is cut into segments, each segment has these tables.
 */

/** Number of scalars that a step of curveStep takes a bit each from: two for the generator, two for the point. */
export const CURVE_SCALARS = 4;

/** Says that 0 ≤ value < 2^16. Answered by range16. */
export const RANGE16 = defineBus("range16", 1, { value: 1 }, "local");
/** Says that 0 ≤ value < 2^14. Answered by range16. */
export const RANGE14 = defineBus("range14", 2, { value: 1 }, "local");
/** Says that both are bytes. Answered by bytePairs. */
export const BYTES = defineBus("bytes", 3, { low: 1, high: 1 }, "local");
/** Says that x and y are bytes and `and` is x & y. Answered by bytePairs. */
export const BYTE_AND = defineBus("byteAnd", 4, { x: 1, y: 1, and: 1 }, "local");
/**
 * Says what an operation of the EVM gives: `operation` is its opcode, a and b its first and second operand in the order of the
 * stack, c the result and d zero; with three operands c is the third and d the result; with one operand b is zero. The sender
 * sees to it that operands are words, that is, that their limbs are below 2^16. The result's limbs then are, too. Two operations
 * are the machine's: the id of a leaf (kind, account, slot), and the account of an id. They are answered by keys. A third is
 * answered by sha256: the state behind a block of SHA-256.
 */
export const ALU = defineBus("alu", 5, { operation: 1, a: LIMBS, b: LIMBS, c: LIMBS, d: LIMBS });
/** Says that the row at `pc` of the program does what the other fields say. Answered by rom. */
export const ROM = defineBus("rom", 6, INSTRUCTION_FIELDS, "local");
/**
 * Says that a word was put on the stack: at which place, counted from its foot, and by which step. Every message is sent by the
 * step that puts the word there and received by the one that takes it away, or by stackRest.
 */
export const STACK = defineBus("stack", 7, { place: 1, time: 1, word: LIMBS });
/**
 * Says what a place of the memory holds since a step: an access receives the place's message and sends the next one. The table
 * memory sends the first one, of time 0, and receives the last.
 */
export const MEMORY = defineBus("memory", 8, { space: 1, index: 1, time: 1, word: LIMBS });
/**
 * Says that the step at `time` reads a word at an offset of a memory of bytes, writes it there, or writes its lowest byte
 * there. Sent by processor and userBytes, received by byteMemory, each once. The sender sees to it that the offset is below
 * 2^29, the time the step's, and a word that is written one of limbs below 2^16.
 */
export const BYTE_MEMORY = defineBus("byteMemory", 13, {
  space: 1,
  offset: 1,
  time: 1,
  writes: 1,
  writesByte: 1,
  word: LIMBS,
});
/** Says what a place of the memory holds at first. Sent by boundary and by keys, received by memory. */
export const FIRST_WORD = defineBus("firstWord", 9, { space: 1, index: 1, word: LIMBS });
/** Says what a place of which boundary or keys speak holds at last. Sent by memory, received by them. */
export const LAST_WORD = defineBus("lastWord", 10, { space: 1, index: 1, word: LIMBS });
/** Says that all limbs are below 2^16. Answered by wordRange. */
export const WORD_RANGE = defineBus("wordRange", 11, { word: LIMBS });
/**
 * Says that Keccak-f[1600] makes `output` of `input`: lanes x + 5y in this order, each of four limbs, lowest first. Answered by
 * keccak, with limbs below 2^16 in both.
 */
export const KECCAK = defineBus("keccak", 12, { input: KECCAK_LIMBS, output: KECCAK_LIMBS });
/**
 * Says that the step at `time` hashes `length` bytes (two limbs) of a memory from an offset on, and that `word` is their
 * Keccak-256. Sent by processor and userBytes, received by sponge, each once. The sender sees to it that the offset is below
 * 2^29, the time the step's, and the limbs of the length below 2^16.
 */
export const HASH = defineBus("hash", 14, { space: 1, offset: 1, length: 2, time: 1, word: LIMBS });
/** Asks that the input of the hash at `time` be read. Sent by sponge, received by hashInput, each once. */
export const HASH_INPUT = defineBus("hashInput", 15, { space: 1, offset: 1, length: 1, time: 1 });
/**
 * Says that the lane with this number, counted through all blocks, of the padded input of the hash at `time` makes `after` of
 * `before` by XOR; `closes` says that it is the last lane of the last block. Answered by hashInput.
 */
export const LANE = defineBus("lane", 16, { time: 1, index: 1, closes: 1, before: LANE_LIMBS, after: LANE_LIMBS });
/**
 * Says that the step at `time` copies `length` bytes of one memory to another, from an offset on to an offset on. Sent by
 * processor and userBytes, received by copy, each once. The sender sees to it that the offsets and the length are below 2^29,
 * and the time the step's.
 */
export const COPY = defineBus("copy", 17, { space: 1, offset: 1, fromSpace: 1, fromOffset: 1, length: 1, time: 1 });
/** Says what a place of the memory holds at last. Answered by memory. */
export const FINAL_WORD = defineBus("finalWord", 18, { space: 1, index: 1, word: LIMBS });
/** Says which byte the memory of a frame holds at last. Answered by codeWords. */
export const CODE_BYTE = defineBus("codeByte", 19, { frame: 1, place: 1, byte: 1 });
/**
 * Says which byte a code has at a place: that of the memory of `frame`, and 0 from `length` on; and what it is: 0 for one of a
 * push's operand, 1 for an instruction, 2 for JUMPDEST. Answered by code.
 */
export const CODE = defineBus("code", 20, { frame: 1, length: 1, place: 1, byte: 1, kind: 1 });
/** Says which number the bytes of a push's operand are up to a place; 0 at an instruction. Answered by code. */
export const CODE_OPERAND = defineBus("codeOperand", 21, { frame: 1, length: 1, place: 1, word: LIMBS });
/** Says how many bytes of operand follow an opcode, and whether it is JUMPDEST. Answered by opcodes. */
export const OPCODE_SHAPE = defineBus("opcodeShape", 22, { byte: 1, size: 1, isTarget: 1 }, "local");
/**
 * Says that user mode runs from the step at `time` on in a frame, for `elapsed` steps of the clock, until the kernel is needed
 * for what the word says: an opcode, or 0xfe for an exceptional halt. Sent by processor, received by visits, each once. The
 * sender sees to it that the time is the step's, and the next step's is larger by 1 + elapsed.
 */
export const USER_MODE = defineBus("userMode", 28, { time: 1, elapsed: 1, frame: 1, word: LIMBS });
/**
 * Asserts the point at which user code continues when it is entered at a time. Sent by visits, received by
 * user, each once. The sender ensures that the frame, the code's frame, its length, the place and the height
 * are below 2^16, gas below 2^25, the words of memory that the frame has paid for below 2^19, and the rest of
 * the native budget below 2^30.
 */
export const USER_BEGINS = defineBus("userBegins", 29, {
  time: 1,
  frame: 1,
  codeFrame: 1,
  length: 1,
  place: 1,
  height: 1,
  gas: 1,
  words: 1,
  budget: 1,
});
/**
 * Says where the user code stops that was entered at `time`, by its clock, and why. The budget is an integer, which is 0 or more
 * unless it is spent, and that is why it stops. Sent by user, received by visits, each once: visits sees to what is said of the
 * budget.
 */
export const USER_ENDS = defineBus("userEnds", 36, {
  time: 1,
  clock: 1,
  place: 1,
  height: 1,
  gas: 1,
  words: 1,
  budget: 1,
  spent: 1,
  opcode: 1,
});
/**
 * Says what an opcode that touches bytes does to a frame at `time`: `before` and `after` are the words of memory that it has
 * paid for, `extra` is the gas beyond the opcode's own cost, `units` what it weighs beyond its own weight, a and b are its first
 * operands, c its third or its result. It is done if it runs; it cannot run if it is refused. Sent by user, received by
 * userBytes, each once. The sender sees to it that operands are words, the time is the step's, and the next step's is larger by 2
 * where the opcode copies, and that what runs is not refused.
 */
export const USER_BYTES = defineBus("userBytes", 37, {
  time: 1,
  opcode: 1,
  frame: 1,
  codeFrame: 1,
  codeLength: 1,
  before: 1,
  after: 1,
  extra: 1,
  units: 1,
  runs: 1,
  refused: 1,
  a: LIMBS,
  b: LIMBS,
  c: LIMBS,
});
/**
 * Asserts the cost of a number of words of memory. Answered by memoryCost. The sender ensures that the number
 * is below 2^19.
 */
export const MEMORY_COST = defineBus("memoryCost", 38, { words: 1, cost: 1 });
/** Says what user mode has to know of an opcode. Answered by opcodes. */
export const OPCODE = defineBus("opcode", 23, USER_OPCODE_FIELDS, "local");
/**
 * Says that x · z is r modulo the prime of secp256k1. Digits are of 8 bits, limbs of 16, lowest first. They are not looked up
 * and may be negative: the sender sees to it that digits of x are from −255 to 255 with those of z from −128 to 127, or both
 * are bytes, and limbs of r between −2^18 and 2^18. Answered by curveProduct.
 */
export const CURVE_PRODUCT = defineBus("curveProduct", 24, { x: WORD_BYTES, z: WORD_BYTES, r: LIMBS });
/**
 * Says that the point (x3, y3) is the sum of two points of secp256k1, all coordinates as bytes, lowest first; 0, 0 is infinity.
 * The sender sees to it that the two points are on the curve or infinity, their bytes are bytes, and their x is below the
 * prime. Then the same holds for the sum. Answered by curveSum.
 */
export const CURVE_SUM = defineBus("curveSum", 25, {
  x1: WORD_BYTES,
  y1: WORD_BYTES,
  x2: WORD_BYTES,
  y2: WORD_BYTES,
  x3: WORD_BYTES,
  y3: WORD_BYTES,
});
/**
 * Says that (resultX, resultY) is the sum of u generators of secp256k1 and v points (x, y), coordinates as in curveSum. The
 * sender sees to it that u and v are words, the point is one that curveSum may be asked for and not infinity, and no two messages
 * have the same time. Received by curveMultiple, each once; v is below the group's order.
 */
export const CURVE_MULTIPLE = defineBus("curveMultiple", 26, {
  time: 1,
  u: LIMBS,
  v: LIMBS,
  x: WORD_BYTES,
  y: WORD_BYTES,
  resultX: WORD_BYTES,
  resultY: WORD_BYTES,
});
/**
 * Asks for the point that the steps of the multiple at `time` add for a digit: the sum of two points as in curveSum. Sent by
 * curveMultiple, received by curveChoice, each once.
 */
export const CURVE_CHOICE = defineBus("curveChoice", 39, {
  time: 1,
  digit: 1,
  x1: WORD_BYTES,
  y1: WORD_BYTES,
  x2: WORD_BYTES,
  y2: WORD_BYTES,
});
/**
 * Says that the steps of the multiple at `time` add (x, y) for a digit: a point of the curve that is not infinity, its bytes are
 * bytes and its x is below the prime. Answered by curveMultiple and curveChoice.
 */
export const CURVE_CHOSEN = defineBus("curveChosen", 40, { time: 1, digit: 1, x: WORD_BYTES, y: WORD_BYTES });
/**
 * Asserts the state of the multiple at `time` after a number of steps: the point, with the guarantees of
 * curveChosen, and for each scalar the number formed by the bits since the last whole limb. The multiple and
 * each step send one and receive one.
 */
export const CURVE_STEP = defineBus("curveStep", 41, {
  time: 1,
  step: 1,
  parts: CURVE_SCALARS,
  x: WORD_BYTES,
  y: WORD_BYTES,
});
/**
 * Says which limb of each scalar the multiple at `time` has taken in up to a step, in which its lowest bits are; a limb is below
 * 2^16. Sent by curveStep, received by curveMultiple, each once.
 */
export const CURVE_LIMBS = defineBus("curveLimbs", 42, { time: 1, step: 1, limbs: CURVE_SCALARS });
/**
 * Says that the tagged compression of two digests gives `output` (docs/protocol.md §1). Answered by compression. The sends are
 * counted.
 */
export const COMPRESSION = defineBus("compression", 30, { tag: 1, left: DIGEST, right: DIGEST, output: DIGEST });
/**
 * Requests work on words of a memory by the step at `time`. Sent by processor, received by one of two tables, each once. At an
 * offset that is a multiple of 32 it is a recovery, received by recover: of the key of a signature of secp256k1 from four words
 * on from there, hash, parity, r and s; the word is 1 if the key's x and y are written after them, and 0 if no key signed. At
 * `PRODUCT_OFFSET` it is a product r = a · b + c in Fp2 of BN254, received by fieldProduct: the word's four lowest limbs are
 * indexes of r, c, b and a, its other limbs 0. An element is two words, the real part first, and its index that of the first
 * one; a, b, c and r are accessed in this order, at `time` and the three times after it. The sender guarantees that the offset is
 * below 2^29 and the time the step's, and for a product that indexes are below 2^16 and the next step's time is larger by 4.
 */
export const MEMORY_TASK = defineBus("memoryTask", 27, { space: 1, offset: 1, time: 1, word: LIMBS });
/**
 * Offset of a product as a task. No recovery of the kernel has it. A row of recover may have it modulo the prime, as
 * 32 times a number, but its word then has the indexes 0 as a, b and c, and no product of the kernel has these.
 */
export const PRODUCT_OFFSET = 1;
/**
 * Says what a node of the state tree's lower 29 levels is before a run and after it; leaves are of height 0. Sent by roots for
 * the node that is left of all and by tree for its children, received by tree and by leaves (or relistedPlaces), each once.
 */
export const NODE = defineBus("node", 31, { height: 1, index: 1, before: DIGEST, after: DIGEST });
/** Says what a leaf is worth before a run and after it. Sent by keys, received by leaves, each leaf once at most. */
export const LEAF = defineBus("leaf", 32, { kind: 1, key: DIGEST, before: LIMBS, after: LIMBS });
/** Says how many leaves there are before a run and after it. Sent by roots, received by leaves, once. */
export const LEAF_COUNTS = defineBus("leafCounts", 33, { before: 1, after: 1 });
/** Says which state roots a statement has. Sent by boundary, received by roots, once. */
export const ROOTS = defineBus("roots", 34, { before: DIGEST, after: DIGEST });
/**
 * Says that `result` is the tagged compression of two digests that are written as words: eight elements of two limbs, the first
 * highest. Those of `left` and `right` are taken modulo p, the result's are below p. If `packed` is 1, and not 0, `right` has its
 * elements in the upper 24 bytes instead, three each. Answered by digestWords. The sender sees to it that limbs are below 2^16.
 */
export const DIGEST_WORDS = defineBus("digestWords", 35, { tag: 1, packed: 1, left: LIMBS, right: LIMBS, result: LIMBS });
/**
 * Asserts the leaf of a place before leaves are relisted. Sent by relistedLeaves, received by relistedPlaces,
 * each once.
 */
export const LISTED_BEFORE = defineBus("listedBefore", 60, { index: 1, leaf: DIGEST });
/** Says which leaf a place has afterwards. Sent by relistedLeaves, received by relistedPlaces, each once. */
export const LISTED_AFTER = defineBus("listedAfter", 61, { index: 1, leaf: DIGEST });
