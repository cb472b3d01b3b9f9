import { MDS_FIRST_ROW, WIDTH } from "../../kernels/poseidon.ts";
import { defineGadget, type Expression, type ExpressionBuilder } from "../../stark/constraints/expression.ts";
import { multiplyByCirculant } from "./circulant.ts";

const multiplyByMatrix = (b: ExpressionBuilder, state: readonly Expression[]): Expression[] =>
  multiplyByCirculant(MDS_FIRST_ROW, state, { add: (x, y) => b.add(x, y), scale: (x, factor) => b.scale(x, factor) });

/** State (16) → state (16): the MDS matrix. */
export const linearLayer = defineGadget("poseidonLinearLayer", WIDTH, multiplyByMatrix);

/** State (16) and round constants (16) → the cubes of their sums (16): the S-boxes of a full round. */
export const fullSboxes = defineGadget("poseidonFullSboxes", 2 * WIDTH, (b, inputs) =>
  Array.from({ length: WIDTH }, (_, i) => cube(b, b.add(at(inputs, i), at(inputs, WIDTH + i)))),
);

/**
 * The matrix after one S-box when lane 0 *after* it is known instead of the S-box's output: (lane 0 after, lanes 1 … 15
 * before) → (S-box output, lanes 1 … 15 after). As the matrix's first entry is 1, the output is lane 0 after less what the
 * other lanes add to it. It is what makes an S-box output linear in committed columns.
 */
export const linearLayerBackwards = defineGadget("poseidonLinearLayerBackwards", WIDTH, (b, state) => {
  if (MDS_FIRST_ROW[0] !== 1) throw new Error("the matrix begins with 1");
  const others = state.slice(1);
  const output = b.sub(at(state, 0), b.linear(others, MDS_FIRST_ROW.slice(1)));
  return [output, ...multiplyByMatrix(b, [output, ...others]).slice(1)];
});

/** x³. */
export function cube(b: ExpressionBuilder, x: Expression): Expression {
  return b.mul(b.mul(x, x), x);
}

function at(expressions: readonly Expression[], index: number): Expression {
  const expression = expressions[index];
  if (expression === undefined) throw new RangeError(`no expression at index ${index}`);
  return expression;
}
