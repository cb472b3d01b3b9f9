import { PUBLIC } from "../layout/public-values.ts";
import { LEFT_LANE_ROWS, OLD_LANE_ROWS, RIGHT_LANE_ROWS, TWO_LANE_ROWS } from "../layout/row-groups.ts";
import { assertLanesEqual, type Context, lane } from "./context.ts";

/** Two-lane chains: leaves, paths, the top of the tree and the state roots; and the register with the subtree's root. */
export function constrainPaths(context: Context): void {
  const { b, now, next, is, anyOf, openPath, out, publics } = context;
  const one = b.constant(1);
  const twoLanes = b.add(anyOf(...TWO_LANE_ROWS), openPath);
  assertLanesEqual(context, "two lanes: the other lane is hashed next", "transition", context.nextLane, now.other, twoLanes);
  assertLanesEqual(
    context,
    "two lanes: the hash waits in the other lane",
    "transition",
    next.other,
    out,
    b.add(twoLanes, is("insertedLeaf")),
  );

  const sibling = now.left.map((element, i) => b.sub(b.add(element, lane(now.right, i)), lane(context.lane, i)));
  const nextSibling = next.left.map((element, i) => b.sub(b.add(element, lane(next.right, i)), lane(context.nextLane, i)));
  const oldLane = anyOf(...OLD_LANE_ROWS);
  assertLanesEqual(context, "both lanes have the same sibling", "transition", nextSibling, sibling, oldLane);
  b.assertEqual("both lanes are on the same side", "transition", next.bit, now.bit, oldLane);
  b.assertZero("the lane is the right half", "everyRow", b.sub(one, now.bit), anyOf(...RIGHT_LANE_ROWS));
  b.assertZero("the lane is the left half", "everyRow", now.bit, anyOf(...LEFT_LANE_ROWS));

  b.assertEqual(
    "index is kept",
    "transition",
    next.remaining,
    now.remaining,
    anyOf("pathOld", "pair", "value", "absorbValue", "leafOld", "leafNew", "lowPairOld"),
  );
  b.assertEqual(
    "a level takes one bit of the index",
    "transition",
    now.remaining,
    b.add(now.bit, next.remaining, next.remaining),
    is("pathNew"),
  );
  b.assertZero("no bit of the index is left when the path ends", "transition", next.remaining, now.pathEnd);
  b.assertZero("no bit of the index is left below the top rows", "everyRow", now.remaining, is("topOld1"));

  assertLanesEqual(context, "the old lane ends at the root of the subtree", "everyRow", now.other, now.root, now.pathEnd);
  assertLanesEqual(context, "the new lane's end is the new root of the subtree", "transition", next.root, out, now.pathEnd);
  assertLanesEqual(context, "root of the subtree is kept", "transition", next.root, now.root, b.sub(one, now.pathEnd));

  b.assertEqual("old state root has the old leaf count", "everyRow", lane(now.right, 0), now.leafCount, is("stateOld"));
  assertLanesEqual(
    context,
    "new state root has the final leaf count",
    "everyRow",
    now.right.slice(0, 1),
    publics(PUBLIC.finalLeafCount, 1),
    is("stateNew"),
  );
  assertLanesEqual(
    context,
    "old lane is the old state root",
    "everyRow",
    now.other,
    publics(PUBLIC.oldStateRoot, 8),
    is("stateNew"),
  );
  assertLanesEqual(context, "new lane is the new state root", "everyRow", out, publics(PUBLIC.newStateRoot, 8), is("stateNew"));
}
