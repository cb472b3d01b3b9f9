import type { Opening } from "../../kernels/backend.ts";
import { BASE31_GROUP, packElements } from "../../kernels/leaf-encoding.ts";
import { opensEachQuery, type ProofParameters } from "../systems/parameters.ts";
import { columnCountOf, type TraceTree } from "../systems/shape.ts";
import { concat } from "../transcripts/bytes.ts";

/**
 * Proof bytes of a trace tree's opening at `leaves`. The device returns whole leaves, blocks in order; the proof holds
 * rows class by class, and a row of a shorter class once although several leaves contain it.
 */
export function encodeTraceOpening(tree: TraceTree, leaves: readonly number[], opening: Opening): Uint8Array {
  const offsets = new Map<object, number>();
  let width = 0;
  for (const block of tree.blocks) {
    offsets.set(block, width);
    width += block.width * tree.rowsPerLeaf;
  }
  const rows = tree.classes.flatMap(({ blocks, layer }) => {
    const seen = new Set<number>();
    return leaves.flatMap((leaf, i) => {
      if (seen.has(leaf >>> layer)) return [];
      seen.add(leaf >>> layer);
      const elements = opening.leaves[i] ?? new Uint32Array(0);
      const row = new Uint32Array(columnCountOf(blocks) * tree.rowsPerLeaf);
      let at = 0;
      for (const block of blocks) {
        const offset = offsets.get(block) ?? 0;
        const length = block.width * tree.rowsPerLeaf;
        row.set(elements.subarray(offset, offset + length), at);
        at += length;
      }
      return [packElements(row, BASE31_GROUP)];
    });
  });
  return concat([...rows, ...opening.siblings]);
}

/**
 * Proof bytes of a FRI layer's opening: of every leaf all values but the one at the lowest of `positions` in
 * it, which the verifier derives; all of them if each query is opened separately.
 */
export function encodeFriOpening(
  parameters: ProofParameters,
  logArity: number,
  positions: readonly number[],
  leaves: readonly number[],
  opening: Opening,
): Uint8Array {
  const { extensionDegree } = parameters;
  const values = leaves.flatMap((leaf, l) => {
    const elements = opening.leaves[l] ?? new Uint32Array(0);
    const derived = opensEachQuery(parameters) ? undefined : positions.find((position) => position >>> logArity === leaf);
    return Array.from({ length: 2 ** logArity }, (_, i) => i)
      .filter((i) => leaf * 2 ** logArity + i !== derived)
      .map((i) => packElements(elements.subarray(i * extensionDegree, (i + 1) * extensionDegree), extensionDegree));
  });
  return concat([...values, ...opening.siblings]);
}
