import { compress } from "../../kernels/poseidon.ts";
import { DomainTag, STATE_TREE_DEPTH } from "../../../ground/protocol/domain-tags.ts";
import { type Air, AirBuilder } from "../../stark/constraints/air.ts";
import type { Expression } from "../../stark/constraints/expression.ts";
import type { FieldValues } from "../../stark/constraints/fields.ts";
import { COMPRESSION, LEAF_COUNTS, NODE, ROOTS } from "../buses.ts";
import { DIGEST } from "../shapes/digest.ts";
import { assertBoolean, element } from "../words/expressions.ts";

/** Height of the highest node that has all leaves below it: there are at most 2^29. */
export const TOP_HEIGHT = 29;
/** Roots of subtrees without leaves, by height: what lies right of all leaves. */
export const EMPTY_TREES: readonly (readonly number[])[] = emptyTrees();

/** Two state roots, before a run and after it, and what they are made of. */
export const ROOTS_FIELDS = {
  speaks: 1,
  /** 1 if the run touches leaves; otherwise both roots are equal. */
  touched: 1,
  countBefore: 1,
  countAfter: 1,
  topBefore: DIGEST,
  topAfter: DIGEST,
  /** The nodes above it, of heights 30 to 32, then the state's root. */
  before30: DIGEST,
  before31: DIGEST,
  before32: DIGEST,
  before: DIGEST,
  after30: DIGEST,
  after31: DIGEST,
  after32: DIGEST,
  after: DIGEST,
} as const;

export type RootsCells = FieldValues<typeof ROOTS_FIELDS, number>;

/** The table that opens state roots: the node that has all leaves below it, and how many these are. */
export function rootsAir(): Air {
  const b = new AirBuilder("roots", 0);
  const columns = b.declare(ROOTS_FIELDS);
  const { speaks, touched, countBefore, countAfter, topBefore, topAfter, before, after } = columns;
  const isUntouched = b.sub(b.constant(1), touched);
  assertBoolean(b, { speaks, touched });
  b.assertZero("touched: only if it speaks", "everyRow", b.mul(touched, b.sub(b.constant(1), speaks)));
  topBefore.forEach((lane, i) => {
    b.assertEqual(`untouched: lane ${i}`, "everyRow", lane, element(topAfter, i), isUntouched);
  });
  b.assertEqual("untouched: count", "everyRow", countBefore, countAfter, isUntouched);
  const open = (count: Expression, nodes: readonly (readonly Expression[])[]): void => {
    const zero = b.constant(0);
    nodes.slice(0, -1).forEach((output, level) => {
      const next = element(nodes, level + 1);
      const isRoot = level === STATE_TREE_DEPTH - TOP_HEIGHT;
      const right = isRoot
        ? [count, ...Array.from({ length: DIGEST - 1 }, () => zero)]
        : element(EMPTY_TREES, TOP_HEIGHT + level).map((x) => b.constant(x));
      const tag = b.constant(isRoot ? DomainTag.state : DomainTag.node);
      b.send(COMPRESSION, speaks, { tag, left: output, right, output: next });
    });
  };
  open(countBefore, [topBefore, columns.before30, columns.before31, columns.before32, before]);
  open(countAfter, [topAfter, columns.after30, columns.after31, columns.after32, after]);
  b.send(NODE, touched, { height: b.constant(TOP_HEIGHT), index: b.constant(0), before: topBefore, after: topAfter });
  b.send(LEAF_COUNTS, touched, { before: countBefore, after: countAfter });
  b.receive(ROOTS, speaks, { before, after });
  return b.build();
}

function emptyTrees(): number[][] {
  const trees = [new Array<number>(DIGEST).fill(0)];
  for (let height = 0; height < STATE_TREE_DEPTH; height++) {
    const tree = element(trees, height);
    trees.push(compress(DomainTag.node, tree, tree));
  }
  return trees;
}
