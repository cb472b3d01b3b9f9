import { LeafKind } from "../../../../ground/protocol/domain-tags.ts";
import { DIGEST } from "../../shapes/digest.ts";
import { PUBLIC } from "../layout/public-values.ts";
import { MEMORY_KEEPING_ROWS } from "../layout/row-groups.ts";
import { RowType } from "../layout/row-types.ts";
import { assertLanesEqual, type Context, lane, oneOf } from "./context.ts";

const KINDS: readonly number[] = Object.values(LeafKind);

/** Asserts the flow of an operation's digests from row to row. */
export function constrainDigestFlow(context: Context): void {
  const { b, now, next, is, anyOf, out } = context;
  const keeping = anyOf(...MEMORY_KEEPING_ROWS);
  const keepingTwo = b.add(keeping, is("highDigits"));
  now.memory.forEach((x, i) => {
    b.assertEqual(`memory is kept [${i}]`, "transition", lane(next.memory, i), x, i < 2 ? keepingTwo : keeping);
  });
  assertLanesEqual(context, "a pair's hash is remembered", "transition", next.memory, out, anyOf("pair", "highKeys"));
  assertLanesEqual(context, "the low key is remembered", "transition", next.memory, now.left, is("lowKeys"));
  assertLanesEqual(
    context,
    "what was remembered is hashed as left half",
    "transition",
    next.left,
    now.memory,
    anyOf("absorbValue", "highKeys", "absorbInserted"),
  );
  assertLanesEqual(context, "the key's chain continues", "transition", next.left, out, anyOf("keyStart", "keyMiddle"));
  assertLanesEqual(
    context,
    "a value's or key's hash becomes the right half",
    "transition",
    next.right,
    out,
    anyOf("value", "insertedValue", "keyEnd"),
  );
  assertLanesEqual(
    context,
    "the right half is used again",
    "transition",
    next.right,
    now.right,
    anyOf("absorbKey", "highKeys", "absorbInserted"),
  );
  assertLanesEqual(context, "the new key is compared with the successor", "transition", next.left, now.right, is("lowKeys"));
  assertLanesEqual(context, "the new value waits in the other lane", "transition", next.other, now.right, is("absorbValue"));
  assertLanesEqual(context, "the new key waits in the other lane", "transition", next.other, now.left, is("highKeys"));
  assertLanesEqual(
    context,
    "the new leaf's place was empty",
    "transition",
    context.nextLane,
    Array.from({ length: DIGEST }, () => b.constant(0)),
    is("insertedLeaf"),
  );
  b.assertEqual("the new leaf's index is the leaf count", "transition", next.remaining, now.leafCount, is("insertedLeaf"));
}

/** Asserts the limbs of headers, keys and values, except for their 16-bit range, which the decoder checks. */
export function constrainEntries(context: Context): void {
  const { b, now, next, is, anyOf, publics } = context;
  const one = b.constant(1);
  const [tag, indexLow, indexHigh] = [lane(now.right, 0), lane(now.right, 1), lane(now.right, 2)];
  const kind = lane(next.other, 0);
  const range = (name: string, x: typeof kind, selector: typeof kind, scope: "everyRow" | "transition") => {
    b.assertZero(`kind of ${name} is known`, scope, oneOf(context, x, KINDS), selector);
  };
  range("the updated leaf", kind, is("header"), "transition");
  range("the new leaf", lane(now.left, 1), is("keyStart"), "everyRow");
  range("the low leaf", now.remaining, is("lowPairOld"), "everyRow");

  // k(k − 1)(k − 3)/−2 is 1 for k = 2 (code) and 0 for the other kinds.
  const isCode = oneOf(context, kind, [0, 1, 3]);
  b.assertEqual(
    "an update's tag says whether it is code",
    "transition",
    b.add(tag, tag),
    b.sub(b.constant(2), isCode),
    is("header"),
  );
  b.assertEqual(
    "an update's path belongs to its index",
    "transition",
    next.remaining,
    b.add(indexLow, b.scale(indexHigh, 0x10000)),
    is("header"),
  );
  const unused = [
    { lanes: [1, 2], types: ["stateOld", "stateNew"] },
    { lanes: [3], types: ["stateOld", "stateNew", "header"] },
    { lanes: [4, 5, 6, 7], types: ["stateOld", "stateNew", "header", "keyEnd"] },
  ] as const;
  for (const { lanes, types } of unused) {
    for (const i of lanes) b.assertZero(`unused limb ${i} is zero`, "everyRow", lane(now.right, i), anyOf(...types));
  }

  // Non-zero exactly when the return type is padding, given that it is one of the three.
  const isLast = oneOf(context, now.returnType, [RowType.header, RowType.lowDigits]);
  const lastHeader = b.mul(is("header"), isLast);
  b.assertEqual("the last entry is not a code update", "everyRow", tag, one, lastHeader);
  b.assertEqual("the last entry updates the outputs leaf: low limb", "everyRow", indexLow, one, lastHeader);
  b.assertZero("the last entry updates the outputs leaf: high limb", "everyRow", indexHigh, lastHeader);
  assertLanesEqual(
    context,
    "the last entry's value is the outputs hash",
    "everyRow",
    [...now.left, ...now.right],
    publics(PUBLIC.outputsHash, 2 * DIGEST),
    b.mul(is("value"), isLast),
  );

  const difference = b.add(...now.right.map((old, i) => b.mul(lane(next.memory, i), b.sub(old, lane(now.other, i)))));
  b.assertEqual("an update changes its value", "transition", difference, one, is("leafOld"));
  const limbSum = b.add(...now.left, ...now.right);
  b.assertEqual("an inserted value is not zero", "everyRow", b.mul(lane(now.other, 0), limbSum), one, is("insertedValue"));

  b.assertEqual("an insertion's tag is 3", "everyRow", lane(now.left, 0), b.constant(3), is("keyStart"));
  b.assertEqual("the new leaf's kind is carried", "transition", lane(next.other, 7), lane(now.left, 1), is("keyStart"));
  b.assertEqual(
    "the new leaf's kind is kept",
    "transition",
    lane(next.other, 7),
    lane(now.other, 7),
    anyOf("keyMiddle", "keyEnd", "absorbKey", "lowKeys"),
  );
}
