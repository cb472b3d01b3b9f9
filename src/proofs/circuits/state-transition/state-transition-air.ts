import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import { constrainPermutation } from "../poseidon/permutation.ts";
import { declareRegisters } from "./layout/columns.ts";
import { constrainComparison } from "./constraints/comparison.ts";
import { type Context, lane } from "./constraints/context.ts";
import { constrainBoundary, constrainControl } from "./constraints/control.ts";
import { constrainDiffList } from "./constraints/diff-list.ts";
import { constrainDigestFlow, constrainEntries } from "./constraints/operations.ts";
import { constrainPaths } from "./constraints/paths.ts";
import { PUBLIC_COUNT } from "./layout/public-values.ts";
import { type RowTypeName, typeSelectors } from "./layout/row-types.ts";

/**
 * The state transition table: 140 columns, one Poseidon compression per row, no lookups, degree 9. README.md
 * in this folder states its guarantees and the checks that the decoder of the diff list must make.
 */
export function createStateTransitionAir(): Air {
  const b = new AirBuilder("stateTransition", PUBLIC_COUNT);
  const { now, next } = declareRegisters(b);
  const permuted = constrainPermutation(b, [b.add(lane(now.left, 0), now.tag), ...now.left.slice(1), ...now.right]);
  const is = typeSelectors(b, now.type);
  const weighted = (bits: readonly Expression[]) =>
    b.linear(
      bits,
      bits.map((_, i) => 2 ** i),
    );
  const select = (bit: Expression, left: readonly Expression[], right: readonly Expression[]) =>
    left.map((l, i) => b.add(l, b.mul(bit, b.sub(lane(right, i), l))));
  const context: Context = {
    b,
    now,
    next,
    is,
    anyOf: (...types: readonly RowTypeName[]) => b.add(...types.map(is)),
    openPath: b.sub(is("pathNew"), now.pathEnd),
    code: weighted(now.type),
    nextCode: weighted(next.type),
    out: now.left.map((left, i) => b.add(lane(permuted, i), left)),
    lane: select(now.bit, now.left, now.right),
    nextLane: select(next.bit, next.left, next.right),
    publics: (first, count) => Array.from({ length: count }, (_, i) => b.public(first + i)),
  };
  constrainControl(context);
  constrainBoundary(context);
  constrainPaths(context);
  constrainDiffList(context);
  constrainDigestFlow(context);
  constrainEntries(context);
  constrainComparison(context);
  return b.build();
}
