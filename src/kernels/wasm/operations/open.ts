import { add, mul, pow, rootOfUnity } from "../../../field/koala-bear.ts";
import type { Opening } from "../../backend.ts";
import { bitReverse } from "../../bit-reversal.ts";
import { assertLeafIndices, multiproofSteps } from "../../multiproof.ts";
import { hashLeaf, hashNode } from "../../tree-hash.ts";
import type { HeightClass } from "../../tree-shape.ts";
import type { StoredColumns } from "../columns-store.ts";
import { Allocations, type Device } from "../device.ts";
import type { RemaindersJob } from "../jobs/remainders.ts";
import { companionOf } from "../montgomery.ts";
import { SMALLEST_LOG_SIZE } from "../transforms.ts";
import { readDigest, type StoredTree } from "./commit.ts";

/** Positions whose points share their sixteenth power: remainders modulo X^16 − c serve them all. */
const RUN = 16;
/** Columns of one task: few, so that wide tables keep all threads busy to the end. */
const COLUMNS_PER_TASK = 8;

type RowReader = (block: StoredColumns, leaf: number) => number[];

/**
 * See `Backend.open`. Rows are evaluated from the coefficients again; digests below the first stored layer are hashed
 * again for the groups of leaves that were opened.
 */
export async function open(device: Device, tree: StoredTree, leaves: readonly number[]): Promise<Opening> {
  assertLeafIndices(leaves, 2 ** tree.depth);
  const { firstStoredLayer } = tree;
  const groups = [...new Set(leaves.map((leaf) => leaf >> firstStoredLayer))];
  const rows = await readRows(device, tree, groups);
  const layerOf = new Map(tree.classes.flatMap((input) => input.blocks.map((block) => [block, input.layer])));
  const lowerLayers = new Map(groups.map((group) => [group, firstStoredLayer === 0 ? [] : lowerNodes(tree, rows, group)]));
  const siblings = multiproofSteps(leaves, tree.depth).flatMap((step) => {
    if (step.kind !== "sibling") return [];
    const { layer, siblingIndex } = step;
    if (layer >= firstStoredLayer) return [readDigest(device, tree, layer, siblingIndex)];
    const logSpan = firstStoredLayer - layer;
    const digest = lowerLayers.get(siblingIndex >> logSpan)?.[layer]?.[siblingIndex % 2 ** logSpan];
    if (digest === undefined) throw new Error("a sibling lies in a group that was not opened");
    return [digest];
  });
  return {
    leaves: leaves.map((leaf) =>
      Uint32Array.from(tree.blocks.flatMap((block) => rows(block, leaf >> (layerOf.get(block) ?? 0)))),
    ),
    siblings,
  };
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
        const elements = entering.blocks.flatMap((block) => rows(block, index));
        const digest = hashLeaf(hash, encoding, elements, entering.blocks[0]?.addresses.length ?? 0);
        return node === undefined ? digest : hashNode(hash, node, digest);
      }),
    );
  }
  return layers;
}

/** A run of up to 16 positions of one height class, with the remainders of its columns. */
interface Run {
  readonly input: HeightClass<StoredColumns>;
  readonly firstPosition: number;
  /** Address of the remainders, 64 bytes per column, or undefined when the coefficients are so few themselves. */
  readonly remainders: number | undefined;
}

/** Evaluates the rows of all leaves in the given groups; the result looks them up. */
async function readRows(device: Device, tree: StoredTree, groups: readonly number[]): Promise<RowReader> {
  const scratch = new Allocations(device.heap);
  try {
    const runs = groups.flatMap((group) => tree.classes.flatMap((input) => runsOf(tree, input, group, scratch)));
    const jobGroups = remainderGroups(tree, runs, scratch, device.pool.size);
    if (jobGroups.length > 0) {
      await device.pool.run(0, (jobScratch) => ({
        kind: "remainders",
        taskCount: jobGroups.length,
        scratch: jobScratch,
        twiddles: device.tables.twiddles(0),
        groups: jobGroups,
      }));
    }
    const values = new Map<StoredColumns, Map<number, number[]>>();
    for (const run of runs) evaluateRun(device, tree, run, values);
    return (block, leaf) =>
      Array.from({ length: tree.request.rowsPerLeaf }, (_, row) => {
        const found = values.get(block)?.get(leaf * tree.request.rowsPerLeaf + row);
        if (found === undefined) throw new Error(`row ${row} of leaf ${leaf} was not evaluated`);
        return found;
      }).flat();
  } finally {
    scratch.free();
  }
}

