import { createExtension, type Ext } from "../../field/extension.ts";
import { pow } from "../../field/koala-bear.ts";
import type { Backend, Columns, Commitment, CommitRequest, DeepRequest, Opening, QuotientRequest } from "../backend.ts";
import { HeldTrees } from "../held-trees.ts";
import { assertLeafIndices, openingSiblings, type OpeningPaths } from "../multiproof.ts";
import { heightClasses } from "../tree-shape.ts";
import { deepQuotient } from "./deep.ts";
import { fold } from "./fold.ts";
import { grind } from "./grind.ts";
import { compress } from "../poseidon.ts";
import { buildTree } from "./merkle-tree.ts";
import { evaluateOnCoset, interpolate } from "./ntt.ts";
import { evaluateAt, fromCoordinateColumns, toCoordinateColumns } from "./polynomial.ts";
import { quotientCosets } from "../quotient-cosets.ts";
import { tableQuotient } from "./quotient.ts";
import { mapRows, runningSum } from "./row-map.ts";
import { stackOperations } from "./stack.ts";

interface HeldTree {
  readonly layers: readonly (readonly Uint8Array[])[];
  /** Elements of the leaf: per block of the request in order, row by row. */
  leafOf(index: number): Uint32Array;
}

/** Columns by their handles. */
class HeldColumns {
  readonly #data = new Map<Columns, readonly Uint32Array[]>();

  readonly hold = (data: readonly Uint32Array[], logRows: number): Columns => {
    const handle: Columns = { logRows, width: data.length };
    this.#data.set(handle, data);
    return handle;
  };

  /** Throws RangeError for a released handle. */
  readonly dataOf = (handle: Columns): readonly Uint32Array[] => {
    const data = this.#data.get(handle);
    if (data === undefined) throw new RangeError("these columns were released or belong to another backend");
    return data;
  };

  release(handle: Columns): void {
    this.#data.delete(handle);
  }

  clear(): void {
    this.#data.clear();
  }
}

/**
 * The plain backend: one thread, no tricks, every operation as its definition says. It is the oracle of the fast ones and
 * serves small proofs wherever they are not available. Using a released handle throws RangeError.
 */
export function createReferenceBackend(): Backend {
  const columns = new HeldColumns();
  const trees = new HeldTrees<HeldTree>();
  const { hold, dataOf } = columns;
  return {
    name: "reference",
    workers: 1,
    upload: async (uploaded, logRows) => upload(uploaded, logRows, columns),
    download: async (handle) => dataOf(handle).map((column) => column.slice()),
    prepare: () => undefined,
    interpolate: async (evaluations) => {
      const coefficients = hold(dataOf(evaluations).map(interpolate), evaluations.logRows);
      columns.release(evaluations);
      return coefficients;
    },
    mapRows: async (request) => hold(mapRows(request, request.blocks.flatMap(dataOf)), request.logRows),
    runningSums: async (evaluations, width) => dataOf(evaluations).slice(0, width).map(runningSum),
    evaluateAt: async (coefficients, point) => {
      const field = createExtension(point.length);
      return dataOf(coefficients).map((column) => evaluateAt(field, column, point));
    },
    commit: async (request) => commit(request, columns, trees),
    open: async (commitment, leaves, paths = "shared") => open(trees.treeOf(commitment), leaves, paths),
    nodes: async (commitment, layer) => layerOf(trees.treeOf(commitment), layer),
    quotient: async (request) => quotient(request, columns),
    deep: async (request) => deep(request, columns),
    fold: async (polynomial, arity, challenge) => {
      const field = createExtension(challenge.length);
      const folded = fold(field, fromCoordinateColumns(dataOf(polynomial)), arity, challenge);
      return hold(toCoordinateColumns(field, folded), polynomial.logRows - Math.log2(arity));
    },
    grind,
    compress,
    ...stackOperations(hold, dataOf),
    release: (handle) => {
      if ("root" in handle) trees.delete(handle);
      else columns.release(handle);
    },
    close: async () => {
      columns.clear();
      trees.clear();
    },
  };
}

