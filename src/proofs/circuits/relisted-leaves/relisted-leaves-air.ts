import { compress } from "../../kernels/poseidon.ts";
import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION, LISTED_AFTER, LISTED_BEFORE } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean, element } from "../words/expressions.ts";

/** The digest of the value 0. */
const ZERO_VALUE: readonly number[] = compress(
  DomainTag.value,
  new Array<number>(DIGEST).fill(0),
  new Array<number>(DIGEST).fill(0),
);

/**
 * One leaf of the state a row, which is relisted or removed. Columns that the previous row reads come first.
 */
export const RELISTED_LEAVES_FIELDS = {
  removed: 1,
  key: DIGEST,
  /** The successor afterwards; of a leaf that is taken out, what its predecessor gets. */
  follower: DIGEST,
  /** 1 if the leaf is relisted. */
  kept: 1,
  /** The successor before. */
  successor: DIGEST,
  kind: 1,
  /** Digest of the value. */
  value: DIGEST,
  placeBefore: 1,
  placeAfter: 1,
  /** The inverse of the place before; 0 for the first place. */
  placeInverse: 1,
  pairBefore: DIGEST,
  leafBefore: DIGEST,
  pairAfter: DIGEST,
  leafAfter: DIGEST,
} as const;

export type RelistedLeafCells = FieldValues<typeof RELISTED_LEAVES_FIELDS, number>;
type Columns = FieldValues<typeof RELISTED_LEAVES_FIELDS, Expression>;

/** The table of relisted leaves: the same leaves at other places, without those that are 0 again. */
export function relistedLeavesAir(): Air {
  const b = new AirBuilder("relistedLeaves", 0);
  const columns = b.declare(RELISTED_LEAVES_FIELDS);
  assertLinks(b, columns);
  hashLeaves(b, columns);
  return b.build();
}

/**
 * Asserts that a removed leaf is 0 and follows the leaf whose successor it is; that leaf gets its successor.
 */
function assertLinks(b: AirBuilder, columns: Columns): void {
  const { kept, removed, key, follower, successor, value, placeBefore, placeAfter, placeInverse } = columns;
  const one = b.constant(1);
  const isLeaf = b.add(kept, removed);
  assertBoolean(b, { kept, removed });
  b.assertZero("the first leaf stays", "firstRow", removed);
  b.assertZero("removed: behind a leaf", "transition", b.sub(one, isLeaf), b.next(removed));
  b.assertZero("ends before the last row", "lastRow", isLeaf);
  // The sentinel's key is what the last leaf's successor is: +∞. So it stays where it is found.
  const isElsewhere = b.mul(placeBefore, placeInverse);
  b.assertEqual("removed: not the sentinel", "everyRow", isElsewhere, one, removed);
  b.assertZero("the sentinel keeps its place", "everyRow", b.mul(placeAfter, b.sub(one, isElsewhere)));
  for (let i = 0; i < DIGEST; i++) {
    const [own, behind] = [element(successor, i), element(follower, i)];
    b.assertEqual(`removed: value 0, lane ${i}`, "everyRow", element(value, i), b.constant(element(ZERO_VALUE, i)), removed);
    b.assertEqual(`removed: behind its predecessor, lane ${i}`, "transition", b.next(element(key, i)), own, b.next(removed));
    const told = b.mul(b.next(removed), b.sub(b.next(behind), own));
    b.assertEqual(`follower: lane ${i}`, "transition", behind, b.add(own, told));
  }
}

function hashLeaves(b: AirBuilder, columns: Columns): void {
  const { kept, removed, kind, key, value, successor, follower, placeBefore, placeAfter } = columns;
  const isLeaf = b.add(kept, removed);
  const hash = (flag: Expression, next: readonly Expression[], pair: readonly Expression[], leaf: readonly Expression[]) => {
    b.send(COMPRESSION, flag, { tag: b.add(kind, b.constant(DomainTag.pair)), left: key, right: next, output: pair });
    b.send(COMPRESSION, flag, { tag: b.constant(DomainTag.leaf), left: pair, right: value, output: leaf });
  };
  hash(isLeaf, successor, columns.pairBefore, columns.leafBefore);
  hash(kept, follower, columns.pairAfter, columns.leafAfter);
  b.send(LISTED_BEFORE, isLeaf, { index: placeBefore, leaf: columns.leafBefore });
  b.send(LISTED_AFTER, kept, { index: placeAfter, leaf: columns.leafAfter });
}
