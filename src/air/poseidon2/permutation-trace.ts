import { P } from "../../field/koala-bear.ts";
import { INTERNAL_DIAGONAL, ROUND_CONSTANTS, WIDTH } from "../../kernels/reference/poseidon2.ts";
import { PERMUTATION_COLUMNS } from "./permutation.ts";

const INVERSE_OF_P = 1 / P;
const INITIAL = Float64Array.from(ROUND_CONSTANTS.initial.flat());
const TERMINAL = Float64Array.from(ROUND_CONSTANTS.terminal.flat());
const INTERNAL = Float64Array.from(ROUND_CONSTANTS.internal);
const DIAGONAL = Float64Array.from(INTERNAL_DIAGONAL);

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
  applyExternalLayer(state);
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, INITIAL, round * WIDTH);
    if (round === 1) store(state, cells, offset + afterRound2 * stride, stride);
  }
  store(state, cells, offset + afterRound4 * stride, stride);
  for (let round = 0; round < INTERNAL.length; round++) {
    const input = reduceSum((state[0] ?? 0) + (INTERNAL[round] ?? 0));
    if (round % 2 === 1) cells[offset + (oddSboxInputs + (round >> 1)) * stride] = input;
    applyInternalLayer(state, multiply(multiply(input, input), input));
  }
  for (let round = 0; round < 4; round++) {
    applyFullRound(state, TERMINAL, round * WIDTH);
    if (round === 0) store(state, cells, offset + afterRound5 * stride, stride);
    if (round === 2) store(state, cells, offset + afterRound7 * stride, stride);
  }
}

function store(state: Float64Array, cells: Uint32Array, offset: number, stride: number): void {
  for (let i = 0; i < WIDTH; i++) cells[offset + i * stride] = state[i] ?? 0;
}

function applyFullRound(state: Float64Array, constants: Float64Array, offset: number): void {
  for (let i = 0; i < WIDTH; i++) {
    let x = (state[i] ?? 0) + (constants[offset + i] ?? 0);
    if (x >= P) x -= P;
    state[i] = multiply(multiply(x, x), x);
  }
  applyExternalLayer(state);
}

/** Sums stay below 35 · 2p < 2^38 and are reduced once, at the end. */
function applyExternalLayer(state: Float64Array): void {
  for (let i = 0; i < WIDTH; i += 4) {
    const w = state[i] ?? 0;
    const x = state[i + 1] ?? 0;
    const y = state[i + 2] ?? 0;
    const z = state[i + 3] ?? 0;
    const all = w + x + y + z;
    state[i] = all + w + x + x;
    state[i + 1] = all + x + y + y;
    state[i + 2] = all + y + z + z;
    state[i + 3] = all + z + w + w;
  }
  for (let i = 0; i < 4; i++) {
    const a = state[i] ?? 0;
    const b = state[i + 4] ?? 0;
    const c = state[i + 8] ?? 0;
    const d = state[i + 12] ?? 0;
    const sum = a + b + c + d;
    state[i] = reduceSum(a + sum);
    state[i + 4] = reduceSum(b + sum);
    state[i + 8] = reduceSum(c + sum);
    state[i + 12] = reduceSum(d + sum);
  }
}

function applyInternalLayer(state: Float64Array, output: number): void {
  let rest = 0;
  for (let i = 1; i < WIDTH; i++) rest += state[i] ?? 0;
  const sum = reduceSum(rest + output);
  state[0] = reduceSum(rest + P - output);
  for (let i = 1; i < WIDTH; i++) {
    const x = multiply(state[i] ?? 0, DIAGONAL[i] ?? 0) + sum;
    state[i] = x >= P ? x - P : x;
  }
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
