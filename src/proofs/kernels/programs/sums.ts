import { ONE, type SumParts } from "./strip-code.ts";
import { scalarIndex, type StraightLine } from "./straight-line.ts";

/** Maximum number of parts of a sum: their operands occupy registers until the sum is computed. */
const MOST_PARTS = 64;

/**
 * Which results become parts of the sums that read them, so that they are never stored: those that one addition or subtraction
 * reads, and nothing else.
 */
export function joinSums({ instructions, firstResult, a, b, reads }: StraightLine): Uint8Array {
  const joined = new Uint8Array(instructions.length);
  const parts = new Uint8Array(instructions.length);
  const join = (operand: number, limit: number): number => {
    const result = operand - firstResult;
    const own = parts[result] ?? 0;
    if (result < 0 || own === 0 || own > limit || reads[result] !== 1) return 1;
    joined[result] = 1;
    return own;
  };
  instructions.forEach(({ op }, i) => {
    if (op === "mul") parts[i] = 1;
    else if (op === "add" || op === "sub") {
      const first = join(a[i] ?? 0, MOST_PARTS - 1);
      parts[i] = first + join(b[i] ?? 0, MOST_PARTS - first);
    }
  });
  return joined;
}

/** Computes a scalar on every row, and returns the value's number. */
type Spread = (scalar: number) => number;

/** The parts of an instruction's sum, those of the joined ones in it included. `scalars` is how many the program has. */
export function sumParts(line: StraightLine, joined: Uint8Array, root: number, scalars: number, spread: Spread): SumParts {
  const { instructions, firstResult, a, b } = line;
  const parts: Record<keyof SumParts, number[]> = { scaled: [], plus: [], minus: [], added: [], subtracted: [] };
  const scale = (value: number, scalar: number, negative: boolean): void => {
    parts.scaled.push(value, negatable(scalar, scalars, negative));
  };
  const multiply = (x: number, y: number, negative: boolean): void => {
    if (x < 0 && y < 0) scale(spread(scalarIndex(x)), scalarIndex(y), negative);
    else if (x < 0) scale(y, scalarIndex(x), negative);
    else if (y < 0) scale(x, scalarIndex(y), negative);
    else (negative ? parts.minus : parts.plus).push(x, y);
  };
  const visit = (operand: number, negative: boolean): void => {
    const result = operand - firstResult;
    if (operand < 0) scale(ONE, scalarIndex(operand), negative);
    else if (result >= 0 && (result === root || joined[result] === 1)) {
      const [x, y] = [a[result] ?? 0, b[result] ?? 0];
      const op = instructions[result]?.op;
      if (op === "mul") return multiply(x, y, negative);
      visit(x, negative);
      visit(y, (op === "sub") !== negative);
    } else (negative ? parts.subtracted : parts.added).push(operand);
  };
  visit(firstResult + root, false);
  return parts;
}

/** The index of a scalar, or of its negative: all negatives follow the scalars. */
export function negatable(scalar: number, scalars: number, negative: boolean): number {
  return scalar + (negative ? scalars : 0);
}
