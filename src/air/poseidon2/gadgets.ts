import { defineGadget, type Expression, type ExpressionBuilder } from "../../stark/expression.ts";
import { INTERNAL_DIAGONAL, WIDTH } from "../../kernels/reference/poseidon2.ts";

/** State (16) → state (16): the external matrix circ(2M, M, M, M) of Poseidon2, by additions only. */
export const externalLayer = defineGadget("poseidon2ExternalLayer", WIDTH, (b, state) => {
  const blocks = [0, 4, 8, 12].flatMap((start) => externalBlock(b, state.slice(start, start + 4)));
  const columnSums = [0, 1, 2, 3].map((lane) => b.add(...blocks.filter((_, i) => i % 4 === lane)));
  return blocks.map((x, i) => b.add(x, at(columnSums, i % 4)));
});

/** M = [[2,3,1,1],[1,2,3,1],[1,1,2,3],[3,1,1,2]] applied to four lanes. */
function externalBlock(b: ExpressionBuilder, lanes: readonly Expression[]): Expression[] {
  const [w, x, y, z] = [at(lanes, 0), at(lanes, 1), at(lanes, 2), at(lanes, 3)];
  const wx = b.add(w, x);
  const yz = b.add(y, z);
  const all = b.add(wx, yz);
  const left = b.add(all, x);
  const right = b.add(all, z);
  return [b.add(left, wx), b.add(left, b.add(y, y)), b.add(right, yz), b.add(right, b.add(w, w))];
}

/** State (16) and round constants (16) → the cubes of their sums (16): the S-boxes of a full round. */
export const fullSboxes = defineGadget("poseidon2FullSboxes", 2 * WIDTH, (b, inputs) =>
  Array.from({ length: WIDTH }, (_, i) => cube(b, b.add(at(inputs, i), at(inputs, WIDTH + i)))),
);

/**
 * The internal layer after an S-box whose output is known: (S-box output, lanes 1 … 15) → (lane 0, lanes 1 … 15).
 * The matrix is (all ones) + diag(V) with V₀ = −2, so lane 0 becomes Σ_{i≥1} lanes − output.
 */
export const internalLayer = defineGadget("poseidon2InternalLayer", WIDTH, (b, state) => {
  const output = at(state, 0);
  const rest = b.add(...state.slice(1));
  return [b.sub(rest, output), ...spread(b, b.add(rest, output), state)];
});

/**
 * The same layer when lane 0 *after* it is known instead: (lane 0 after, lanes 1 … 15 before) → (S-box output, lanes
 * 1 … 15 after). It is what makes an S-box output linear in committed columns.
 */
export const internalLayerBackwards = defineGadget("poseidon2InternalLayerBackwards", WIDTH, (b, state) => {
  const rest = b.add(...state.slice(1));
  const output = b.sub(rest, at(state, 0));
  return [output, ...spread(b, b.add(rest, output), state)];
});

function spread(b: ExpressionBuilder, sum: Expression, state: readonly Expression[]): Expression[] {
  return state.slice(1).map((lane, i) => b.add(sum, b.scale(lane, INTERNAL_DIAGONAL[i + 1] ?? 0)));
}

/** x³. */
export function cube(b: ExpressionBuilder, x: Expression): Expression {
  return b.mul(b.mul(x, x), x);
}

function at(expressions: readonly Expression[], index: number): Expression {
  const expression = expressions[index];
  if (expression === undefined) throw new RangeError(`no expression at index ${index}`);
  return expression;
}
