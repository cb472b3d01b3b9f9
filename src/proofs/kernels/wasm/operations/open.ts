import { add, mul, pow, rootOfUnity } from "../../../field/koala-bear.ts";
import type { Opening } from "../../backend.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { assertLeafIndices, openingSiblings, type OpeningPaths } from "../../multiproof.ts";
import { hashLeaf, hashNode } from "../../tree-hash.ts";
import type { HeightClass } from "../../tree-shape.ts";
import type { StoredColumns } from "../device/columns-store.ts";
import { Allocations, type Device } from "../device/device.ts";
import { type PointRun, type RowsClass, type RowsJob, rowsScratchBytes, RUN } from "../jobs/rows.ts";
import { SMALLEST_LOG_SIZE } from "../memory/transforms.ts";
import { readDigest, type StoredTree } from "./commit.ts";

/** Columns of one task: few, so that wide tables keep all threads busy to the end. */
const COLUMNS_PER_TASK = 8;

/** The rows of one block in a leaf. */
type RowReader = (block: StoredColumns, leaf: number) => Uint32Array;

/**
 * See `Backend.open`. Rows are evaluated from the coefficients again; digests below the first stored layer are hashed
 * again for the groups of leaves that were opened.
 */
export async function open(device: Device, tree: StoredTree, leaves: readonly number[], paths: OpeningPaths): Promise<Opening> {
  assertLeafIndices(leaves, 2 ** tree.depth);
  const { firstStoredLayer } = tree;
  const groups = [...new Set(leaves.map((leaf) => leaf >> firstStoredLayer))];
  const rows = await readRows(device, tree, groups);
  const layerOf = new Map(tree.classes.flatMap((input) => input.blocks.map((block) => [block, input.layer])));
  const lowerLayers = new Map(groups.map((group) => [group, firstStoredLayer === 0 ? [] : lowerNodes(tree, rows, group)]));
  const siblings = openingSiblings(leaves, tree.depth, paths).map(({ layer, siblingIndex }) => {
    if (layer >= firstStoredLayer) return readDigest(device, tree, layer, siblingIndex);
    const logSpan = firstStoredLayer - layer;
    const digest = lowerLayers.get(siblingIndex >> logSpan)?.[layer]?.[siblingIndex % 2 ** logSpan];
    if (digest === undefined) throw new Error("a sibling lies in a group that was not opened");
    return digest;
  });
  return {
    leaves: leaves.map((leaf) => joined(tree.blocks.map((block) => rows(block, leaf >> (layerOf.get(block) ?? 0))))),
    siblings,
  };
}

