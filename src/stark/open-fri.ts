import type { Ext } from "../field/extension.ts";
import { hashLeaf } from "../kernels/tree-hash.ts";
import { foldCoset, pointAt } from "./fri.ts";
import { multiproofRoot, readSiblings, requireDigests } from "./merkle.ts";
import { indicesAbove, requireRoot } from "./open-trace.ts";
import { leafEncodings } from "./parameters.ts";
import { extensionLength, type ProofReader, unpackExtensions } from "./proof.ts";
import { reject } from "./rejection.ts";
import type { System } from "./system.ts";

/** Positions of a FRI layer's domain, ascending and distinct, with the value that the layer before gives each. */
export interface FriValues {
  readonly positions: readonly number[];
  readonly folded: readonly Ext[];
}

/**
 * Reads, checks and folds one FRI layer: length, elements, values against those derived from the layer before, root. Of
 * every opened leaf the value at its lowest position is not sent but derived. Returns the next layer's positions and values.
 */
export function readFriLayer(
  system: System,
  source: {
    readonly layer: number;
    readonly tree: number;
    readonly root: Uint8Array;
    readonly logDomain: number;
    readonly challenge: Ext;
  },
  { positions, folded }: FriValues,
  reader: ProofReader,
): FriValues {
  const { field, parameters } = system;
  const { hash, logArity } = parameters;
  const arity = 2 ** logArity;
  const { layer, tree, root, logDomain, challenge } = source;
  const section = `tree[${tree}]`;
  const leafIndices = indicesAbove(positions, logArity);
  const depth = logDomain - logArity;
  const sent = reader.readMany(`${section}.rows`, leafIndices.length * (arity - 1), extensionLength(system));
  const siblings = readSiblings(reader, `${section}.siblings`, hash, leafIndices, depth);

  const sentValues = unpackExtensions(`${section}.rows`, sent, field.degree);
  requireDigests(`${section}.siblings`, hash, siblings);

  const derived = new Map(positions.map((position, i) => [position, folded[i] ?? field.zero]));
  const leaves = leafIndices.map((leaf, l) => {
    const first = leaf * arity;
    const lowest = positions.find((position) => position >= first) ?? first;
    let cursor = l * (arity - 1);
    return Array.from({ length: arity }, (_, i): Ext => {
      const position = first + i;
      const expected = derived.get(position);
      if (position === lowest && expected !== undefined) return expected;
      const got = sentValues[cursor++] ?? field.zero;
      if (expected !== undefined && !field.equal(expected, got)) {
        reject({ code: "FoldMismatch", layer, position, expected, got });
      }
      return got;
    });
  });
  const digests = leaves.map((values) => hashLeaf(hash, leafEncodings(hash).fri, values.flat(), field.degree));
  requireRoot(tree, root, multiproofRoot(hash, depth, leafIndices, digests, siblings));
  return {
    positions: leafIndices,
    folded: leaves.map((values, l) => {
      const x = pointAt((leafIndices[l] ?? 0) * arity, logDomain, layer, logArity);
      return foldCoset(field, values, x, challenge);
    }),
  };
}
