import { COMPACT_CONSTANTS } from "../../kernels/poseidon-rounds.ts";
import { WIDTH } from "../../kernels/poseidon.ts";
import type { AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { cube, fullSboxes, linearLayer, linearLayerBackwards } from "./gadgets.ts";

/**
 * Columns that one permutation needs besides its input, in order: the state after full round 2, after full round 4, the
 * inputs of the S-boxes of the odd partial rounds, the state after full round 5 and after full round 7.
 */
export const PERMUTATION_COLUMNS = {
  afterRound2: 0,
  afterRound4: 16,
  oddSboxInputs: 32,
  afterRound5: 42,
  afterRound7: 58,
  count: 74,
};

/**
 * Declares the interior columns of one Poseidon permutation per row and constrains them on every row, with degree ≤ 9
 * in the input (which must have degree ≤ 1). Returns the 16 output lanes, of degree 3 in the columns.
 *
 * Degree 9 pays for two S-boxes in a row. In the partial rounds the state stays at degree ≤ 3: the input x of every odd
 * S-box is a column, its output is x³; and because the matrix begins with 1, the output of the even S-box before it is a
 * linear function of x and the other lanes, which is compared with the cube of the (degree 3) input.
 */
export function constrainPermutation(builder: AirBuilder, input: readonly Expression[]): Expression[] {
  const round = (state: readonly Expression[], constants: readonly number[]): Expression[] =>
    builder.apply(linearLayer, builder.apply(fullSboxes, [...state, ...constants.map((c) => builder.constant(c))]));
  const commit = (name: string, state: readonly Expression[]): Expression[] => {
    const columns = builder.columns(name, WIDTH);
    columns.forEach((column, i) => {
      builder.assertEqual(`permutation: ${name}[${i}]`, "everyRow", expression(state, i), column);
    });
    return columns;
  };
  const [first, second, third, fourth] = COMPACT_CONSTANTS.initial;
  const [fifth, sixth, seventh, eighth] = COMPACT_CONSTANTS.terminal;
  if (!first || !second || !third || !fourth || !fifth || !sixth || !seventh || !eighth) {
    throw new Error("Poseidon has four full rounds at either end");
  }
  const afterRound2 = commit("afterRound2", round(round(input, first), second));
  const afterRound4 = commit("afterRound4", round(round(afterRound2, third), fourth));
  const afterPartialRounds = constrainPartialRounds(builder, afterRound4);
  const afterRound5 = commit("afterRound5", round(afterPartialRounds, fifth));
  const afterRound7 = commit("afterRound7", round(round(afterRound5, sixth), seventh));
  return round(afterRound7, eighth);
}

function constrainPartialRounds(builder: AirBuilder, state: readonly Expression[]): Expression[] {
  const constants = COMPACT_CONSTANTS.partial.map((c) => builder.constant(c));
  const oddInputs = builder.columns("oddSboxInput", constants.length / 2);
  let lanes = [...state];
  oddInputs.forEach((oddInput, pair) => {
    const evenInput = builder.add(expression(lanes, 0), expression(constants, 2 * pair));
    const laneBeforeOdd = builder.sub(oddInput, expression(constants, 2 * pair + 1));
    const [evenOutput, ...others] = builder.apply(linearLayerBackwards, [laneBeforeOdd, ...lanes.slice(1)]);
    if (evenOutput === undefined) throw new Error("the linear layer has 16 outputs");
    builder.assertEqual(`permutation: S-box of partial round ${2 * pair}`, "everyRow", cube(builder, evenInput), evenOutput);
    lanes = builder.apply(linearLayer, [cube(builder, oddInput), ...others]);
  });
  return lanes;
}

function expression(expressions: readonly Expression[], index: number): Expression {
  const found = expressions[index];
  if (found === undefined) throw new RangeError(`no expression at index ${index}`);
  return found;
}
