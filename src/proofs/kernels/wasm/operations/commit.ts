import { mul, inv } from "../../../field/koala-bear.ts";
import type { CommitRequest, TreeHash } from "../../backend.ts";
import { digestLength, digestToBytes } from "../../tree-hash.ts";
import { type HeightClass, heightClasses } from "../../tree-shape.ts";
import type { StoredColumns } from "../device/columns-store.ts";
import { type Device, ownThread } from "../device/device.ts";
import { type CommitJob, commitScratchBytes, hashNodes } from "../jobs/commit.ts";
import type { JobBase } from "../jobs/task.ts";
import { R } from "../../montgomery.ts";

/**
 * Large trees store no layer below this one, which would be seven eighths of their digests. Openings compute
 * the few digests that they need, from the opened rows and their neighbours.
 */
const FIRST_STORED_LAYER = 3;
/** More rows are in leaves of FRI alone: its trees' digests are few, and the rows to compute again would be many. */
const MOST_PRUNED_ROWS = 2;

/** A committed tree: its stored layers and what they were computed from. */
export interface StoredTree {
  readonly request: Omit<CommitRequest, "blocks">;
  /** All blocks in request order. */
  readonly blocks: readonly StoredColumns[];
  readonly classes: readonly HeightClass<StoredColumns>[];
  readonly depth: number;
  readonly firstStoredLayer: number;
  /** Addresses of the layers from `firstStoredLayer` to the root. */
  readonly layers: readonly number[];
  readonly allocation: number;
}

/** See `Backend.commit`. */
export async function commit(
  device: Device,
  request: CommitRequest,
): Promise<{ readonly tree: StoredTree; readonly root: Uint8Array }> {
  const blocks = request.blocks.map((block) => device.columns.get(block));
  const classes = heightClasses({ ...request, blocks });
  const tallest = classes[0];
  if (tallest === undefined) throw new RangeError("a commitment needs at least one block");
  const logRowsPerLeaf = Math.log2(request.rowsPerLeaf);
  // A leaf that is longer than the trace domain spans several of its cosets: these are taken together.
  const joined = Math.max(0, logRowsPerLeaf - tallest.logRows);
  const logLeavesPerCoset = tallest.logRows + joined - logRowsPerLeaf;
  const depth = tallest.logLeaves;
  const isPruned = request.hash.kind !== "poseidon" && request.rowsPerLeaf <= MOST_PRUNED_ROWS && depth >= device.prunedDepth;
  const firstStoredLayer = isPruned ? Math.min(FIRST_STORED_LAYER, logLeavesPerCoset) : 0;

  const digestBytes = digestLength(request.hash);
  const layerBytes = Array.from(
    { length: depth - firstStoredLayer + 1 },
    (_, i) => digestBytes * 2 ** (depth - firstStoredLayer - i),
  );
  const allocation = device.heap.allocate(layerBytes.reduce((sum, bytes) => sum + alignLayer(bytes), 0));
  let next = allocation;
  const layers = layerBytes.map((bytes) => {
    const address = next;
    next += alignLayer(bytes);
    return address;
  });

  const job: Omit<CommitJob, keyof JobBase> = {
    kind: "commit",
    classes: classes.map((input) => ({
      logRows: input.logRows,
      logSize: input.logRows + joined,
      layer: input.layer,
      blocks: input.blocks.map((block) => block.addresses),
    })),
    logCosets: request.logBlowup - joined,
    shift: request.shift,
    hash: request.hash,
    encoding: request.encoding,
    rowsPerLeaf: request.rowsPerLeaf,
    firstStoredLayer,
    layers,
  };
  const { blocks: _, ...parameters } = request;
  const tree: StoredTree = { request: parameters, blocks, classes, depth, firstStoredLayer, layers, allocation };
  blocks.forEach((block) => device.columns.retain(block));
  try {
    await device.pool.run(commitScratchBytes(job), (scratch) => ({
      ...job,
      taskCount: 2 ** job.logCosets,
      scratch,
      twiddles: device.tables.twiddles(tallest.logRows + joined),
    }));
    hashTopLayers(device, tree, logLeavesPerCoset);
    return { tree, root: readDigest(device, tree, depth, 0) };
  } catch (error) {
    releaseTree(device, tree);
    throw error;
  }
}

/** Frees the tree's layers and its claim on the columns. */
export function releaseTree(device: Device, tree: StoredTree): void {
  device.heap.free(tree.allocation);
  tree.blocks.forEach((block) => device.columns.drop(block));
}

/** All digests of a stored layer, as every layer of a tree of Poseidon is. */
export function readLayer(device: Device, tree: StoredTree, layer: number): Uint8Array[] {
  if (layer > tree.depth) throw new RangeError(`the tree has no layer ${layer}`);
  return Array.from({ length: 2 ** (tree.depth - layer) }, (_, index) => readDigest(device, tree, layer, index));
}

/** Digest `index` of a stored layer, in its byte form. */
export function readDigest(device: Device, tree: StoredTree, layer: number, index: number): Uint8Array {
  const address = tree.layers[layer - tree.firstStoredLayer];
  if (address === undefined) throw new RangeError(`layer ${layer} of the tree is not stored`);
  const { hash } = tree.request;
  const length = digestLength(hash);
  const bytes = new Uint8Array(device.heap.memory.buffer, address + length * index, length).slice();
  return hash.kind === "poseidon" ? digestToBytes(new Uint32Array(bytes.buffer).map(fromMontgomery)) : bytes;
}

const INVERSE_R = inv(R);

function fromMontgomery(x: number): number {
  return mul(x, INVERSE_R);
}

/** The layers above the cosets' subtrees: too few nodes to share among threads. */
function hashTopLayers(device: Device, tree: StoredTree, logLeavesPerCoset: number): void {
  const { hash }: { readonly hash: TreeHash } = tree.request;
  const thread = ownThread(device);
  for (let layer = logLeavesPerCoset + 1; layer <= tree.depth; layer++) {
    const source = tree.layers[layer - 1 - tree.firstStoredLayer] ?? 0;
    const target = tree.layers[layer - tree.firstStoredLayer] ?? 0;
    hashNodes(thread, hash, source, 2 ** (tree.depth - layer), target, digestLength(hash));
  }
}

/** Layers start on words, with room for the kernels' reads behind the last digest. */
function alignLayer(bytes: number): number {
  return Math.ceil(bytes / 64) * 64 + 64;
}
