import { NATIVE_WEIGHTS } from "./native-weights.ts";

const { opcodes, parts, precompiles } = NATIVE_WEIGHTS;
const of = (opcode: number): number => opcodes[opcode] ?? 0;
const CALLS = [0xf1, 0xf2, 0xf4, 0xfa];
const CREATIONS = [0xf0, 0xf5];

/** Units of opcodes that the kernel serves, and of costs other than instructions, for all meters. */
export const SERVED_WEIGHTS = {
  sload: of(0x54),
  sstore: of(0x55),
  tload: of(0x5c),
  tstore: of(0x5d),
  balance: of(0x31),
  codeSize: of(0x3b),
  codeHash: of(0x3f),
  codeCopy: of(0x3c),
  destruct: of(0xff),
  blockHash: of(0x40),
  // With the one leaf that a frame may have asked for in the step at which it halts: a path without a neighbour's.
  call: Math.max(...CALLS.map(of)) + Math.ceil(parts.leaf / 2),
  create: Math.max(...CREATIONS.map(of)),
  leaf: parts.leaf,
  account: parts.account,
  link: parts.link,
  codeByte: parts.codeByte,
  depositedByte: parts.depositedByte,
  copiedWord: parts.copiedWord,
  hashedBlock: parts.hashedBlock,
  transaction: parts.transaction,
  inputWord: parts.inputWord,
  // What a chain that publishes its inputs notes of a transaction: one hash, and the slot that has it.
  notedInput: parts.hashedBlock + parts.leaf,
  // A signature, two hashes, the authority and its code; what else the kernel does with it is less than a call.
  authorization: precompiles[0x01] + 2 * parts.account + 2 * of(0x20) + Math.max(...CALLS.map(of)),
  recover: precompiles[0x01],
  sha256Block: parts.sha256Block,
  // A bit of the exponent: it is measured with 256.
  powerBit: Math.ceil(precompiles[0x05] / 255),
  p256: precompiles[0x100],
  // Without its call, because its frame pays gas for these.
  pointSum: precompiles[0x06] - Math.min(...CALLS.map(of)),
  pointMultiple: precompiles[0x07],
  // Measured with one pair.
  pairing: precompiles[0x08] - parts.pairOfPoints,
  pairOfPoints: parts.pairOfPoints,
} as const;

/** Weights of LOG0 to LOG4. */
export const LOG_WEIGHTS = [0, 1, 2, 3, 4].map((topics) => of(0xa0 + topics));