/** Throws RangeError for a column of another length. */
function upload(uploaded: readonly Uint32Array[], logRows: number, { hold }: HeldColumns): Columns {
  for (const column of uploaded) {
    if (column.length !== 2 ** logRows) throw new RangeError(`a column of 2^${logRows} rows has ${column.length} elements`);
  }
  return hold(
    uploaded.map((column) => column.slice()),
    logRows,
  );
}

function commit(request: CommitRequest, { dataOf }: HeldColumns, trees: HeldTrees<HeldTree>): Commitment {
  const classes = heightClasses(request);
  const tallest = Math.max(...request.blocks.map((block) => block.logRows));
  const extended = new Map(
    request.blocks.map((block) => {
      const shift = pow(request.shift, 2 ** (tallest - block.logRows));
      return [block, dataOf(block).map((column) => evaluateOnCoset(column, block.logRows + request.logBlowup, shift))];
    }),
  );
  const rowsOf = (block: Columns, leaf: number): number[] =>
    Array.from({ length: request.rowsPerLeaf }, (_, row) =>
      (extended.get(block) ?? []).map((column) => column[leaf * request.rowsPerLeaf + row] ?? 0),
    ).flat();
  const layers = buildTree(
    classes.map(({ blocks, logLeaves }) => ({
      logLeaves,
      rowWidth: blocks[0]?.width ?? 0,
      rowOf: (leaf) => blocks.flatMap((block) => rowsOf(block, leaf)),
    })),
    request.hash,
    request.encoding,
  );
  const root = layers.at(-1)?.[0];
  if (root === undefined) throw new Error("the tree has no root");
  const commitment: Commitment = { root, logLeaves: layers.length - 1 };
  trees.set(commitment, {
    layers,
    leafOf: (index) => Uint32Array.from(request.blocks.flatMap((block) => rowsOf(block, index >> (tallest - block.logRows)))),
  });
  return commitment;
}

function quotient(request: QuotientRequest, { hold, dataOf }: HeldColumns): Columns {
  const field = createExtension(request.degree);
  const tallest = Math.max(...request.tables.map((table) => table.logRows));
  const rows = 2 ** tallest;
  const sum = new Array<Ext>(quotientCosets(request.chunkCount) * rows).fill(field.zero);
  for (const table of request.tables) {
    const stride = 2 ** (tallest - table.logRows);
    const shift = pow(request.shift, stride);
    tableQuotient(field, table, table.blocks.flatMap(dataOf), sum.length / rows, shift).forEach((c, i) => {
      sum[stride * i] = field.add(sum[stride * i] ?? field.zero, c);
    });
  }
  const chunks = Array.from({ length: request.chunkCount }, (_, j) => sum.slice(j * rows, (j + 1) * rows));
  return hold(
    chunks.flatMap((chunk) => toCoordinateColumns(field, chunk)),
    tallest,
  );
}

function deep(request: DeepRequest, { hold, dataOf }: HeldColumns): Columns {
  const field = createExtension(request.degree);
  const tallest = Math.max(...request.blocks.map((block) => block.logRows));
  const columns = request.blocks.flatMap((block, b) =>
    dataOf(block).map((coefficients, i) => ({ coefficients, openedAtNext: i < (request.nextWidths[b] ?? 0) })),
  );
  return hold(toCoordinateColumns(field, deepQuotient(field, columns, 2 ** tallest, request)), tallest);
}

function open({ layers, leafOf }: HeldTree, leaves: readonly number[], paths: OpeningPaths): Opening {
  const depth = layers.length - 1;
  assertLeafIndices(leaves, 2 ** depth);
  const siblings = openingSiblings(leaves, depth, paths).flatMap(({ layer, siblingIndex }) => {
    const digest = layers[layer]?.[siblingIndex];
    return digest === undefined ? [] : [digest];
  });
  return { leaves: leaves.map((leaf) => leafOf(leaf)), siblings };
}

function layerOf({ layers }: HeldTree, layer: number): readonly Uint8Array[] {
  const digests = layers[layer];
  if (digests === undefined) throw new RangeError(`the tree has no layer ${layer}`);
  return digests;
}
