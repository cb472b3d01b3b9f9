import type { Columns, CommitRequest } from "./backend.ts";
import { assertEncoding } from "./tree-hash.ts";

/** The blocks of one height in a commitment. Its rows enter the tree at the layer that has `leafCount` nodes. */
export interface HeightClass<Block extends Columns = Columns> {
  readonly logRows: number;
  /** Blocks in request order. */
  readonly blocks: readonly Block[];
  /** log2 of the nodes at the layer where the class enters. */
  readonly logLeaves: number;
  /** Layer at which the class enters, 0 being the leaf layer. */
  readonly layer: number;
}

/**
 * The height classes of a commitment, tallest first. Throws RangeError for an empty commitment, for several heights with
 * more than one row per leaf, for a leaf larger than the domain and for an encoding that does not fit the hash or blocks.
 */
export function heightClasses<Block extends Columns>(
  request: Omit<CommitRequest, "blocks"> & { readonly blocks: readonly Block[] },
): HeightClass<Block>[] {
  assertEncoding(request.hash, request.encoding);
  const logRowsPerLeaf = Math.log2(request.rowsPerLeaf);
  const heights = [...new Set(request.blocks.map((block) => block.logRows))].sort((a, b) => b - a);
  const tallest = heights[0];
  if (tallest === undefined) throw new RangeError("a commitment needs at least one block");
  if (!Number.isInteger(logRowsPerLeaf) || logRowsPerLeaf > tallest + request.logBlowup) {
    throw new RangeError(`${request.rowsPerLeaf} rows per leaf do not divide a domain of 2^${tallest + request.logBlowup}`);
  }
  if (heights.length > 1 && request.rowsPerLeaf !== 1) {
    throw new RangeError("blocks of different heights can only be committed one row per leaf");
  }
  if (request.encoding === "extension31" && new Set(request.blocks.map((block) => block.width)).size > 1) {
    throw new RangeError("blocks committed as extension elements must all have the extension's degree as their width");
  }
  return heights.map((logRows) => ({
    logRows,
    blocks: request.blocks.filter((block) => block.logRows === logRows),
    logLeaves: logRows + request.logBlowup - logRowsPerLeaf,
    layer: tallest - logRows,
  }));
}
