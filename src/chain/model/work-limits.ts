import { MAX_INSTRUCTION_LIMIT } from "./instruction-limits.ts";

/**
 * Work of a transaction, in units of the time of a plain instruction in the slower of the two engines: some 0.16 µs. A
 * sum of weights and never a clock, so that every node computes the same. Gas is a poor measure of it: 2^24 gas are 0.1 s
 * of processor time or 7 s. The weights are fitted to the measurements of `npm run -s bench -- worst-gas` (decision 120).
 */

/** Units for each instruction that a transaction may run. Compiled contracts take 1.9 on average (commits of batches). */
const UNITS_PER_INSTRUCTION = 2;

/**
 * Maximum work of a transaction by its maximum number of instructions. Without a limit of instructions, work has no limit
 * either.
 */
export function mostWork(maxInstructions: number): number {
  return maxInstructions >= MAX_INSTRUCTION_LIMIT ? Infinity : maxInstructions * UNITS_PER_INSTRUCTION;
}

/** No instruction and no precompiled contract takes more for a gas: with less gas than this allows, a run is not counted. */
export const MAX_WORK_PER_GAS = 16;

const RULES: readonly (readonly [units: number, opcodes: readonly number[]])[] = [
  // ADDMOD, MULMOD, EXP; RETURNDATASIZE; what is read of the block and the transaction.
  [3, [0x08, 0x09, 0x0a]],
  [1, [0x3d]],
  [4, [0x30, 0x32, 0x33, 0x41, 0x44]],
  [2, [0x47, 0x4a]],
  // Memory and call data: words become numbers by way of texts.
  [5, [0x35, 0x51]],
  [12, [0x52]],
  [3, [0x53]],
  // CALLDATACOPY, CODECOPY, RETURNDATACOPY, MCOPY.
  [4, [0x37, 0x39, 0x3e, 0x5e]],
  [20, [0x20]],
  [10, [0x40]],
  // Accounts, storage, transient storage.
  [55, [0x31, 0x3b, 0x3c, 0x3f, 0x54]],
  [160, [0x55]],
  [20, [0x5c]],
  [35, [0x5d]],
  [20, [0xa0]],
  [45, [0xa1]],
  [70, [0xa2]],
  [95, [0xa3]],
  [120, [0xa4]],
  // Frames.
  [150, [0xf1, 0xf2, 0xf4, 0xfa, 0xff]],
  [650, [0xf0, 0xf5]],
];

/** Units of each opcode beyond those of a plain instruction; opcodes that are not here have none. */
export const INSTRUCTION_WORK: ReadonlyMap<number, number> = new Map(
  RULES.flatMap(([units, opcodes]) => opcodes.map((opcode) => [opcode, units] as const)),
);

/** Units of an instruction for each part of its operands, in addition to its fixed ones. */
export const OPERAND_WORK = {
  /** 136 bytes that are hashed, one more than whole ones. */
  hashedBlock: 4,
  /** A byte of EXP's exponent, from the highest that is not 0. */
  exponentByte: 21,
  /** 32 bytes that a copy takes from behind the end of its source: zeros. */
  paddedWord: 9,
  /** 32 bytes of init code. */
  initWord: 3,
  /** 20 bytes of the code that a call runs, whose jumps are looked for. */
  calledTwentyBytes: 1,
} as const;

/** A precompiled contract: units for 1,000 gas, and its highest price, which counts where it fails and takes all gas. */
export interface PrecompileWork {
  readonly unitsPerThousandGas: number;
  readonly mostGas: (inputBytes: number) => number;
}

const fixed = (gas: number) => () => gas;
const perPair = (first: number, pair: number, bytes: number) => (inputBytes: number) =>
  first + pair * Math.ceil(inputBytes / bytes);

/** Work by address. Any call of them also takes `PRECOMPILE_CALL_WORK`. */
export const PRECOMPILE_WORK: ReadonlyMap<bigint, PrecompileWork> = new Map([
  [0x01n, { unitsPerThousandGas: 190, mostGas: fixed(3000) }],
  [0x02n, { unitsPerThousandGas: 110, mostGas: perPair(60, 12, 32) }],
  [0x03n, { unitsPerThousandGas: 30, mostGas: perPair(600, 120, 32) }],
  [0x04n, { unitsPerThousandGas: 40, mostGas: perPair(15, 3, 32) }],
  [0x05n, { unitsPerThousandGas: 160, mostGas: fixed(Infinity) }],
  [0x06n, { unitsPerThousandGas: 450, mostGas: fixed(150) }],
  [0x07n, { unitsPerThousandGas: 2500, mostGas: fixed(6000) }],
  [0x08n, { unitsPerThousandGas: 1100, mostGas: perPair(45_000, 34_000, 192) }],
  [0x09n, { unitsPerThousandGas: 2530, mostGas: fixed(0) }],
  [0x0an, { unitsPerThousandGas: 4200, mostGas: fixed(50_000) }],
  [0x0bn, { unitsPerThousandGas: 570, mostGas: fixed(375) }],
  [0x0cn, { unitsPerThousandGas: 560, mostGas: perPair(0, 12_000, 160) }],
  [0x0dn, { unitsPerThousandGas: 470, mostGas: fixed(600) }],
  [0x0en, { unitsPerThousandGas: 350, mostGas: perPair(0, 22_500, 288) }],
  [0x0fn, { unitsPerThousandGas: 400, mostGas: perPair(37_700, 32_600, 384) }],
  [0x10n, { unitsPerThousandGas: 170, mostGas: fixed(5500) }],
  [0x11n, { unitsPerThousandGas: 250, mostGas: fixed(23_800) }],
  [0x100n, { unitsPerThousandGas: 1870, mostGas: fixed(6900) }],
]);

/** Units of a call of a precompiled contract, in addition to those of its instruction. */
export const PRECOMPILE_CALL_WORK = 140;
