import { COMPACT_CONSTANTS } from "../../kernels/poseidon-rounds.ts";
import { applyMatrix, applyRound, cube, reduceSum, WIDTH } from "../../kernels/poseidon.ts";
import { PERMUTATION_COLUMNS } from "./permutation.ts";

const [INITIAL, TERMINAL] = [COMPACT_CONSTANTS.initial, COMPACT_CONSTANTS.terminal].map((rounds) =>
  rounds.map((constants) => Float64Array.from(constants)),
) as [Float64Array[], Float64Array[]];
const PARTIAL = Float64Array.from(COMPACT_CONSTANTS.partial);

/** Location of a row's interior cells: cell k at `cells[offset + k · stride]`. */
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
  for (const [round, constants] of INITIAL.entries()) {
    applyRound(state, constants, WIDTH);
    if (round === 1) store(state, cells, offset + afterRound2 * stride, stride);
  }
  store(state, cells, offset + afterRound4 * stride, stride);
  for (let round = 0; round < PARTIAL.length; round++) {
    const input = reduceSum((state[0] ?? 0) + (PARTIAL[round] ?? 0));
    if (round % 2 === 1) cells[offset + (oddSboxInputs + (round >> 1)) * stride] = input;
    state[0] = cube(input);
    applyMatrix(state);
  }
  for (const [round, constants] of TERMINAL.entries()) {
    applyRound(state, constants, WIDTH);
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
  for (const [round, constants] of INITIAL.entries()) {
    applyRound(state, constants, WIDTH);
    if (round < 3) append(state, cells);
  }
  for (const constant of PARTIAL) {
    const input = reduceSum((state[0] ?? 0) + constant);
    cells.push(input);
    state[0] = cube(input);
    applyMatrix(state);
  }
  append(state, cells);
  for (const [round, constants] of TERMINAL.entries()) {
    applyRound(state, constants, WIDTH);
    if (round < 3) append(state, cells);
  }
  return cells;
}

function append(state: Float64Array, cells: number[]): void {
  for (const lane of state) cells.push(lane);
}

function store(state: Float64Array, cells: Uint32Array, offset: number, stride: number): void {
  for (let i = 0; i < WIDTH; i++) cells[offset + i * stride] = state[i] ?? 0;
}
