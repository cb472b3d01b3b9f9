import { EMPTY_TREES, ROOTS_FIELDS, type RootsCells, TOP_HEIGHT } from "../../../../src/proofs/circuits/roots/roots-air.ts";
import { TREE_FIELDS, type TreeCells } from "../../../../src/proofs/circuits/tree/tree-air.ts";
import { elementCount, fieldValues } from "../../../../src/proofs/stark/constraints/fields.ts";
import { DomainTag } from "../../../../src/ground/protocol/domain-tags.ts";
import { type StateForgery, STATE } from "./leaf-forgeries.ts";
import type { StateCells } from "./judge.ts";
import { compress, Model } from "./model.ts";
import { bumped, digest, present, scene, word } from "./scenes.ts";

const NO_NODE = fieldValues(TREE_FIELDS, new Array<number>(elementCount(TREE_FIELDS)).fill(0)) as TreeCells;
const SILENT = fieldValues(ROOTS_FIELDS, new Array<number>(elementCount(ROOTS_FIELDS)).fill(0)) as RootsCells;

/** One forgery for each constraint of tree and roots and for each of their messages. */
export function* nodeForgeries(): Generator<StateForgery> {
  yield* treeForgeries();
  yield* rootForgeries();
}

const READ = scene(STATE, [present(STATE, 1)]);
/** State in which the leaf has another value. */
const OTHER = new Model(STATE.leaves.map((leaf, i) => (i === 1 ? { ...leaf, value: word(99) } : leaf)));
const LIE = scene(OTHER, [present(OTHER, 1)]);

const of = (refusedBy: string, cells: StateCells): StateForgery => ({ model: STATE, cells, refusedBy });

function* treeForgeries(): Generator<StateForgery> {
  for (const [side, name] of (["left", "right"] as const).entries()) {
    // A leaf that no tree has, told by a row without a node.
    const value = word(7);
    const own = scene(STATE, [present(STATE, 1), { ...present(STATE, 2), index: 1000 + side, before: value, after: value }]);
    const { leafBefore: before, leafAfter: after } = own.leaves[1]!;
    const children = side === 0 ? { leftBefore: before, leftAfter: after } : { rightBefore: before, rightAfter: after };
    const ghost = { ...NO_NODE, height: 1, index: 500, [side === 0 ? "touchesLeft" : "touchesRight"]: 1, ...children };
    yield of(`tree: ${name}: touched by a node only`, { ...READ, leaves: own.leaves, tree: [...READ.tree, ghost] });
    // Leaf 1 is a right child of height 0 and below a left one of height 1, so each side is untouched somewhere.
    for (let i = 0; i < 8; i++) yield of(`tree: ${name} stays: lane ${i}`, changedBeside(name, i));
  }
  // A node that is not made of its children, before the run and after it.
  const honest = READ.tree;
  const told = LIE.tree.map((row, i) => {
    const { leftBefore, rightBefore, before } = honest[i]!;
    return i === 0 ? { ...row, before } : { ...row, leftBefore, rightBefore, before };
  });
  yield of("tree: compression[0]", { ...LIE, tree: told, roots: rootsOf(READ, LIE) });
  const written = scene(STATE, [present(STATE, 1, { after: word(99) })]);
  const kept = { ...written.tree[0]!, after: honest[0]!.after };
  yield of("tree: compression[1]", { ...written, tree: [kept, ...honest.slice(1)], roots: READ.roots });
}

/** The roots of one before the run, and of another after it. */
function rootsOf(first: StateCells, second: StateCells): RootsCells[] {
  const { countAfter, topAfter, after30, after31, after32, after } = second.roots[0]!;
  return [{ ...first.roots[0]!, countAfter, topAfter, after30, after31, after32, after }];
}

/** A child that nothing touches is another after the run; all above it follows. */
function changedBeside(name: "left" | "right", lane: number): StateCells {
  const tree: TreeCells[] = [];
  let changed: readonly number[] | undefined;
  for (const row of READ.tree) {
    const below = tree.at(-1);
    let { leftAfter, rightAfter } = row;
    if (below !== undefined && row.touchesLeft === 1) leftAfter = below.after;
    if (below !== undefined && row.touchesRight === 1) rightAfter = below.after;
    if (changed === undefined && name === "left" && row.touchesLeft === 0) changed = leftAfter = bumped(leftAfter, lane);
    if (changed === undefined && name === "right" && row.touchesRight === 0) changed = rightAfter = bumped(rightAfter, lane);
    tree.push({ ...row, leftAfter, rightAfter, after: compress(DomainTag.node, leftAfter, rightAfter) });
  }
  const { roots } = READ;
  return {
    ...READ,
    tree,
    roots: roots.map((row) => ({ ...row, ...rootChain(tree.at(-1)!.after, row.countAfter) })),
  };
}

/** The nodes from a top up to the root after the run. */
function rootChain(
  top: readonly number[],
  count: number,
): Pick<RootsCells, "topAfter" | "after30" | "after31" | "after32" | "after"> {
  const [right29, right30, right31] = EMPTY_TREES.slice(TOP_HEIGHT);
  const after30 = compress(DomainTag.node, top, right29!);
  const after31 = compress(DomainTag.node, after30, right30!);
  const after32 = compress(DomainTag.node, after31, right31!);
  return { topAfter: top, after30, after31, after32, after: compress(DomainTag.state, after32, digest(count)) };
}

function* rootForgeries(): Generator<StateForgery> {
  const [honest] = READ.roots;
  const [lie] = LIE.roots;
  // Nothing is touched under the roots that the statement has; what is asked is of another state.
  const untouched = { ...honest!, touched: 0 };
  yield of("roots: touched: only if it speaks", { ...LIE, roots: [untouched, { ...SILENT, ...lie!, speaks: 0 }] });
  const nothing = { leaves: [], tree: [] };
  for (let i = 0; i < 8; i++) {
    const topAfter = bumped(untouched.topAfter, i);
    const other = { ...untouched, ...rootChain(topAfter, untouched.countAfter) };
    yield of(`roots: untouched: lane ${i}`, { ...nothing, roots: [other] });
  }
  const more = untouched.countAfter + 1;
  const counted = { ...untouched, countAfter: more, ...rootChain(untouched.topAfter, more) };
  yield of("roots: untouched: count", { ...nothing, roots: [counted] });
  // What is asked is of another state, up to some height.
  const before = ["topBefore", "before30", "before31", "before32", "before"] as const;
  const after = ["topAfter", "after30", "after31", "after32", "after"] as const;
  for (let level = 0; level < 4; level++) {
    const wrong = Object.fromEntries(before.slice(0, level + 1).map((field) => [field, lie![field]]));
    const { topAfter, after30, after31, after32, after: root, countAfter } = lie!;
    const later = { topAfter, after30, after31, after32, after: root, countAfter };
    yield of(`roots: compression[${level}]`, { ...LIE, roots: [{ ...honest!, ...wrong, ...later }] });
  }
  const written = scene(STATE, [present(STATE, 1, { after: word(99) })]);
  for (let level = 0; level < 4; level++) {
    const kept = Object.fromEntries(after.slice(level + 1).map((field) => [field, honest![field]]));
    yield of(`roots: compression[${4 + level}]`, { ...written, roots: [{ ...written.roots[0]!, ...kept }] });
  }
}