function joined(parts: readonly Uint32Array[]): Uint32Array {
  const whole = new Uint32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Nodes of one group of leaves below the first stored layer, layer by layer. */
function lowerNodes(tree: StoredTree, rows: RowReader, group: number): Uint8Array[][] {
  const { hash, encoding } = tree.request;
  const layers: Uint8Array[][] = [];
  for (let layer = 0; layer < tree.firstStoredLayer; layer++) {
    const count = 2 ** (tree.firstStoredLayer - layer);
    const entering = tree.classes.find((input) => input.layer === layer);
    const below = layers.at(-1);
    layers.push(
      Array.from({ length: count }, (_, i) => {
        const index = group * count + i;
        const left = below?.[2 * i];
        const right = below?.[2 * i + 1];
        const node = left && right && hashNode(hash, left, right);
        if (entering === undefined) {
          if (node === undefined) throw new Error("the leaf layer of a tree has no rows");
          return node;
        }
        const elements = joined(entering.blocks.map((block) => rows(block, index)));
        const digest = hashLeaf(hash, encoding, elements, entering.blocks[0]?.addresses.length ?? 0);
        return node === undefined ? digest : hashNode(hash, node, digest);
      }),
    );
  }
  return layers;
}

/** Rows of one height class at up to 16 positions that follow each other. */
interface Run {
  readonly firstPosition: number;
  readonly points: readonly number[];
}

/** Evaluates the rows of all leaves in the given groups; the result looks them up. */
async function readRows(device: Device, tree: StoredTree, groups: readonly number[]): Promise<RowReader> {
  const scratch = new Allocations(device.heap);
  try {
    const classes = tree.classes.map((input) => {
      const runs = uniqueRuns(groups.flatMap((group) => runsOf(tree, input, group)));
      const width = input.blocks.reduce((sum, block) => sum + block.addresses.length, 0);
      const isSmall = input.logRows < SMALLEST_LOG_SIZE;
      const targets = runs.map(({ points }) => scratch.take(4 * width * points.length));
      return { input, runs, width, isSmall, targets };
    });
    const large = classes.filter(({ isSmall }) => !isSmall);
    if (large.length > 0) await evaluateLarge(device, large);
    const words = device.heap.words();
    /** Rows by class and position, all blocks of the class in order. */
    const rows = new Map<HeightClass<StoredColumns>, Map<number, Uint32Array>>();
    for (const { input, runs, width, isSmall, targets } of classes) {
      const own = new Map<number, Uint32Array>();
      runs.forEach(({ firstPosition, points }, r) => {
        const start = (targets[r] ?? 0) / 4;
        points.forEach((point, k) => {
          const row = isSmall ? evaluateSmall(words, input, point) : words.slice(start + k * width, start + (k + 1) * width);
          own.set(firstPosition + k, row);
        });
      });
      rows.set(input, own);
    }
    return rowReader(tree, rows);
  } finally {
    scratch.free();
  }
}

function rowReader(
  { classes, request: { rowsPerLeaf } }: StoredTree,
  rows: ReadonlyMap<HeightClass<StoredColumns>, ReadonlyMap<number, Uint32Array>>,
): RowReader {
  const places = new Map<StoredColumns, { readonly rows: ReadonlyMap<number, Uint32Array>; readonly first: number }>();
  for (const input of classes) {
    let first = 0;
    for (const block of input.blocks) {
      places.set(block, { rows: rows.get(input) ?? new Map<number, Uint32Array>(), first });
      first += block.addresses.length;
    }
  }
  return (block, leaf) =>
    joined(
      Array.from({ length: rowsPerLeaf }, (_, i) => {
        const place = places.get(block);
        const row = place?.rows.get(leaf * rowsPerLeaf + i);
        if (place === undefined || row === undefined) throw new Error(`row ${i} of leaf ${leaf} was not evaluated`);
        return row.subarray(place.first, place.first + block.addresses.length);
      }),
    );
}

interface LargeClass {
  readonly input: HeightClass<StoredColumns>;
  readonly runs: readonly Run[];
  readonly width: number;
  readonly targets: readonly number[];
}

/** The columns of each height class a few at a time, each at all of the class's points. */
async function evaluateLarge(device: Device, large: readonly LargeClass[]): Promise<void> {
  const classes = large.map(({ input: { logRows }, runs, width, targets }): RowsClass => {
    return { logRows, runs: runs.map(({ points }, r): PointRun => ({ points, target: targets[r] ?? 0, width })) };
  });
  const groups = large.flatMap(({ input, width }, ofClass): RowsJob["groups"] => {
    const columns = input.blocks.flatMap((block) => block.addresses);
    const perTask = Math.min(COLUMNS_PER_TASK, Math.ceil(width / device.pool.size));
    return Array.from({ length: Math.ceil(width / perTask) }, (_, task) => ({
      ofClass,
      columns: columns.slice(task * perTask, (task + 1) * perTask),
      firstColumn: task * perTask,
    }));
  });
  await device.pool.run(rowsScratchBytes({ classes }), (scratch) => ({
    kind: "rows",
    taskCount: groups.length,
    scratch,
    twiddles: device.tables.twiddles(0),
    classes,
    groups,
  }));
}

/** The runs of a group of leaves; those of leaves that share a row are equal. */
function runsOf(tree: StoredTree, input: HeightClass, group: number): Run[] {
  const { rowsPerLeaf } = tree.request;
  const firstLeaf = (group * 2 ** tree.firstStoredLayer) >> input.layer;
  const leafCount = Math.max(1, (2 ** tree.firstStoredLayer) >> input.layer);
  const count = leafCount * rowsPerLeaf;
  return Array.from({ length: Math.ceil(count / RUN) }, (_, i) => {
    const firstPosition = firstLeaf * rowsPerLeaf + RUN * i;
    const length = Math.min(RUN, count - RUN * i);
    return { firstPosition, points: Array.from({ length }, (_point, k) => pointAt(tree, input, firstPosition + k)) };
  });
}

function uniqueRuns(runs: readonly Run[]): Run[] {
  return [...new Map(runs.map((run) => [run.firstPosition, run])).values()];
}

/** shift^k · ω^bitrev(position) on the domain of one height class. */
function pointAt(tree: StoredTree, input: HeightClass, position: number): number {
  const logDomain = input.logRows + tree.request.logBlowup;
  return mul(pow(tree.request.shift, 2 ** input.layer), pow(rootOfUnity(logDomain), bitReverse(position, logDomain)));
}

/** A row of columns with fewer coefficients than kernels take. */
function evaluateSmall(words: Uint32Array, { blocks, logRows }: HeightClass<StoredColumns>, point: number): Uint32Array {
  const starts = blocks.flatMap((block) => block.addresses.map((address) => address / 4));
  return Uint32Array.from(starts, (start) => {
    let sum = 0;
    for (let i = 2 ** logRows - 1; i >= 0; i--) sum = add(mul(sum, point), words[start + i] ?? 0);
    return sum;
  });
}
