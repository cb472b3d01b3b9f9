import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION, LEAF, LEAF_COUNTS, NODE } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean, element, lookUpLimbs } from "../words/expressions.ts";
import { LIMB, LIMBS } from "../shapes/word.ts";

/** p − 1 is this times 2^16. */
const TOP_LIMB = 0x7f00;

/**
 * One leaf of the state a row, each after the last leaf that exists before the run and has a lower key.
 * Columns that the previous row reads come first.
 */
export const LEAVES_FIELDS = {
  real: 1,
  /** 1 if the leaf exists before the run, and 1 if the run inserts it. */
  existed: 1,
  inserted: 1,
  key: DIGEST,
  /** Successor, before the run, of the last existing leaf up to here. */
  bound: DIGEST,
  /** The successor after the run of what is here, as the next row tells. */
  follower: DIGEST,
  /** Leaves up to here, and at last. */
  count: 1,
  finalCount: 1,
  /** 1 in the first row, which states the number of leaves. */
  opens: 1,
  /** 1 if the values are requested. */
  asked: 1,
  kind: 1,
  index: 1,
  before: LIMBS,
  after: LIMBS,
  /** Inverse of the sum of the limbs of an inserted value. */
  inverse: 1,
  valueBefore: DIGEST,
  pairBefore: DIGEST,
  leafBefore: DIGEST,
  valueAfter: DIGEST,
  pairAfter: DIGEST,
  leafAfter: DIGEST,
  /** 1 if the bound is +∞. */
  infinite: 1,
  /** The key is less than the next row's, or than the bound: in which lane first, and both elements there. */
  compares: 1,
  chosen: DIGEST,
  lesser: 2,
  gap: 2,
  greater: 2,
  carry: 1,
  topInverse: 1,
} as const;

export type LeafCells = FieldValues<typeof LEAVES_FIELDS, number>;
type Columns = FieldValues<typeof LEAVES_FIELDS, Expression>;

/** The table of the leaves that a run touches, by their keys. */
export function leavesAir(): Air {
  const b = new AirBuilder("leaves", 0);
  const columns = b.declare(LEAVES_FIELDS);
  assertRows(b, columns);
  assertCount(b, columns);
  assertLinks(b, columns);
  assertValues(b, columns);
  assertOrder(b, columns);
  hashLeaf(b, columns);
  return b.build();
}

/** 1 for a leaf that is not there before the run. */
function isAbsent(b: AirBuilder, { real, existed }: Columns): Expression {
  return b.sub(real, existed);
}

function ofNext(
  b: AirBuilder,
  { real, existed, inserted }: Columns,
): { readonly absent: Expression; readonly inserted: Expression } {
  return { absent: b.sub(b.next(real), b.next(existed)), inserted: b.next(inserted) };
}

function assertRows(b: AirBuilder, { real, existed, inserted, asked, opens, infinite, carry, chosen }: Columns): void {
  const one = b.constant(1);
  const isIdle = b.sub(one, real);
  assertBoolean(b, { real, existed, inserted, asked, opens, infinite, carry, chosen });
  b.assertEqual("begins with an existing leaf", "firstRow", existed, one);
  b.assertZero("leaves come first", "transition", isIdle, b.next(real));
  b.assertZero("ends before the last row", "lastRow", real);
  b.assertZero("existed: only a leaf", "everyRow", existed, isIdle);
  b.assertZero("asked: only a leaf", "everyRow", asked, isIdle);
}

/** Asserts that inserted leaves have the next places. */
function assertCount(b: AirBuilder, columns: Columns): void {
  const { count, finalCount, inserted, index, opens } = columns;
  b.assertEqual("the first row opens", "firstRow", opens, b.constant(1));
  b.assertEqual("count", "transition", b.next(count), b.add(count, b.next(inserted)));
  b.assertEqual("final count stays", "transition", b.next(finalCount), finalCount);
  b.assertEqual("final count", "lastRow", finalCount, count);
  b.assertEqual("place", "everyRow", index, b.sub(count, b.constant(1)), inserted);
}

/** Before the run, and after it. */
function assertLinks(b: AirBuilder, columns: Columns): void {
  const { key, bound, follower, infinite } = columns;
  const next = ofNext(b, columns);
  const stays = b.sub(next.absent, next.inserted);
  key.forEach((lane, i) => {
    const [own, behind] = [element(bound, i), element(follower, i)];
    b.assertEqual(`bound stays: lane ${i}`, "transition", b.next(own), own, next.absent);
    b.assertZero(`infinite: lane ${i}`, "everyRow", own, infinite);
    const told = b.add(b.mul(next.inserted, b.next(lane)), b.mul(stays, b.next(behind)));
    const end = b.mul(b.sub(b.constant(1), next.absent), own);
    b.assertEqual(`follower: lane ${i}`, "transition", behind, b.add(told, end));
  });
}