/** The job's tasks: the columns of each height class a few at a time, each with all of the class's runs. */
function remainderGroups(tree: StoredTree, runs: readonly Run[], scratch: Allocations, threads: number): RemaindersJob["groups"] {
  return tree.classes.flatMap((input) => {
    const moduli = runs.flatMap(({ input: { layer }, firstPosition, remainders }) => {
      if (layer !== input.layer || remainders === undefined) return [];
      const constant = pow(pointAt(tree, input, firstPosition), RUN);
      return [{ constant: scratch.store([constant, companionOf(constant)]), target: remainders }];
    });
    if (moduli.length === 0) return [];
    const columns = input.blocks.flatMap((block) => block.addresses);
    const perTask = Math.min(COLUMNS_PER_TASK, Math.ceil(columns.length / threads));
    return Array.from({ length: Math.ceil(columns.length / perTask) }, (_, task) => ({
      columns: columns.slice(task * perTask, (task + 1) * perTask),
      bytes: 4 * 2 ** input.logRows,
      moduli: moduli.map(({ constant, target }) => ({ constant, target: target + 4 * RUN * task * perTask })),
    }));
  });
}

function runsOf(tree: StoredTree, input: HeightClass<StoredColumns>, group: number, scratch: Allocations): Run[] {
  const { rowsPerLeaf } = tree.request;
  const firstLeaf = (group * 2 ** tree.firstStoredLayer) >> input.layer;
  const leafCount = Math.max(1, (2 ** tree.firstStoredLayer) >> input.layer);
  const width = input.blocks.reduce((sum, block) => sum + block.addresses.length, 0);
  const runs: Run[] = [];
  for (let position = 0; position < leafCount * rowsPerLeaf; position += RUN) {
    const remainders = input.logRows < SMALLEST_LOG_SIZE ? undefined : scratch.take(4 * RUN * width);
    runs.push({ input, firstPosition: firstLeaf * rowsPerLeaf + position, remainders });
  }
  return runs;
}

/** shift^k · ω^bitrev(position) on the domain of one height class. */
function pointAt(tree: StoredTree, input: HeightClass, position: number): number {
  const logDomain = input.logRows + tree.request.logBlowup;
  return mul(pow(tree.request.shift, 2 ** input.layer), pow(rootOfUnity(logDomain), bitReverse(position, logDomain)));
}

function evaluateRun(device: Device, tree: StoredTree, run: Run, values: Map<StoredColumns, Map<number, number[]>>): void {
  const words = device.heap.words();
  const { input, firstPosition, remainders } = run;
  const length = remainders === undefined ? 2 ** input.logRows : RUN;
  const count = Math.min(RUN, Math.max(1, (2 ** tree.firstStoredLayer) >> input.layer) * tree.request.rowsPerLeaf);
  let column = 0;
  const sources = input.blocks.map((block) => ({
    block,
    starts: block.addresses.map((address) => (remainders === undefined ? address : remainders + 4 * RUN * column++) / 4),
  }));
  for (let position = firstPosition; position < firstPosition + count; position++) {
    const x = pointAt(tree, input, position);
    for (const { block, starts } of sources) {
      const rows = values.get(block) ?? new Map<number, number[]>();
      values.set(block, rows);
      if (rows.has(position)) continue;
      rows.set(
        position,
        starts.map((start) => {
          let sum = 0;
          for (let i = length - 1; i >= 0; i--) sum = add(mul(sum, x), words[start + i] ?? 0);
          return sum;
        }),
      );
    }
  }
}
