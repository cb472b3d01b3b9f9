import { NATIVE_WEIGHTS } from "./native-weights.ts";

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

/** Units that a gas pays for, and the maximum of one transaction: half of the cells of a step. */
export const UNITS_PER_GAS = 6;
export const MAX_UNITS = 1_300_000;
/** Maximum of units for a gas that a step takes of the frame that it runs in, so that a callee is lent enough for its gas. */
export const MAX_UNITS_PER_GAS = 24;

/** Address of the precompiled contract of proven chains that answers the units of the frame that calls it, and its price. */
export const UNITS_ADDRESS = 0x101n;
export const UNITS_GAS = 15n;

/** Units that a transaction of a proven chain may take. */
export function unitBudget(gasLimit: bigint): number {
  const paid = BigInt(UNITS_PER_GAS) * gasLimit;
  return paid < BigInt(MAX_UNITS) ? Number(paid) : MAX_UNITS;
}

/** Gas that `units` units cost. */
export function gasOfUnits(units: number): bigint {
  return BigInt(Math.ceil(units / UNITS_PER_GAS));
}

/** Charged gas of a proven chain's transaction: the larger of both meters. */
export function chargedGas(evmGas: bigint, units: number): bigint {
  const least = gasOfUnits(units);
  return least > evmGas ? least : evmGas;
}

/** Maximum bytes of a number in a modular power (0x05) that a proof covers. */
export const MAX_MODULAR_BYTES = 32n;