/**
 * Asserts that a missing leaf has the value 0, and is inserted if its value is not 0 after the run. So an
 * inserted leaf was missing before. A leaf that is not requested is unchanged.
 */
function assertValues(b: AirBuilder, columns: Columns): void {
  const { inserted, asked, before, after, inverse } = columns;
  const absent = isAbsent(b, columns);
  before.forEach((limb, i) => {
    b.assertZero(`not there: limb ${i} is 0`, "everyRow", limb, absent);
    b.assertEqual(`not asked: limb ${i} stays`, "everyRow", limb, element(after, i), b.sub(b.constant(1), asked));
  });
  // Of words, so it is 0 only if all limbs are.
  const sum = b.add(...after);
  b.assertEqual("inserted: not 0", "everyRow", b.mul(sum, inverse), b.constant(1), inserted);
  b.assertZero("not inserted: 0", "everyRow", sum, b.sub(absent, inserted));
}

/**
 * Asserts that a missing leaf is after the previous row's leaf and, at the end of its group, before the
 * bound.
 */
function assertOrder(b: AirBuilder, columns: Columns): void {
  const { key, bound, infinite, compares, chosen, lesser, gap, greater, carry, topInverse } = columns;
  const one = b.constant(1);
  const next = ofNext(b, columns).absent;
  const closes = b.mul(b.sub(one, next), b.mul(isAbsent(b, columns), b.sub(one, infinite)));
  b.assertEqual("compares", "transition", compares, b.add(next, closes));
  b.assertEqual("one lane is chosen", "everyRow", b.add(...chosen), compares);
  const target = key.map((lane, i) => {
    const end = element(bound, i);
    return b.add(end, b.mul(next, b.sub(b.next(lane), end)));
  });
  for (let i = 0; i < DIGEST - 1; i++) {
    const isBefore = b.sub(compares, b.add(...chosen.slice(0, i + 1)));
    b.assertEqual(`lane ${i} before the chosen one is equal`, "transition", element(key, i), element(target, i), isBefore);
  }
  const pick = (lanes: readonly Expression[]): Expression => b.add(...lanes.map((lane, i) => b.mul(element(chosen, i), lane)));
  const [[low, high], [gapLow, gapHigh], [greaterLow, greaterHigh]] = [pair(lesser), pair(gap), pair(greater)];
  b.assertEqual("lesser", "everyRow", b.add(low, b.scale(high, LIMB)), pick(key));
  b.assertEqual("greater", "transition", b.add(greaterLow, b.scale(greaterHigh, LIMB)), pick(target));
  // Below p, so the lesser is, too.
  const room = b.sub(b.constant(TOP_LIMB), greaterHigh);
  b.assertEqual("greater is below p", "everyRow", b.mul(greaterLow, b.mul(room, topInverse)), greaterLow);
  b.assertEqual("less: low limbs", "everyRow", b.add(low, gapLow, compares), b.add(greaterLow, b.scale(carry, LIMB)));
  b.assertEqual("less: high limbs", "everyRow", b.add(high, gapHigh, carry), greaterHigh);
  // The upper limb is a sum of two that are looked up.
  lookUpLimbs(b, [...lesser, ...gap, greaterLow, room]);
}

function hashLeaf(b: AirBuilder, columns: Columns): void {
  const { existed, inserted, asked, kind, key, bound, follower, index, before, after, count, finalCount } = columns;
  const { valueBefore, pairBefore, leafBefore, valueAfter, pairAfter, leafAfter } = columns;
  const tag = (value: number): Expression => b.constant(value);
  const isThere = b.add(existed, inserted);
  const hash = (
    flag: Expression,
    successor: readonly Expression[],
    word: readonly Expression[],
    digests: readonly (readonly Expression[])[],
  ) => {
    const [value, pairDigest, leaf] = [element(digests, 0), element(digests, 1), element(digests, 2)];
    b.send(COMPRESSION, flag, {
      tag: tag(DomainTag.value),
      left: word.slice(0, DIGEST),
      right: word.slice(DIGEST),
      output: value,
    });
    b.send(COMPRESSION, flag, { tag: b.add(kind, tag(DomainTag.pair)), left: key, right: successor, output: pairDigest });
    b.send(COMPRESSION, flag, { tag: tag(DomainTag.leaf), left: pairDigest, right: value, output: leaf });
  };
  hash(existed, bound, before, [valueBefore, pairBefore, leafBefore]);
  hash(isThere, follower, after, [valueAfter, pairAfter, leafAfter]);
  b.receive(NODE, isThere, { height: b.constant(0), index, before: leafBefore, after: leafAfter });
  b.receive(LEAF, asked, { kind, key, before, after });
  b.receive(LEAF_COUNTS, columns.opens, { before: count, after: finalCount });
}

function pair(limbs: readonly Expression[]): readonly [Expression, Expression] {
  return [element(limbs, 0), element(limbs, 1)];
}
