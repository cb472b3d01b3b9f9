import { BASE31_GROUP, packedLength } from "../../kernels/leaf-encoding.ts";
import { hashLeaf } from "../../kernels/tree-hash.ts";
import { threadCompressor } from "../../kernels/wasm/compressor.ts";
import { multiproofRoot, type PathEnds, readSiblings, requireDigests, requireRoot, subtreeOf } from "./merkle.ts";
import { leafEncodings } from "../systems/parameters.ts";
import { type ProofReader, unpackRows } from "./proof.ts";
import { type Block, columnCountOf, type Shape, type TraceTree } from "../systems/shape.ts";
import type { System } from "../systems/system.ts";

/** The checked rows of one trace tree: per height class, by index in the class a row, or the rows that share a leaf. */
export interface OpenedTree {
  readonly tree: TraceTree;
  readonly rows: readonly ReadonlyMap<number, readonly number[]>[];
}

/** Indices, ascending and distinct, that `positions` of a domain have `shift` layers up. */
export function indicesAbove(positions: readonly number[], shift: number): number[] {
  return [...new Set(positions.map((position) => position >>> shift))];
}

/**
 * Reads and checks the opening of a trace tree at the query positions: length, elements, root. A tree whose tallest class
 * is shorter than the tallest table has fewer leaves than the domain has positions; queries share them then.
 */
export function readTraceTree(
  system: System,
  shape: Shape,
  { tree, index, ends }: { readonly tree: TraceTree; readonly index: number; readonly ends: PathEnds },
  queries: readonly number[],
  reader: ProofReader,
): OpenedTree {
  const { hash, extensionDegree } = system.parameters;
  const encoding = leafEncodings(hash).trace;
  const section = `tree[${index}]`;
  const classes = tree.classes.map((heightClass) => ({
    ...heightClass,
    width: columnCountOf(heightClass.blocks) * tree.rowsPerLeaf,
    indices: indicesAbove(queries, shape.logDomain - heightClass.logLeaves),
  }));
  const subtree = subtreeOf(classes[0]?.indices ?? [], tree.logLeaves, ends);
  const encodedRows = classes.map(({ width, indices, logRows }) =>
    reader.readMany(`${section}.rows[${logRows}]`, indices.length, packedLength(width, BASE31_GROUP)),
  );
  const siblings = readSiblings(reader, `${section}.siblings`, hash, subtree);

  const rows = classes.map(({ width, indices, logRows }, c) => {
    const name = `${section}.rows[${logRows}]`;
    const opened = unpackRows(name, encodedRows[c] ?? [], width);
    return new Map(indices.map((at, i) => [at, opened[i] ?? []]));
  });
  requireDigests(`${section}.siblings`, hash, siblings);

  const { compress } = threadCompressor();
  const digests = rows.map(
    (byIndex) => new Map([...byIndex].map(([at, row]) => [at, hashLeaf(hash, encoding, row, extensionDegree, compress)])),
  );
  const injections = classes
    .slice(1)
    .map(({ layer }, i) => ({ layer, digests: digests[i + 1] ?? new Map<number, Uint8Array>() }));
  const leafDigests = [...(digests[0]?.values() ?? [])];
  requireRoot(index, subtree.top, multiproofRoot(hash, subtree, leafDigests, siblings, injections));
  return { tree, rows };
}

/** The values of all trees' columns at a query position; of trees of rows, that is in opening order. */
export function rowOfQuery(shape: Shape, opened: readonly OpenedTree[], position: number): number[] {
  const width = opened.reduce((sum, { tree }) => sum + columnCountOf(tree.blocks), 0);
  const values = new Array<number>(width).fill(0);
  for (const { tree, rows } of opened) {
    tree.classes.forEach((heightClass, c) => {
      const row = rows[c]?.get(position >>> (shape.logDomain - heightClass.logLeaves));
      if (row === undefined) throw new Error(`row of query ${position} was not opened`);
      let offset = 0;
      for (const block of heightClass.blocks) {
        // A leaf has each block's rows in turn. They share one only where the class is as tall as the domain.
        const first = offset + (position % tree.rowsPerLeaf) * block.width;
        for (let i = 0; i < block.width; i++) values[block.firstColumn + i] = row[first + i] ?? 0;
        offset += block.width * tree.rowsPerLeaf;
      }
    });
  }
  return values;
}

/** Columns opened at the next row, by index in opening order. */
export function nextColumnsOf(shape: Shape): number[] {
  return shape.blocks.flatMap((block: Block) => Array.from({ length: block.nextWidth }, (_, i) => block.firstColumn + i));
}
