import { type StateTrace, traceState } from "../circuits/leaves/state-trace.ts";
import type { TouchedPath } from "../circuits/leaves/touched-leaf.ts";
import { limbsOf, wordOf } from "../circuits/shapes/word.ts";
import type { LeafKind } from "../../ground/protocol/domain-tags.ts";
import type { RunTrace } from "./run-trace.ts";

/** A leaf of a state and the siblings along its path, from its height upwards. */
interface PathInTree extends Omit<TouchedPath, "value"> {
  readonly value: bigint;
}

/** The tree of the state that a run begins with. */
export interface FirstTree {
  readonly leafCount: number;
  /** The path of the key's leaf, or of the last leaf below it where there is none. */
  prove(key: { readonly leafKind: LeafKind; readonly address: bigint; readonly slot: bigint }): PathInTree;
  /** The path of the leaf at an index. */
  proveLeaf(index: number): PathInTree;
}

/** A run of which all tables can be filled. */
export interface ProvableTrace extends RunTrace {
  readonly state: StateTrace;
}

/**
 * A run with its leaves under the root before it and under the one after it, and their compressions. The tree must have
 * the values that the run began with. Inserted leaves are placed in the order of their keys.
 */
export function withState(trace: RunTrace, tree: FirstTree): ProvableTrace {
  const touched = trace.leaves.map(({ kind, account, slot, key, before, after }) => {
    // The tree refuses other kinds.
    const name = { leafKind: kind as LeafKind, address: wordOf(account), slot: wordOf(slot) };
    return { kind, key, before, after, path: pathOf(tree.prove(name)) };
  });
  const before = { leafCount: tree.leafCount, last: pathOf(tree.proveLeaf(tree.leafCount - 1)) };
  return { ...trace, state: traceState(touched, before, trace.compressions.compress) };
}

function pathOf(path: PathInTree): TouchedPath {
  return { ...path, value: limbsOf(path.value) };
}
