import { add, inv, mul, P, pow, sub } from "../../../src/proofs/field/koala-bear.ts";
import { MDS_MATRIX, ROUND_CONSTANTS } from "../../../src/proofs/kernels/poseidon.ts";
import type { Digest } from "../../../src/ground/protocol/state-transition-witness.ts";

type Matrix = readonly (readonly number[])[];

const INVERSE_MATRIX = invert(MDS_MATRIX);

/** Gauss–Jordan elimination. */
function invert(matrix: Matrix): Matrix {
  const rows = matrix.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1 : 0))]);
  rows.forEach((_, column) => {
    const pivot = rows.findIndex((row, i) => i >= column && row[column] !== 0);
    [rows[column], rows[pivot]] = [rows[pivot]!, rows[column]!];
    const scale = inv(rows[column]![column]!);
    rows[column] = rows[column]!.map((x) => mul(x, scale));
    rows.forEach((row, i) => {
      const factor = row[column]!;
      if (i !== column) rows[i] = row.map((x, j) => sub(x, mul(factor, rows[column]![j]!)));
    });
  });
  return rows.map((row) => row.slice(matrix.length));
}

function apply(matrix: Matrix, state: readonly number[]): number[] {
  return matrix.map((row) => row.reduce((sum, x, i) => add(sum, mul(x, state[i]!)), 0));
}

/** Inverse of cubing: 3 · exponent ≡ 1 mod p − 1. */
const CUBE_ROOT = (2n * BigInt(P - 1) + 1n) / 3n;
const unbox = (x: number, constant: number) => sub(pow(x, CUBE_ROOT), constant);

/** The inverse of the Poseidon permutation. */
export function unpermute(output: readonly number[]): number[] {
  let state = [...output];
  const undoRounds = (rounds: Matrix, sboxes: number) => {
    for (const constants of [...rounds].reverse()) {
      state = apply(INVERSE_MATRIX, state).map((x, i) => (i < sboxes ? unbox(x, constants[i]!) : sub(x, constants[i]!)));
    }
  };
  undoRounds(ROUND_CONSTANTS.terminal, 16);
  undoRounds(ROUND_CONSTANTS.partial, 1);
  undoRounds(ROUND_CONSTANTS.initial, 16);
  return state;
}

/** Halves with C_tag(left, right) = left: the permutation's output must begin with eight zeros. */
export function fixedPoint(tag: number): { readonly left: Digest; readonly right: Digest } {
  const input = unpermute([0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8]);
  const left = input.slice(0, 8);
  return { left: [sub(left[0]!, tag), ...left.slice(1)], right: input.slice(8) };
}
