import { PUBLIC } from "../layout/public-values.ts";
import { RowType, ROW_TYPE_NAMES, type RowTypeName, SUCCESSOR, TOP_BIT } from "../layout/row-types.ts";
import { DomainTag } from "../../../../ground/protocol/domain-tags.ts";
import { COMPARING_ROWS } from "../layout/row-groups.ts";
import { assertLanesEqual, type Context, lane, oneOf } from "./context.ts";

/** Which rows follow which, and the columns that are functions of the row type. */
export function constrainControl(context: Context): void {
  const { b, now, next, is, anyOf, openPath, nextCode } = context;
  const one = b.constant(1);
  now.type.forEach((bit, i) => {
    b.assertZero(`row type bit ${i} is boolean`, "everyRow", b.mul(bit, b.sub(bit, one)));
  });
  b.assertZero("path bit is boolean", "everyRow", b.mul(now.bit, b.sub(now.bit, one)));
  b.assertZero("path end is boolean", "everyRow", b.mul(now.pathEnd, b.sub(now.pathEnd, one)));
  b.assertZero("only a new-lane path row ends a path", "everyRow", b.mul(now.pathEnd, b.sub(one, is("pathNew"))));
  b.assertEqual("comparing rows are flagged", "everyRow", anyOf(...COMPARING_ROWS), now.comparing);
  b.assertEqual("domain tag belongs to the row type", "everyRow", expectedTag(context), now.tag);

  const decided = ROW_TYPE_NAMES.filter((name) => SUCCESSOR[name] !== undefined);
  const successor = b.linear(
    decided.map(is),
    decided.map((name) => RowType[SUCCESSOR[name] ?? "padding"]),
  );
  b.assertEqual("row type follows its predecessor", "transition", successor, b.mul(anyOf(...decided), nextCode));
  b.assertZero(
    "an entry follows the state roots",
    "transition",
    oneOf(context, nextCode, [RowType.header, RowType.lowDigits]),
    is("stateNew"),
  );
  const leavesPath = b.sub(nextCode, b.constant(RowType.pathOld));
  b.assertZero(
    "an open path continues by a level or by the top rows",
    "transition",
    b.mul(leavesPath, b.sub(nextCode, b.constant(RowType.topOld1))),
    openPath,
  );
  b.assertZero(
    "only the first path continues by the top rows",
    "transition",
    b.mul(leavesPath, b.sub(now.returnType, b.constant(RowType.topOld1))),
    openPath,
  );
  b.assertEqual("a finished path returns to its operation", "transition", nextCode, now.returnType, now.pathEnd);
  // Without this a fixed point of the compression, which anyone can compute, would cut the top path from the state root.
  b.assertZero("the first path does not end", "transition", lane(next.type, TOP_BIT), now.pathEnd);

  const keepsReturn = b.add(anyOf("pathOld", "header", "pair", "value", "absorbValue", "leafOld", "leafNew"), openPath);
  b.assertEqual("return type is kept", "transition", next.returnType, now.returnType, keepsReturn);
  b.assertZero(
    "an update returns to an entry or to the padding",
    "everyRow",
    oneOf(context, now.returnType, [RowType.padding, RowType.header, RowType.lowDigits]),
    is("header"),
  );
  b.assertEqual(
    "the low leaf's path returns to the insertion",
    "transition",
    next.returnType,
    b.constant(RowType.insertedValue),
    is("lowLeafNew"),
  );
  b.assertZero(
    "an insertion returns to an entry",
    "transition",
    oneOf(context, next.returnType, [RowType.header, RowType.lowDigits]),
    is("insertedLeaf"),
  );
}

function expectedTag({ b, now, is, anyOf }: Context) {
  const tagged = (tag: number, ...types: readonly RowTypeName[]) => b.scale(anyOf(...types), tag);
  return b.add(
    tagged(DomainTag.node, "pathOld", "pathNew", "topOld1", "topNew1", "topOld2", "topNew2"),
    tagged(DomainTag.leaf, "leafOld", "leafNew", "lowLeafOld", "lowLeafNew", "insertedLeaf"),
    tagged(DomainTag.value, "value", "insertedValue"),
    tagged(DomainTag.key, "keyStart", "keyMiddle", "keyEnd"),
    tagged(DomainTag.diff, "header", "absorbValue", "absorbKey", "absorbInserted"),
    tagged(DomainTag.state, "stateOld", "stateNew"),
    tagged(DomainTag.pair, "pair", "highKeys", "lowPairOld", "lowPairNew"),
    b.mul(is("pair"), lane(now.other, 0)),
    b.mul(is("highKeys"), lane(now.other, 7)),
    b.mul(anyOf("lowPairOld", "lowPairNew"), now.remaining),
  );
}

/** Asserts the first and the last row. */
export function constrainBoundary(context: Context): void {
  const { b, now, code, publics } = context;
  const zero = b.constant(0);
  const zeros = (count: number) => Array.from({ length: count }, () => zero);
  const finalRoot = publics(PUBLIC.finalRoot, now.root.length);
  b.assertEqual("first row starts the top path", "firstRow", code, b.constant(RowType.pathOld));
  b.assertEqual("first row's path leads to the top rows", "firstRow", now.returnType, b.constant(RowType.topOld1));
  b.assertZero("first row is the leftmost path: index", "firstRow", now.remaining);
  b.assertZero("first row is the leftmost path: bit", "firstRow", now.bit);
  assertLanesEqual(context, "first row hashes the root of the subtree", "firstRow", now.left, now.root);
  assertLanesEqual(context, "first row carries the final root of the subtree", "firstRow", now.other, finalRoot);
  assertLanesEqual(context, "diff digest starts at zero", "firstRow", now.digest, zeros(now.digest.length));
  assertLanesEqual(context, "evaluation starts at zero", "firstRow", now.accumulator, zeros(now.accumulator.length));
  b.assertZero("entry count starts at zero", "firstRow", now.entryCount);

  b.assertEqual("last row is padding", "lastRow", code, b.constant(RowType.padding));
  assertLanesEqual(context, "last row has the final root of the subtree", "lastRow", now.root, finalRoot);
  assertLanesEqual(context, "last row has the final leaf count", "lastRow", [now.leafCount], publics(PUBLIC.finalLeafCount, 1));
  assertLanesEqual(context, "last row has the diff digest", "lastRow", now.digest, publics(PUBLIC.diffDigest, 8));
}
