import { OPCODES } from "../../src/proofs/machine/instructions/evm.ts";
import { MAX_UNITS_PER_GAS, USER_WEIGHTS } from "../../src/ground/protocol/native-budget.ts";

/** The longest code that a contract can have, and init code (EIP-170, EIP-3860). */
const [LONGEST_CODE, LONGEST_INIT_CODE] = [24_576, 49_152];
const [KECCAK256, EXP, RATE, COLD] = [0x20, 0x0a, 136, 2600];

/** Step of user code with the maximum work for its gas. */
export interface Step {
  readonly name: string;
  readonly units: number;
  /** Minimum gas that its frame pays. */
  readonly gas: number;
}

/** Weights of the kernel, by the kernel's names. */
export type KernelWeights = Readonly<Record<string, number>>;

/**
 * Every step with a separate price. Steps whose units are paid in their frame are excluded:
 * BLOCKHASH, protocol codes.
 */
export function weighedSteps(kernel: KernelWeights): readonly Step[] {
  return [...userSteps(), ...kernelSteps(kernel)];
}

/** Throws DearStepError for what takes more than 24 units a gas without a price for its units. */
export function requirePricedSteps(steps: readonly Step[]): void {
  const dear = steps.filter(({ units, gas }) => units > MAX_UNITS_PER_GAS * gas);
  if (dear.length > 0) throw new DearStepError(dear);
}

/** Opcodes that user mode runs: with the most of what their operands make. */
function userSteps(): Step[] {
  const { instructions, copiedWord, exponentByte } = USER_WEIGHTS;
  const plain = OPCODES.flatMap((rule, opcode): Step[] => {
    const units = instructions[opcode];
    if (rule === undefined || rule.trapped || units === undefined || opcode === KECCAK256) return [];
    return [{ name: `opcode 0x${opcode.toString(16)}`, units, gas: rule.gas }];
  });
  const exponents = instructions[EXP] ?? 0;
  return [
    ...plain,
    { name: "EXP by 256 bits", units: exponents + 32 * exponentByte, gas: 10 + 32 * 50 },
    { name: "a word that is copied", units: copiedWord, gas: 3 },
    // From zero blocks that are full on, to more than a budget has: each begins a further permutation.
    ...Array.from({ length: 4000 }, (_, full) => hashStep(full)),
  ];
}

/** KECCAK256 of `full` full blocks, in memory that is paid for. */
function hashStep(full: number): Step {
  const { instructions, hashedBlock } = USER_WEIGHTS;
  const units = (instructions[KECCAK256] ?? 0) + (full + 1) * hashedBlock;
  return { name: `KECCAK256 of ${full * RATE} bytes`, units, gas: 30 + 6 * Math.ceil((full * RATE) / 32) };
}

/** Steps that the kernel serves. Slots, and accounts with their codes, count when they become warm. */
function kernelSteps(kernel: KernelWeights): Step[] {
  const of = (...names: readonly string[]): number => names.reduce((sum, name) => sum + required(kernel, name), 0);
  const load = LONGEST_CODE * of("codeByte");
  const warm = (name: string): Step => ({ name, units: of(name), gas: 100 });
  const init = LONGEST_INIT_CODE * of("codeByte");
  const blocks = Math.floor(LONGEST_INIT_CODE / RATE) + 1;
  return [
    ...["sload", "sstore", "tload", "tstore", "balance", "codeSize", "codeHash", "codeCopy", "call"].map(warm),
    { name: "SLOAD, cold", units: of("sload", "leaf"), gas: 2100 },
    { name: "SSTORE, cold", units: of("sstore", "leaf"), gas: 2200 },
    ...["balance", "codeHash", "codeSize", "codeCopy", "call"].map((name) => ({
      ...{ name: `${name} of a cold account with the longest code`, units: of(name, "account") + load, gas: COLD },
    })),
    { name: "SELFDESTRUCT", units: of("destruct"), gas: 5000 },
    { name: "SELFDESTRUCT to a cold heir with the longest code", units: of("destruct", "account") + load, gas: 5000 + COLD },
    { name: "32 bytes of output in a caller's room", units: of("copiedWord"), gas: 3 },
    { name: "LOG4", units: of("log4"), gas: 1875 },
    { name: "LOG0", units: of("log0"), gas: 375 },
    { name: "CREATE of the longest init code", units: of("create", "account") + init, gas: 32_000 },
    {
      name: "CREATE2 of it",
      units: of("create", "account") + init + blocks * of("hashedBlock"),
      gas: 32_000 + 8 * (LONGEST_INIT_CODE / 32),
    },
    { name: "a byte of code that a contract gets", units: of("depositedByte", "codeByte"), gas: 200 },
    { name: "an account of an access list with the longest code", units: of("account") + load, gas: 2400 },
    { name: "a slot of an access list", units: of("leaf"), gas: 1900 },
    // The refund for an existing authority is subtracted.
    { name: "an authorization", units: of("authorization"), gas: 12_500 },
    { name: "32 bytes of call data", units: of("inputWord"), gas: 32 * 4 },
    { name: "a transaction", units: of("transaction"), gas: 21_000 },
    ...precompiledSteps(of),
  ];
}

/** Calls of precompiled contracts. A power's exponent of up to 31 bits costs as much as one of 31. */
function precompiledSteps(of: (...names: readonly string[]) => number): Step[] {
  const power = (bits: number): Step => ({
    ...{ name: `modexp by ${bits} bits`, units: of("call") + (32 + bits) * of("powerBit"), gas: 100 + Math.max(500, 16 * bits) },
  });
  return [
    { name: "ecrecover", units: of("call", "recover"), gas: 3100 },
    { name: "SHA-256 of nothing", units: of("call", "sha256Block"), gas: 160 },
    { name: "SHA-256, 64 bytes more", units: of("sha256Block"), gas: 24 },
    { name: "identity, 32 bytes more", units: of("copiedWord"), gas: 3 },
    ...[1, 31, 255].map(power),
    { name: "the units left", units: of("call", "copiedWord"), gas: 115 },
    { name: "a multiple of a point", units: of("call", "pointMultiple"), gas: 100 + 6_000 },
    { name: "pairings of one pair", units: of("call", "pairing", "pairOfPoints"), gas: 100 + 79_000 },
    { name: "a pair more", units: of("pairOfPoints"), gas: 34_000 },
    { name: "P-256", units: of("call", "p256"), gas: 7000 },
  ];
}

function required(kernel: KernelWeights, name: string): number {
  const units = kernel[name];
  if (units === undefined)
    throw new Error(`the kernel weighs no ${name}: scripts/kernel-generator/native-weights.ts has no such name`);
  return units;
}

/**
 * Error for a step that takes more than 24 units for a gas of its frame, because a callee with a stipend
 * could then spend its caller's remaining units.
 */
export class DearStepError extends Error {
  override readonly name = "DearStepError";

  constructor(steps: readonly Step[]) {
    const list = steps.slice(0, 8).map(({ name, units, gas }) => `${name} (${units} units for ${gas} gas)`);
    super(
      `more than ${MAX_UNITS_PER_GAS} units a gas: ${list.join(", ")}${steps.length > 8 ? ` and ${steps.length - 8} more` : ""}; ` +
        "make it cheaper, or let its own frame pay a sixth of its units as BLOCKHASH does",
    );
  }
}
