import type { Hex } from "../../../ground/protocol/hex.ts";
import type { TracedStep } from "./stack-heights.ts";

/** An instruction of a trace, with the stack before it. */
export interface StackedStep extends TracedStep {
  readonly stack: readonly Hex[];
}

type Range = readonly [offset: number, length: number];

/**
 * Positions on the stack, counted from its top, of the starts and lengths of the memory that instructions
 * touch.
 */
const RANGES: ReadonlyMap<string, readonly Range[]> = new Map([
  ...named("KECCAK256 SHA3 RETURN REVERT LOG0 LOG1 LOG2 LOG3 LOG4", [[0, 1]]),
  ...named("CALLDATACOPY CODECOPY RETURNDATACOPY", [[0, 2]]),
  ...named("EXTCODECOPY", [[1, 3]]),
  ...named("CREATE CREATE2", [[1, 2]]),
  ...named("MCOPY", [
    [0, 2],
    [1, 2],
  ]),
  ...named("CALL CALLCODE", [
    [3, 4],
    [5, 6],
  ]),
  ...named("DELEGATECALL STATICCALL", [
    [2, 3],
    [4, 5],
  ]),
]);
/** Bytes that these touch from where the top of the stack says. */
const FIXED: ReadonlyMap<string, bigint> = new Map([
  ["MLOAD", 32n],
  ["MSTORE", 32n],
  ["MSTORE8", 1n],
]);
/** More than any transaction's gas pays for. A frame that asks for so much ends. */
const MOST_BYTES = 2n ** 32n;

/**
 * Number of words of memory before each step, summed over all steps, from the ranges that each instruction
 * touches.
 */
export function memoryWords(steps: readonly StackedStep[]): number {
  const sizes: number[] = [];
  let sum = 0;
  for (const step of steps) {
    const { depth } = step;
    // A frame that has ended restores the memory below it; a new one begins empty.
    sizes.length = Math.min(sizes.length, depth);
    while (sizes.length < depth) sizes.push(0);
    const size = sizes[depth - 1] ?? 0;
    sum += size;
    sizes[depth - 1] = Math.max(size, ...touched(step));
  }
  return sum;
}

/** Ends of the ranges that the instruction touches, as numbers of words. */
function touched({ op, stack }: StackedStep): readonly number[] {
  const at = (place: number): bigint => BigInt(stack.at(-1 - place) ?? "0x0");
  const fixed = FIXED.get(op);
  if (fixed !== undefined) return [wordsTo(at(0), fixed)];
  return (RANGES.get(op) ?? []).map(([offset, length]) => wordsTo(at(offset), at(length)));
}

function wordsTo(offset: bigint, length: bigint): number {
  if (length === 0n || offset + length > MOST_BYTES) return 0;
  return Number((offset + length + 31n) / 32n);
}

function named(names: string, ranges: readonly Range[]): (readonly [string, readonly Range[]])[] {
  return names.split(" ").map((name) => [name, ranges]);
}
