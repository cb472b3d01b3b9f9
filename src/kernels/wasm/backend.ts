import { availableParallelism } from "node:os";

import type { Backend, Columns, Commitment } from "../backend.ts";
import { ColumnsStore } from "./columns-store.ts";
import type { Device } from "./device.ts";
import { DeviceTables } from "./device-tables.ts";
import { Heap } from "./heap.ts";
import { compileKernels, instantiateKernels } from "./kernel-module.ts";
import { commit, releaseTree, type StoredTree } from "./operations/commit.ts";
import { deep } from "./operations/deep.ts";
import { evaluateAt } from "./operations/evaluate.ts";
import { fold } from "./operations/fold.ts";
import { grind } from "./operations/grind.ts";
import { interpolate } from "./operations/interpolate.ts";
import { open } from "./operations/open.ts";
import { quotient } from "./operations/quotient.ts";
import { WorkerPool } from "./worker-pool.ts";

/** Options of `createWasmBackend`. */
export interface WasmBackendOptions {
  /** Threads to compute on; by default as many as the machine has cores. */
  readonly workers?: number;
}

/**
 * The fast backend: WebAssembly SIMD kernels on all cores over one shared memory of up to 4 GiB. It computes what
 * `reference/backend.ts` computes, byte for byte. Its threads do not keep the process alive while no operation runs.
 * Throws RangeError for a number of workers that is not a positive integer.
 */
export async function createWasmBackend(options: WasmBackendOptions = {}): Promise<Backend> {
  const workers = options.workers ?? availableParallelism();
  if (!Number.isInteger(workers) || workers < 1) throw new RangeError(`a backend needs at least one worker, not ${workers}`);
  const heap = new Heap();
  const module = compileKernels();
  const device: Device = {
    heap,
    tables: new DeviceTables(heap),
    pool: new WorkerPool(workers, module, heap),
    columns: new ColumnsStore(heap),
    kernels: instantiateKernels(module, heap.memory),
  };
  const trees = new Map<Commitment, StoredTree>();

  return {
    name: "wasm",
    workers,
    upload: async (columns, logRows) => upload(device, columns, logRows),
    download: async (columns) => download(device, columns),
    interpolate: (evaluations) => interpolate(device, evaluations),
    evaluateAt: (coefficients, point) => evaluateAt(device, coefficients, point),
    commit: async (request) => {
      const { tree, root } = await commit(device, request);
      const commitment: Commitment = { root, logLeaves: tree.depth };
      trees.set(commitment, tree);
      return commitment;
    },
    open: async (commitment, leaves) => {
      const tree = trees.get(commitment);
      if (tree === undefined) throw new RangeError("this commitment was released or belongs to another backend");
      return open(device, tree, leaves);
    },
    quotient: (request) => quotient(device, request),
    deep: (request) => deep(device, request),
    fold: (polynomial, arity, challenge) => fold(device, polynomial, arity, challenge),
    grind: (seed, bits, signal) => grind(device, seed, bits, signal),
    release: (handle) => {
      if (!("root" in handle)) {
        device.columns.release(handle);
        return;
      }
      const tree = trees.get(handle);
      if (tree === undefined) return;
      trees.delete(handle);
      releaseTree(device, tree);
    },
    close: async () => {
      trees.clear();
      await device.pool.close();
    },
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
