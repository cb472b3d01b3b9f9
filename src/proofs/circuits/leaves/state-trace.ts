import { compress as plainCompress } from "../../kernels/poseidon.ts";
import { DomainTag } from "../../../ground/protocol/domain-tags.ts";
import { EMPTY_TREES, type RootsCells, TOP_HEIGHT } from "../roots/roots-air.ts";
import type { TreeCells } from "../tree/tree-air.ts";
import { element } from "../words/expressions.ts";
import type { LeafCells } from "./leaves-air.ts";
import { leafRows } from "./leaves-trace.ts";
import type { CompressDigests, TouchedPath, TouchedLeaf } from "./touched-leaf.ts";

type Digest = readonly number[];
/** A state without the touched leaves. */
export interface StateBefore {
  readonly leafCount: number;
  /** The path of the leaf that has the last place. */
  readonly last: TouchedPath;
}

/** Contents of the tables of the state. */
export interface StateTrace {
  readonly leaves: readonly LeafCells[];
  readonly tree: readonly TreeCells[];
  readonly roots: RootsCells;
}

/** A node before a run and after it. */
export interface NodeChange {
  readonly before: Digest;
  readonly after: Digest;
}

/** The rows of a state whose leaves are touched, each once. */
export function traceState(touched: readonly TouchedLeaf[], state: StateBefore, compress: CompressDigests): StateTrace {
  const leaves = leafRows(touched, state.leafCount, compress);
  const paths = touched.map(({ path }) => path);
  return { leaves, ...traceNodes(leaves, paths, state, compress) };
}

/** The rows of the nodes above leaves, whose paths these are, and of the roots. */
export function traceNodes(
  leaves: readonly LeafCells[],
  paths: readonly TouchedPath[],
  state: StateBefore,
  compress: CompressDigests,
): Omit<StateTrace, "leaves"> {
  const changes = new Map<number, NodeChange>();
  for (const { existed, inserted, index, leafBefore, leafAfter } of leaves) {
    if (existed + inserted > 0) changes.set(index, { before: leafBefore, after: leafAfter });
  }
  return traceChanges({ changes, countAfter: leaves.at(-1)?.finalCount ?? state.leafCount }, paths, state, compress);
}

/** Traces changes above the places of the given leaves: `changes` by place; a missing leaf is 0. */
export function traceChanges(
  { changes, countAfter }: { readonly changes: ReadonlyMap<number, NodeChange>; readonly countAfter: number },
  paths: readonly TouchedPath[],
  state: StateBefore,
  compress: CompressDigests,
): Omit<StateTrace, "leaves"> {
  if (changes.size === 0) {
    const top = topAbove(state.last);
    return { tree: [], roots: rootsRow({ before: top, after: top }, state.leafCount, state.leafCount, compress) };
  }
  const siblings = siblingsOf(paths, state);
  const tree: TreeCells[] = [];
  let level = changes;
  for (let height = 0; height < TOP_HEIGHT; height++) level = parents(level, height, { siblings, tree, compress });
  const top = level.get(0);
  if (top === undefined) throw new RangeError("a leaf has an index of 2^29 or above");
  return { tree, roots: { ...rootsRow(top, state.leafCount, countAfter, compress), touched: 1 } };
}

/** The nodes above those of a height that are touched; adds their rows. */
function parents(
  level: ReadonlyMap<number, NodeChange>,
  height: number,
  {
    siblings,
    tree,
    compress,
  }: { siblings: (height: number, index: number) => Digest; tree: TreeCells[]; compress: CompressDigests },
): ReadonlyMap<number, NodeChange> {
  const above = new Map<number, NodeChange>();
  for (const index of new Set([...level.keys()].map((child) => child >> 1))) {
    const child = (at: number): NodeChange => {
      const sibling = level.has(at) ? undefined : siblings(height, at);
      return level.get(at) ?? { before: sibling ?? [], after: sibling ?? [] };
    };
    const [left, right] = [child(2 * index), child(2 * index + 1)];
    const before = compress(DomainTag.node, left.before, right.before);
    const after = compress(DomainTag.node, left.after, right.after);
    above.set(index, { before, after });
    tree.push({
      real: 1,
      height: height + 1,
      index,
      before,
      after,
      touchesLeft: level.has(2 * index) ? 1 : 0,
      touchesRight: level.has(2 * index + 1) ? 1 : 0,
      leftBefore: left.before,
      leftAfter: left.after,
      rightBefore: right.before,
      rightAfter: right.after,
    });
  }
  return above;
}

/** Nodes that no leaf is touched below, by height and index. Throws RangeError for one that no path tells. */
function siblingsOf(paths: readonly TouchedPath[], { leafCount, last }: StateBefore): (height: number, index: number) => Digest {
  const known = new Map<string, Digest>();
  for (const { index, siblings } of [...paths, last]) {
    siblings.forEach((sibling, height) => known.set(`${height} ${Math.floor(index / 2 ** height) ^ 1}`, sibling));
  }
  nodesAbove(last).forEach((node, height) => known.set(`${height} ${last.index >> height}`, node));
  return (height, index) => {
    const digest = index * 2 ** height >= leafCount ? EMPTY_TREES[height] : known.get(`${height} ${index}`);
    if (digest === undefined) throw new RangeError(`no path tells the node ${index} of height ${height}`);
    return digest;
  };
}

/** A leaf and the nodes above it, from height 0 to that of the node that has all leaves below it. */
function nodesAbove(leaf: TouchedPath): Digest[] {
  const nodes: Digest[] = [plainLeaf(leaf)];
  for (let height = 0; height < TOP_HEIGHT; height++) {
    const [node, sibling] = [element(nodes, height), element(leaf.siblings, height)];
    const isRight = (leaf.index >> height) % 2 === 1;
    nodes.push(plainCompress(DomainTag.node, isRight ? sibling : node, isRight ? node : sibling));
  }
  return nodes;
}

function topAbove(leaf: TouchedPath): Digest {
  return element(nodesAbove(leaf), TOP_HEIGHT);
}

function plainLeaf({ leafKind, key, nextKey, value }: TouchedPath): number[] {
  const digest = plainCompress(DomainTag.value, value.slice(0, 8), value.slice(8));
  return plainCompress(DomainTag.leaf, plainCompress(DomainTag.pair + leafKind, key, nextKey), digest);
}

/** The row for roots above a node, of a state in which nothing is touched. */
function rootsRow(top: NodeChange, countBefore: number, countAfter: number, compress: CompressDigests): RootsCells {
  const open = (node: Digest, count: number): Digest[] => {
    const nodes = [node];
    for (let height = TOP_HEIGHT; height < EMPTY_TREES.length - 1; height++) {
      nodes.push(compress(DomainTag.node, element(nodes, nodes.length - 1), element(EMPTY_TREES, height)));
    }
    return [...nodes, compress(DomainTag.state, element(nodes, nodes.length - 1), [count, 0, 0, 0, 0, 0, 0, 0])];
  };
  const [topBefore = [], before30 = [], before31 = [], before32 = [], before = []] = open(top.before, countBefore);
  const [topAfter = [], after30 = [], after31 = [], after32 = [], after = []] = open(top.after, countAfter);
  return {
    speaks: 1,
    touched: 0,
    countBefore,
    countAfter,
    topBefore,
    before30,
    before31,
    before32,
    before,
    topAfter,
    after30,
    after31,
    after32,
    after,
  };
}
