import { COMPACT_CONSTANTS } from "../../kernels/poseidon-rounds.ts";
import { WIDTH } from "../../kernels/poseidon.ts";
import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { element } from "../words/expressions.ts";
import { cube, fullSboxes, linearLayer } from "./gadgets.ts";

/** Lanes of the states after three full rounds. */
const STATES = 48;
/** The columns of one permutation besides its input, in the order in which `permuteByRounds` gives them. */
export const CUBIC_FIELDS = {
  initial: STATES,
  /** Inputs of the S-boxes of the partial rounds. */
  sboxInputs: 20,
  afterPartial: WIDTH,
  terminal: STATES,
} as const;

/**
 * Constrains one Poseidon permutation per row, with degree 3 where `constrainPermutation` has degree 9 and half as many columns.
 * The input must have degree 1. A selector limits the rows and adds its degree. Returns the 16 output lanes, of degree 3.
 */
export function constrainCubicPermutation(
  b: AirBuilder,
  input: readonly Expression[],
  columns: Readonly<Record<keyof typeof CUBIC_FIELDS, readonly Expression[]>>,
  selector?: Expression,
): Expression[] {
  const { initial, partial, terminal } = COMPACT_CONSTANTS;
  const round = (state: readonly Expression[], constants: readonly number[]): Expression[] =>
    b.apply(linearLayer, b.apply(fullSboxes, [...state, ...constants.map((c) => b.constant(c))]));
  const commit = (name: string, state: readonly Expression[], cells: readonly Expression[]): Expression[] => {
    cells.forEach((cell, i) => b.assertEqual(`permutation: ${name}[${i}]`, "everyRow", element(state, i), cell, selector));
    return [...cells];
  };
  /** Three rounds, the states after which are columns. */
  const committed = (name: "initial" | "terminal", first: readonly Expression[]): Expression[] => {
    const [cells, constants] = [columns[name], COMPACT_CONSTANTS[name]];
    return [0, 1, 2].reduce<Expression[]>(
      (state, i) => commit(`${name} ${i}`, round(state, element(constants, i)), cells.slice(WIDTH * i, WIDTH * (i + 1))),
      [...first],
    );
  };
  let lanes = round(committed("initial", input), element(initial, 3));
  partial.forEach((constant, i) => {
    const x = element(columns.sboxInputs, i);
    const before = b.add(element(lanes, 0), b.constant(constant));
    b.assertEqual(`permutation: S-box of partial round ${i}`, "everyRow", before, x, selector);
    lanes = b.apply(linearLayer, [cube(b, x), ...lanes.slice(1)]);
  });
  const middle = commit("after the partial rounds", lanes, columns.afterPartial);
  return round(committed("terminal", middle), element(terminal, 3));
}
