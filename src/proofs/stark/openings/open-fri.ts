import type { Ext } from "../../field/extension.ts";
import { hashLeaf } from "../../kernels/tree-hash.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import { evaluatePolynomial, foldCoset, pointAt } from "./fri.ts";
import { multiproofRoot, type PathEnds, readSiblings, requireDigests, requireRoot, subtreeOf } from "./merkle.ts";
import { indicesAbove } from "./open-trace.ts";
import { leafEncodings, opensEachQuery, type ProofParameters } from "../systems/parameters.ts";
import { extensionLength, type ProofReader, unpackExtensions } from "./proof.ts";
import { reject } from "./rejection.ts";
import type { System } from "../systems/system.ts";

/** Positions of a FRI layer's domain, ascending and distinct, with the value that the layer before gives each. */
export interface FriValues {
  readonly positions: readonly number[];
  readonly folded: readonly Ext[];
}

/** One layer: which it is, the ends of its paths, its domain, and the weights that fold one of its leaves. */
interface FriLayer {
  readonly layer: number;
  /** Number of its tree in the proof. */
  readonly tree: number;
  readonly ends: PathEnds;
  readonly logDomain: number;
  /** log2 of what the layers before have folded by. */
  readonly logFolded: number;
  /** Weights, as many as a leaf has values. */
  readonly weights: readonly Ext[];
}

/**
 * Reads, checks and folds one FRI layer: length, elements, values against those derived from the layer
 * before, root. The value at an opened leaf's lowest position is not sent but derived, unless each query is
 * opened separately. Returns the next layer's positions and values.
 */
export function readFriLayer(system: System, source: FriLayer, { positions, folded }: FriValues, reader: ProofReader): FriValues {
  const { field, parameters } = system;
  const { hash } = parameters;
  const { layer, tree, ends, logDomain, logFolded, weights } = source;
  const arity = weights.length;
  const logArity = Math.log2(arity);
  const section = `tree[${tree}]`;
  const leafIndices = indicesAbove(positions, logArity);
  const subtree = subtreeOf(leafIndices, logDomain - logArity, ends);
  // A program would have to put the derived value at a place that the position says; it compares one that is sent.
  const sentOfLeaf = opensEachQuery(parameters) ? arity : arity - 1;
  const sent = reader.readMany(`${section}.rows`, leafIndices.length * sentOfLeaf, extensionLength(system));
  const siblings = readSiblings(reader, `${section}.siblings`, hash, subtree);

  const sentValues = unpackExtensions(`${section}.rows`, sent, field.degree);
  requireDigests(`${section}.siblings`, hash, siblings);

  const derived = new Map(positions.map((position, i) => [position, folded[i] ?? field.zero]));
  const leaves = leafIndices.map((leaf, l) => {
    const first = leaf * arity;
    const lowest = positions.find((position) => position >= first) ?? first;
    let cursor = l * sentOfLeaf;
    return Array.from({ length: arity }, (_, i): Ext => {
      const position = first + i;
      const expected = derived.get(position);
      if (sentOfLeaf < arity && position === lowest && expected !== undefined) return expected;
      const got = sentValues[cursor++] ?? field.zero;
      if (expected !== undefined && !field.equal(expected, got)) {
        reject({ code: "FoldMismatch", layer, position, expected, got });
      }
      return got;
    });
  });
  const { compress } = threadCompressor();
  const digests = leaves.map((values) => hashLeaf(hash, leafEncodings(hash).fri, values.flat(), field.degree, compress));
  requireRoot(tree, subtree.top, multiproofRoot(hash, subtree, digests, siblings));
  return {
    positions: leafIndices,
    folded: leaves.map((values, l) => {
      const x = pointAt((leafIndices[l] ?? 0) * arity, logDomain, logFolded);
      return foldCoset(field, values, x, weights);
    }),
  };
}

/** Rejects roots of layers that are not elements if the transcript absorbs elements. */
export function requireRoots({ transcript, hash }: ProofParameters, roots: readonly Uint8Array[]): void {
  if (transcript === "poseidon") roots.forEach((root, layer) => requireDigests(`friRoot[${layer}]`, hash, [root]));
}

/** Rejects unless the final polynomial, on the domain after folds by 2^logFolded, has the values that the last layer gives. */
export function checkFinalPolynomial(
  { field }: System,
  polynomial: readonly Ext[],
  { logDomain, logFolded }: { readonly logDomain: number; readonly logFolded: number },
  { positions, folded }: FriValues,
): void {
  positions.forEach((position, i) => {
    const got = evaluatePolynomial(field, polynomial, pointAt(position, logDomain, logFolded));
    const expected = folded[i] ?? field.zero;
    if (!field.equal(expected, got)) reject({ code: "FinalPolynomialMismatch", position, expected, got });
  });
}
