import type { Backend, Columns, Commitment } from "../backend.ts";
import { HeldTrees } from "../held-trees.ts";
import { prepare } from "../programs/encode-program.ts";
import { threadCompressor } from "../wasm/compressor.ts";
import { PagedStore } from "./card/columns-store.ts";
import { emptyDevice } from "./card/empty-device.ts";
import type { GpuDevice } from "./card/gpu.ts";
import { type CardTimes, Machine } from "./card/machine.ts";
import { kernelsOfProofs } from "./kernels/kernels-of-proofs.ts";
import { type CardTree, commit, readLayer, releaseTree } from "./operations/commit.ts";
import { deep } from "./operations/deep.ts";
import { evaluateAt } from "./operations/evaluate.ts";
import { fold } from "./operations/fold.ts";
import { grind } from "./operations/grind.ts";
import { mapRows } from "./operations/map-rows.ts";
import { open } from "./operations/open.ts";
import { quotient } from "./operations/quotient.ts";
import { runningSums } from "./operations/running-sums.ts";
import { combineParts, evaluateParts, layOut, layProgressions } from "./operations/stack-columns.ts";
import { foldNeighbours, roundSums } from "./operations/stack-rounds.ts";
import { interpolate } from "./operations/transform.ts";
import { type CardDevice, withScratch } from "./card/scratch.ts";

/** Bytes of the card's memory that a backend takes at most, by default. */
const DEFAULT_CARD_BYTES = 3 * 2 ** 30;

/** No slice of work takes a card that long: drivers end a dispatch of two seconds. */
const DEFAULT_SILENCE_MS = 60_000;

/** The backend of a graphics card, with a look at its memory. */
export interface WebgpuBackend extends Backend {
  /** Bytes on the card that handles and running operations hold. */
  memoryInUse(): number;
  /** The most that these bytes have been. */
  mostMemoryInUse(): number;
  /**
   * The most bytes that work takes, which goes through its operations on a card that computes nothing: the bytes do not depend on
   * values. Rejects with CardMemoryExceeded where there are fewer, and as the work does. The card itself gets nothing.
   */
  plan(work: (backend: Backend) => Promise<unknown>): Promise<number>;
  /** Gives the card the memory back that no handle holds: other threads' proofs, and the screen, find it. */
  rest(): void;
  /**
   * Resolves once the card owes no answer, however long that takes: Dawn ends the process where one is left when its thread ends.
   * Call it after `close`.
   */
  settled(): Promise<void>;
  /**
   * Compiles, outside the calling thread, all kernels that proofs over this extension dispatch. Rejects with
   * CardFailed.
   */
  compileKernels(degree: number): Promise<void>;
}

interface WebgpuBackendOptions {
  readonly device: GpuDevice;
  /** Bytes of the card's memory at most. */
  readonly memory?: number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
  /** Maximum duration of a read while the card finishes no other work, in milliseconds. */
  readonly silenceMs?: number;
}

/**
 * A whole backend in WGSL: it computes what `reference/backend.ts` computes, byte for byte. Columns stay on the card; roots, sums
 * and opened rows come back. Rejects with CardFailed or CardMemoryExceeded where the card does not do it; what a card computes
 * counts only once the processor has verified it. Closing it destroys the device.
 */
export function createWebgpuBackend(options: WebgpuBackendOptions): WebgpuBackend {
  const { device: gpu, memory = DEFAULT_CARD_BYTES, ...times } = options;
  const trees = new HeldTrees<CardTree>();
  const card = openCard(gpu, memory, { silenceMs: DEFAULT_SILENCE_MS, ...times });
  let running: CardDevice | undefined = card;
  const device = (): CardDevice => {
    if (running === undefined) throw new Error("this backend was closed");
    return running;
  };
  return {
    name: "webgpu",
    workers: 1,
    compileKernels: (degree) => device().machine.prepare(kernelsOfProofs(degree)),
    plan: (work) => planned(createWebgpuBackend({ ...options, device: emptyDevice(gpu) }), work),
    mostMemoryInUse: () => card.machine.memory.mostTakenBytes,
    rest: () => running?.machine.memory.dropWaiting(),
    settled: () => card.machine.settled(),
    memoryInUse: () => running?.machine.memory.takenBytes ?? 0,
    upload: async (columns, logRows) => upload(device(), columns, logRows),
    download: async (columns) => download(device(), columns),
    prepare: (uses) => prepare(uses, "direct"),
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
    layOut: async (request) => layOut(device(), request),
    evaluateParts: async (parts, columns, point) => evaluateParts(device(), parts, columns, point),
    combineParts: async (blocks, weights, width) => combineParts(device(), blocks, weights, width),
    layProgressions: async (request) => layProgressions(device(), request),
    roundSums: async (a, b, neighbours, degree) => roundSums(device(), a, b, neighbours, degree),
    foldNeighbours: async (columns, neighbours, challenge) => foldNeighbours(device(), columns, neighbours, challenge),
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
      running = undefined;
      trees.clear();
      await card.machine.close();
    },
  };
}

async function planned(counting: WebgpuBackend, work: Parameters<WebgpuBackend["plan"]>[0]): Promise<number> {
  try {
    await work(counting);
    return counting.mostMemoryInUse();
  } finally {
    await counting.close();
  }
}

function openCard(gpu: GpuDevice, memory: number, times: CardTimes): CardDevice {
  const machine = new Machine(gpu, memory, times);
  return { machine, columns: new PagedStore(machine) };
}

async function upload(device: CardDevice, columns: readonly Uint32Array[], logRows: number): Promise<Columns> {
  for (const column of columns) {
    if (column.length !== 2 ** logRows) throw new RangeError(`a column of 2^${logRows} rows has ${column.length} elements`);
  }
  return withScratch(device, (scratch) => {
    const stored = scratch.columns(columns.length, logRows);
    stored.places.forEach(({ buffer, offset }, i) => {
      const column = columns[i];
      if (column !== undefined) device.machine.write(buffer, offset, column);
    });
    return device.columns.handle(scratch.keep(stored));
  });
}

async function download(device: CardDevice, handle: Columns): Promise<Uint32Array[]> {
  return withScratch(device, async (scratch) => {
    const { places, pages, logRows } = scratch.retain(device.columns.get(handle));
    const rows = 2 ** logRows;
    const downloaded: Uint32Array[] = [];
    for (const page of pages) {
      const count = places.filter(({ buffer }) => buffer === page).length;
      const words = await device.machine.read(page, 0, rows * count);
      for (let i = 0; i < count; i++) downloaded.push(words.slice(rows * i, rows * (i + 1)));
    }
    return downloaded;
  });
}
