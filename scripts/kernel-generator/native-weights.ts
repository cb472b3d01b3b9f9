import { NATIVE_WEIGHTS } from "../../src/protocol/native-weights.ts";

const { opcodes, parts, precompiles } = NATIVE_WEIGHTS;
const of = (opcode: number): number => opcodes[opcode] ?? 0;
const CALLS = [0xf1, 0xf2, 0xf4, 0xfa];
const CREATIONS = [0xf0, 0xf5];

const WEIGHTS: Readonly<Record<string, number>> = {
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
  prevRandao: of(0x44),
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
  // A signature, two hashes, the authority and its code; what else the kernel does with it is less than a call.
  authorization: precompiles[0x01] + 2 * parts.account + 2 * of(0x20) + Math.max(...CALLS.map(of)),
  recover: precompiles[0x01],
  sha256Block: parts.sha256Block,
  modularPower: precompiles[0x05],
  p256: precompiles[0x100],
};

/** What format 3's kernel weighs, as functions of it. */
export function nativeWeights(): string {
  const logs = [0, 1, 2, 3, 4].map((topics) => `  case ${topics} { units := ${of(0xa0 + topics)} }`);
  return [
    ...Object.entries(WEIGHTS).map(([name, units]) => `function ${name}Units() -> units { units := ${units} }`),
    `function logUnits(topics) -> units {\n  switch topics\n${logs.join("\n")}\n}`,
  ].join("\n");
}
