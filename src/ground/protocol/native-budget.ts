import { NATIVE_WEIGHTS } from "./native-weights.ts";

/**
 * Maximum cost of an operation of L1's queue in a proof, in units of 100 cells of its trace. An operation cannot be
 * refused, so that a more expensive one is not run. This must follow from the operation alone: the weights are part of the
 * protocol's version (docs/protocol.md, `fixtures/protocol/budget.json`).
 */
export const NATIVE_BUDGET = 1_000_000;

/** Weights of an instruction for each unit of its operands, in addition to its base weight. */
export const UNIT_WEIGHTS = {
  /** 32 bytes that are copied: call data, code, return data, memory, a call's output. */
  copiedWord: 3,
  /** A permutation of KECCAK256: 136 bytes, one more than whole ones. */
  hashedBlock: 637,
  /** A byte of EXP's exponent, from the highest that is not 0. */
  exponentByte: 62,
  /** 64 bytes of SHA-256, its padding included. */
  sha256Block: 17_000,
  /** A byte of the exponent of a modular power. */
  modularExponentByte: 100,
  /** A byte of code that a contract gets. */
  depositedByte: 5,
  /** Three bytes of code that runs or is read, when the operation first loads them. */
  loadedThreeBytes: 1,
} as const;

/** Weights of the precompiled contracts that a proof covers; 0x02, 0x04 and 0x05 have a weight for each unit also. */
export const PRECOMPILE_WEIGHTS: ReadonlyMap<bigint, number> = new Map([
  [0x01n, 3400],
  [0x02n, 1_300],
  [0x04n, 10],
  [0x05n, 50],
  [0x100n, 140_000],
]);

const RULES: readonly (readonly [weight: number, opcodes: readonly number[]])[] = [
  // One row of the processor.
  [2, [0x30, 0x32, 0x33, 0x34, 0x35, 0x36, 0x38, 0x3a, 0x3d, 0x41, 0x42, 0x43, 0x45, 0x46, 0x48, 0x49, 0x4a, 0x50, 0x56, 0x57]],
  [2, [0x58, 0x59, 0x5a, 0x5b, 0x5f, 0x60, 0x61, 0x62, 0x63, ...range(0x80, 0x9f), 0x14, 0x15, 0x19]],
  // An addition or a comparison; logic; a push that is looked up.
  [3, [0x01, 0x03, 0x10, 0x11, 0x12, 0x13]],
  [4, [0x16, 0x17, 0x18, ...range(0x64, 0x7f)]],
  // A multiplication or division, a shift; memory across two words; a remainder of 512 bits.
  [6, [0x02, 0x04, 0x05, 0x06, 0x07, 0x0b, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e]],
  [5, [0x51, 0x52, 0x53]],
  [8, [0x08, 0x09, 0x0a, 0x20, 0x37, 0x39, 0x3e, 0x5e]],
  [12, [0x44]],
  // What the kernel does: state with its path in the tree, transient state, logs.
  [300, [0x31, 0x3b, 0x3c, 0x3f, 0x47, 0x54]],
  [400, [0x55]],
  [91, [0x5c]],
  [132, [0x5d]],
  [160, [0xa0, 0xa1, 0xa2, 0xa3, 0xa4]],
  [920, [0x40]],
  // Calls, creations and ends of frames.
  [600, [0xf1, 0xf2, 0xf4, 0xfa]],
  [900, [0xf0, 0xf5]],
  [190, [0x00, 0xf3]],
  [470, [0xfd]],
  [860, [0xff]],
];

/** Weight of each opcode; undefined for an undefined instruction: its frame ends there, and nothing counts. */
export const INSTRUCTION_WEIGHTS: readonly (number | undefined)[] = Array.from(
  { length: 256 },
  (_, opcode) => RULES.find(([, opcodes]) => opcodes.includes(opcode))?.[0],
);

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i);
}

/** Weights that user mode subtracts from a budget: of its opcodes, and for each unit of their operands. */
export interface UserWeights {
  readonly instructions: readonly (number | undefined)[];
  /** 32 bytes that are copied, a permutation of KECCAK256, a byte of EXP's exponent. */
  readonly copiedWord: number;
  readonly hashedBlock: number;
  readonly exponentByte: number;
}

const KECCAK256 = 0x20;

/** Measured weights (docs/native.md). KECCAK256 was measured with its first block, which counts as all blocks do. */
export const USER_WEIGHTS: UserWeights = {
  instructions: Array.from({ length: 256 }, (_, opcode) =>
    opcode === KECCAK256
      ? (NATIVE_WEIGHTS.opcodes[opcode] ?? 0) - NATIVE_WEIGHTS.parts.hashedBlock
      : NATIVE_WEIGHTS.opcodes[opcode],
  ),
  ...NATIVE_WEIGHTS.parts,
};

/** Units that a gas pays for in format 3, and the maximum of one transaction: half of the cells of a step. */
export const UNITS_PER_GAS = 6;
export const MOST_UNITS = 1_300_000;
/** Maximum of units for a gas that a step takes of the frame that it runs in, so that a callee is lent enough for its gas. */
export const MAX_UNITS_PER_GAS = 24;

/** Address of the precompiled contract of format 3 that answers the units of the frame that calls it, and its price. */
export const UNITS_ADDRESS = 0x101n;
export const UNITS_GAS = 15n;

/** Units that a transaction of format 3 may take. */
export function unitBudget(gasLimit: bigint): number {
  const paid = BigInt(UNITS_PER_GAS) * gasLimit;
  return paid < BigInt(MOST_UNITS) ? Number(paid) : MOST_UNITS;
}

/** Gas that `units` units cost. */
export function gasOfUnits(units: number): bigint {
  return BigInt(Math.ceil(units / UNITS_PER_GAS));
}

/** Charged gas of a transaction of format 3: the larger of both meters. */
export function chargedGas(evmGas: bigint, units: number): bigint {
  const least = gasOfUnits(units);
  return least > evmGas ? least : evmGas;
}

/** Precompiled contracts that no proof covers: an operation that calls one is not run. */
export function isUnsupportedPrecompile(address: bigint): boolean {
  return address === 0x03n || (address >= 0x06n && address <= 0x11n);
}

/** Maximum bytes of a number in a modular power (0x05) that a proof covers. */
export const MAX_MODULAR_BYTES = 32n;
