import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION, NODE } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean, element } from "../words/expressions.ts";

/** One node above a leaf that a run touches, a row: it and its children before the run and after it. */
export const TREE_FIELDS = {
  real: 1,
  /** 1 for a node whose children are leaves. */
  height: 1,
  index: 1,
  /** 1 if a child is touched; otherwise it is unchanged. */
  touchesLeft: 1,
  touchesRight: 1,
  leftBefore: DIGEST,
  leftAfter: DIGEST,
  rightBefore: DIGEST,
  rightAfter: DIGEST,
  before: DIGEST,
  after: DIGEST,
} as const;

export type TreeCells = FieldValues<typeof TREE_FIELDS, number>;

/** The table of the state tree's touched nodes. */
export function treeAir(): Air {
  const b = new AirBuilder("tree", 0);
  const { real, height, index, touchesLeft, touchesRight, before, after, ...children } = b.declare(TREE_FIELDS);
  const { leftBefore, leftAfter, rightBefore, rightAfter } = children;
  const one = b.constant(1);
  assertBoolean(b, { real, touchesLeft, touchesRight });
  const child = (side: 0 | 1, name: string, touched: typeof real, old: typeof before, fresh: typeof before): void => {
    b.assertZero(`${name}: touched by a node only`, "everyRow", b.mul(touched, b.sub(one, real)));
    old.forEach((lane, i) => {
      b.assertEqual(`${name} stays: lane ${i}`, "everyRow", lane, element(fresh, i), b.sub(one, touched));
    });
    const place = { height: b.sub(height, one), index: b.add(b.scale(index, 2), b.constant(side)) };
    b.send(NODE, touched, { ...place, before: old, after: fresh });
  };
  child(0, "left", touchesLeft, leftBefore, leftAfter);
  child(1, "right", touchesRight, rightBefore, rightAfter);
  const tag = b.constant(DomainTag.node);
  b.send(COMPRESSION, real, { tag, left: leftBefore, right: rightBefore, output: before });
  b.send(COMPRESSION, real, { tag, left: leftAfter, right: rightAfter, output: after });
  b.receive(NODE, real, { height, index, before, after });
  return b.build();
}
