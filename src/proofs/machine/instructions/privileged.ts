/** Instruction that only the kernel may execute: a code byte, its pops and pushes, and its effect. */
interface PrivilegedInstruction {
  readonly code: number;
  readonly pops: number;
  readonly pushes: number;
}

const instruction = (code: number, pops: number, pushes: number): PrivilegedInstruction => ({ code, pops, pushes });

/** Instructions that carry a name's index as the byte after them. */
export const IndexedCode = { getVariable: 0xa0, setVariable: 0xa1, getField: 0xa2, setField: 0xa3 } as const;

/** Code of the instruction that reads array 0; array i has the code i higher. */
export const LOAD_ARRAY = 0xc0;
/** Code of the instruction that writes array 0. */
export const STORE_ARRAY = 0xd0;

/**
 * Functions `machine.*` of the kernel's sources. Operands are in the order in which Yul passes them. A pointer is a frame
 * << 32 and an offset in its memory, as MLOAD, MSTORE, MSTORE8 and KECCAK256 of the kernel take. Frame 0 is the kernel's.
 */
export const MACHINE = {
  /** (gas) of the current frame. */
  setGas: instruction(0xa5, 1, 0),
  /**
   * (indexes): writes a·b + c to r, in Fp2 of BN254. The indexes of a, b, c and r are of words in the kernel's memory,
   * 16 bits each, r's the lowest. An element is two words below the prime: its real part, then the factor of u, with u² = −1.
   */
  fieldProduct: instruction(0xa6, 1, 0),
  /** (key id) → account */
  accountOfKey: instruction(0xac, 1, 1),
  /** Notes how the transaction ended; changes nothing that the kernel can see. */
  endTransaction: instruction(0xad, 0, 0),
  /** Notes why an operation of L1's queue did not run; changes nothing that the kernel can see. */
  endOperation: instruction(0xae, 0, 0),
  /**
   * → opcode of the current frame that the kernel must serve; 0xfe for an exceptional halt; 0x0c where the next opcode weighs
   * more than the variable `nativeLeft` says. What runs is taken from that.
   */
  run: instruction(0xb0, 0, 1),
  /** (frame << 10 and a place, from the foot on) → word of the frame's stack. The height is in the frame's field `position`. */
  loadUser: instruction(0xb1, 1, 1),
  /** (frame << 10 and a place, word) */
  storeUser: instruction(0xb2, 2, 0),
  /** (frame) becomes the current one. */
  enterFrame: instruction(0xb3, 1, 0),
  /** → a word of the witness */
  hint: instruction(0xb4, 0, 1),
  /** (leaf kind, account, slot) → key id */
  key: instruction(0xb5, 3, 1),
  /** (offset): hash, parity, r, s in kernel memory → 1 and the public key behind them, or 0 if no key signed so. */
  recover: instruction(0xb6, 1, 1),
  /** (state, first half of a block, second half) → the state behind the block, by SHA-256's compression function. */
  sha256Block: instruction(0xb7, 3, 1),
  /** (pointer to, pointer from, length) → length. The two are of different frames. */
  copy: instruction(0xb8, 3, 1),
  /** (code digest) → the code's length, as the witness has it, with 1 << 24 where the digest has the older form */
  codeLength: instruction(0xb9, 1, 1),
  /** (code digest, offset) → a word of the code, as the witness has it; at 2^24 the chain over its bytes, without its length */
  codeWord: instruction(0xba, 2, 1),
  /** (pointer, length, code digest) → code digest. Notes that this code may be loaded, which the kernel cannot see. */
  keepCode: instruction(0xbb, 3, 1),
  /**
   * (tag, left, right) → the compression of two digests (docs/protocol.md, section 1). Digests are words of eight elements of 32
   * bits, the first highest, and taken modulo the field's prime. With 2^16 added to the tag, the right side's are in the upper 24
   * bytes of its word, three each.
   */
  compress: instruction(0xbc, 3, 1),
  /** (digest of a chain of blocks' hashes) → the hash that was folded last, as the witness has it: its limbs in pairs */
  foldedHash: instruction(0xbe, 1, 1),
  /** (digest of a chain of blocks' hashes) → the digest before that, as the witness has it */
  foldedBefore: instruction(0xbf, 1, 1),
  /** (reason): the steps so far cannot be followed by this one. */
  panic: instruction(0xbd, 1, 0),
} as const satisfies Readonly<Record<string, PrivilegedInstruction>>;
export type MachineInstruction = keyof typeof MACHINE;
