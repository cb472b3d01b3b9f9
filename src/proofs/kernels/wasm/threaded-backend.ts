import type { Backend, Columns, Commitment } from "../backend.ts";
import { HeldTrees } from "../held-trees.ts";
import { ColumnsStore } from "./device/columns-store.ts";
import type { Device } from "./device/device.ts";
import { DeviceTables } from "./memory/device-tables.ts";
import { Heap } from "./memory/heap.ts";
import { compileKernels, instantiateKernels } from "./memory/kernel-module.ts";
import { commit, readLayer, releaseTree, type StoredTree } from "./operations/commit.ts";
import { deep } from "./operations/deep.ts";
import { evaluateAt } from "./operations/evaluate.ts";
import { fold } from "./operations/fold.ts";
import { grind } from "./operations/grind.ts";
import { interpolate } from "./operations/interpolate.ts";
import { mapRows } from "./operations/map-rows.ts";
import { open } from "./operations/open.ts";
import { quotient } from "./operations/quotient.ts";
import { runningSums } from "./operations/running-sums.ts";
import { wasmStackOperations } from "./operations/stack.ts";
import { threadCompressor } from "./compressor.ts";
import { prepare } from "../programs/encode-program.ts";
import { type StartThread, WorkerPool } from "./device/worker-pool.ts";

interface ThreadedBackendOptions {
  /** Threads to compute on. */
  readonly workers: number;
  readonly startThread: StartThread;
  /** Layers from which on a keccak tree of one row or two to a leaf keeps an eighth of its digests; default 20, else of 54 MB. */
  readonly prunedDepth?: number | undefined;
}

const DEFAULT_PRUNED_DEPTH = 20;

/** The fast backend, with a look at its memory. */
export interface WasmBackend extends Backend {
  /** Bytes of the shared memory that handles, tables and running operations hold. */
  memoryInUse(): number;
}

/**
 * The fast backend: WebAssembly SIMD kernels on several threads over one shared memory of up to 4 GiB. It computes what
 * `reference/backend.ts` computes, byte for byte. Throws RangeError for a number of workers that is not a positive integer; a
 * closed backend rejects every call.
 */
export function createThreadedBackend(options: ThreadedBackendOptions): WasmBackend {
  const { workers, startThread, prunedDepth = DEFAULT_PRUNED_DEPTH } = options;
  if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`a backend needs at least one worker, not ${workers}`);
  const trees = new HeldTrees<StoredTree>();
  // Forgotten when the backend is closed, so that its memory can be collected however long the backend itself is kept.
  let running: Device | undefined = createDevice(workers, startThread, prunedDepth);
  const device = (): Device => {
    if (running === undefined) throw new Error("this backend was closed");
    return running;
  };

  return {
    name: "wasm",
    workers,
    memoryInUse: () => running?.heap.takenBytes ?? 0,
    upload: async (columns, logRows) => upload(device(), columns, logRows),
    download: async (columns) => download(device(), columns),
    prepare: (uses) => prepare(uses, "loaded"),
    interpolate: async (evaluations) => interpolate(device(), evaluations),
    mapRows: async (request) => mapRows(device(), request),
    runningSums: async (evaluations, width) => runningSums(device(), evaluations, width),
    evaluateAt: async (coefficients, point) => evaluateAt(device(), coefficients, point),
    commit: async (request) => {
      const { tree, root } = await commit(device(), request);
      const commitment: Commitment = { root, logLeaves: tree.depth };
      trees.set(commitment, tree);
      return commitment;
    },
    open: async (commitment, leaves, paths = "shared") => open(device(), trees.treeOf(commitment), leaves, paths),
    nodes: async (commitment, layer) => readLayer(device(), trees.treeOf(commitment), layer),
    quotient: async (request) => quotient(device(), request),
    deep: async (request) => deep(device(), request),
    fold: async (polynomial, arity, challenge) => fold(device(), polynomial, arity, challenge),
    ...wasmStackOperations(
      device,
      (data, logRows) => upload(device(), data, logRows),
      (handle) => download(device(), handle),
    ),
    grind: async (hash, seed, bits, signal) => grind(device(), hash, seed, bits, signal),
    compress: (tag, left, right) => threadCompressor().compress(tag, left, right),
    release: (handle) => {
      if (running === undefined) return;
      if (!("root" in handle)) {
        running.columns.release(handle);
        return;
      }
      const tree = trees.get(handle);
      if (tree === undefined) return;
      trees.delete(handle);
      releaseTree(running, tree);
    },
    close: async () => {
      const closing = running;
      running = undefined;
      trees.clear();
      await closing?.pool.close();
    },
  };
}

function createDevice(workers: number, startThread: StartThread, prunedDepth: number): Device {
  const heap = new Heap();
  const module = compileKernels();
  return {
    heap,
    tables: new DeviceTables(heap),
    pool: new WorkerPool(workers, startThread, module, heap),
    columns: new ColumnsStore(heap),
    kernels: instantiateKernels(module, heap.memory),
    prunedDepth,
  };
}

function upload(device: Device, columns: readonly Uint32Array[], logRows: number): Columns {
  for (const column of columns) {
    if (column.length !== 2 ** logRows) throw new RangeError(`a column of 2^${logRows} rows has ${column.length} elements`);
  }
  const { handle, stored } = device.columns.create(columns.length, logRows);
  const words = device.heap.words();
  columns.forEach((column, i) => words.set(column, (stored.addresses[i] ?? 0) / 4));
  return handle;
}

function download(device: Device, handle: Columns): Uint32Array[] {
  const { logRows, addresses } = device.columns.get(handle);
  const words = device.heap.words();
  return addresses.map((address) => words.slice(address / 4, address / 4 + 2 ** logRows));
}
