import { P } from "../../field/koala-bear.ts";
import { COMPACT_CONSTANTS } from "../../kernels/poseidon-rounds.ts";
import { MDS_MATRIX, WIDTH } from "../../kernels/poseidon.ts";
import { PERMUTATION_COLUMNS } from "./permutation.ts";

const INVERSE_OF_P = 1 / P;
const INITIAL = Float64Array.from(COMPACT_CONSTANTS.initial.flat());
const TERMINAL = Float64Array.from(COMPACT_CONSTANTS.terminal.flat());
const PARTIAL = Float64Array.from(COMPACT_CONSTANTS.partial);
const MATRIX = Float64Array.from(MDS_MATRIX.flat());

/** Where the interior cells of a row lie: cell k at `cells[offset + k · stride]`. */
export interface InteriorCells {
  readonly cells: Uint32Array;
  readonly offset: number;
  readonly stride: number;
}

/**
 * Permutes `state` in place (16 canonical elements, canonical afterwards) and writes the 74 interior cells that
 * `constrainPermutation` declares. Allocates nothing. The state may hold numbers up to 2p on entry.
 */
export function permuteTraced(state: Float64Array, { cells, offset, stride }: InteriorCells): void {
  const { afterRound2, afterRound4, oddSboxInputs, afterRound5, afterRound7 } = PERMUTATION_COLUMNS;
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, INITIAL, round * WIDTH);
    if (round === 1) store(state, cells, offset + afterRound2 * stride, stride);
  }
  store(state, cells, offset + afterRound4 * stride, stride);
  for (let round = 0; round < PARTIAL.length; round++) {
    const input = reduceSum((state[0] ?? 0) + (PARTIAL[round] ?? 0));
    if (round % 2 === 1) cells[offset + (oddSboxInputs + (round >> 1)) * stride] = input;
    state[0] = multiply(multiply(input, input), input);
    applyMatrix(state);
  }
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, TERMINAL, round * WIDTH);
    if (round === 0) store(state, cells, offset + afterRound5 * stride, stride);
    if (round === 2) store(state, cells, offset + afterRound7 * stride, stride);
  }
}

/**
 * Permutes `state` in place, as `permuteTraced` does, and gives the cells of `constrainCubicPermutation`: the states after the
 * first three rounds, the inputs of the S-boxes of partial rounds, the state after these, the states after three rounds more.
 */
export function permuteByRounds(state: Float64Array): number[] {
  const cells: number[] = [];
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, INITIAL, round * WIDTH);
    if (round < 3) cells.push(...state);
  }
  for (const constant of PARTIAL) {
    const input = reduceSum((state[0] ?? 0) + constant);
    cells.push(input);
    state[0] = multiply(multiply(input, input), input);
    applyMatrix(state);
  }
  cells.push(...state);
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, TERMINAL, round * WIDTH);
    if (round < 3) cells.push(...state);
  }
  return cells;
}

function store(state: Float64Array, cells: Uint32Array, offset: number, stride: number): void {
  for (let i = 0; i < WIDTH; i++) cells[offset + i * stride] = state[i] ?? 0;
}

function applyFullRound(state: Float64Array, constants: Float64Array, offset: number): void {
  for (let i = 0; i < WIDTH; i++) {
    const x = reduceSum((state[i] ?? 0) + (constants[offset + i] ?? 0));
    state[i] = multiply(multiply(x, x), x);
  }
  applyMatrix(state);
}

const products = new Float64Array(WIDTH);

/** Sums stay below 371 · p < 2^40 and are reduced once, at the end. */
function applyMatrix(state: Float64Array): void {
  for (let row = 0; row < WIDTH; row++) {
    let sum = 0;
    for (let i = 0; i < WIDTH; i++) sum += (MATRIX[row * WIDTH + i] ?? 0) * (state[i] ?? 0);
    products[row] = reduceSum(sum);
  }
  state.set(products);
}

/** x mod p for integers 0 ≤ x < 2^40: the rounded quotient is off by at most one. */
function reduceSum(x: number): number {
  const r = x - Math.floor(x * INVERSE_OF_P) * P;
  return r < 0 ? r + P : r >= P ? r - P : r;
}

/**
 * a·b mod p for canonical a, b. The quotient is computed in doubles with an error below 2⁻¹⁹, so its integer part is off
 * by one only next to an integer, and the difference, between −2¹² and p + 2¹², is exact in 32-bit arithmetic.
 */
function multiply(a: number, b: number): number {
  const quotient = (a * b * INVERSE_OF_P) | 0;
  const r = (Math.imul(a, b) - Math.imul(quotient, P)) | 0;
  return r < 0 ? r + P : r >= P ? r - P : r;
}
