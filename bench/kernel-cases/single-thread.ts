import { keccak_256 } from "@noble/hashes/sha3.js";

import { createExtension } from "../../src/proofs/field/extension.ts";
import { add, inv, mul } from "../../src/proofs/field/koala-bear.ts";
import { packElements } from "../../src/proofs/kernels/leaf-encoding.ts";
import { fold } from "../../src/proofs/kernels/reference/fold.ts";
import { evaluateOnCoset } from "../../src/proofs/kernels/reference/ntt.ts";
import { fromCoordinateColumns, toCoordinateColumns } from "../../src/proofs/kernels/reference/polynomial.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { messagePairBytes } from "../../src/proofs/kernels/wasm/emit/hash-rows-keccak.ts";
import { columnAddresses, columnStride } from "../../src/proofs/kernels/wasm/memory/columns-layout.ts";
import { DeviceTables } from "../../src/proofs/kernels/wasm/memory/device-tables.ts";
import { constantPairs, multiplicationMatrix } from "../../src/proofs/kernels/wasm/memory/extension-constants.ts";
import { KECCAK_CONSTANTS_AT, nodeShapeAt, ONE_AT, R_SQUARED_AT } from "../../src/proofs/kernels/wasm/memory/fixed-memory.ts";
import { Heap } from "../../src/proofs/kernels/wasm/memory/heap.ts";
import { compileKernels, instantiateKernels } from "../../src/proofs/kernels/wasm/memory/kernel-module.ts";
import { keccakMessage } from "../../src/proofs/kernels/wasm/memory/leaf-entries.ts";
import type { KernelCase } from "./kernel-case.ts";
import { columns, elements } from "./random-columns.ts";

const LOG_ROWS = 13;
const ROWS = 2 ** LOG_ROWS;
const DIGEST_BYTES = 26;

/** Kernels called directly, on one thread and on data that is already in the shared memory. */
export async function* singleThreadCases(): AsyncGenerator<KernelCase> {
  const heap = new Heap();
  const kernels = instantiateKernels(compileKernels(), heap.memory);
  const tables = new DeviceTables(heap);
  const twiddles = tables.twiddles(LOG_ROWS);
  const store = (words: ArrayLike<number>): number => {
    const address = heap.allocate(4 * words.length);
    heap.words().set(words, address / 4);
    return address;
  };
  const read = (address: number, count: number): Uint32Array => heap.words().slice(address / 4, address / 4 + count);
  const [a, b] = [elements(1, ROWS), elements(2, ROWS)];
  const [aAt, bAt, target, scratch] = [store(a), store(b), heap.allocate(4 * ROWS), heap.allocate(4 * ROWS)];
  const both = { size: `${ROWS} elements`, unit: "elements", count: ROWS };

  yield {
    kernel: "ntt",
    ...both,
    wasm: async () => {
      heap.words().copyWithin(target / 4, aAt / 4, aAt / 4 + ROWS);
      kernels.ntt(target, 4 * ROWS, LOG_ROWS % 2, twiddles.blocks, twiddles.tail, twiddles.tailStride);
      return read(target, ROWS);
    },
    reference: async () => evaluateOnCoset(a, LOG_ROWS, 1),
  };

  yield {
    kernel: "multiply",
    ...both,
    wasm: async () => {
      // a Montgomery product of a·R and b, as the constraint programs compute it
      kernels.mulVectors(scratch, aAt, 16, R_SQUARED_AT, 0, 4 * ROWS);
      kernels.mulVectors(target, scratch, 16, bAt, 16, 4 * ROWS);
      return read(target, ROWS);
    },
    reference: async () => a.map((x, i) => mul(x, b[i] ?? 0)),
  };

  yield {
    kernel: "add",
    ...both,
    wasm: async () => {
      kernels.addVectors(target, aAt, 16, bAt, 16, 4 * ROWS);
      return read(target, ROWS);
    },
    reference: async () => a.map((x, i) => add(x, b[i] ?? 0)),
  };

  yield {
    kernel: "batchInversion",
    ...both,
    wasm: async () => {
      kernels.mulVectors(target, aAt, 16, R_SQUARED_AT, 0, 4 * ROWS);
      kernels.invertVectors(target, scratch, 4 * ROWS);
      kernels.mulVectors(target, target, 16, ONE_AT, 0, 4 * ROWS);
      return read(target, ROWS);
    },
    reference: async () => a.map(inv),
  };

  const field = createExtension(5);
  const challenge = [...elements(3, 5)];
  const stride = columnStride(LOG_ROWS);
  const coordinates = columns(5, LOG_ROWS);
  const polynomial = heap.allocate(5 * stride);
  coordinates.forEach((column, k) => heap.words().set(column, (polynomial + k * stride) / 4));
  const sums = heap.allocate(5 * stride);
  const readCoordinates = (count: number): Uint32Array[] => columnAddresses(sums, 5, LOG_ROWS).map((at) => read(at, count));

  const pairs = store(constantPairs(challenge));
  yield {
    kernel: "accumulate",
    ...both,
    size: `${ROWS} elements by a quintic constant`,
    wasm: async () => {
      heap.words().fill(0, sums / 4, sums / 4 + (5 * stride) / 4);
      kernels.accumulate5(sums, stride, aAt, 16, pairs, 4 * ROWS);
      return readCoordinates(ROWS);
    },
    reference: async () => challenge.map((c) => a.map((x) => mul(x, c))),
  };

  const matrix = store(multiplicationMatrix(field, challenge));
  yield {
    kernel: "friFold",
    size: `${ROWS} quintic coefficients by 8`,
    unit: "coefficients",
    count: ROWS,
    wasm: async () => {
      kernels.foldExtension5(polynomial, stride, sums, stride, ROWS / 8, 8, matrix);
      return readCoordinates(ROWS / 8);
    },
    reference: async () => toCoordinateColumns(field, fold(field, fromCoordinateColumns(coordinates), 8, challenge)),
  };

  const digests = heap.allocate(DIGEST_BYTES * ROWS);
  const readDigests = (at: number, count: number): Uint8Array[] =>
    Array.from({ length: count }, (_, i) => new Uint8Array(heap.memory.buffer, at + DIGEST_BYTES * i, DIGEST_BYTES).slice());
  const rows = 64;
  // The parts of one stack column, and a wide trace.
  for (const width of [16, 140]) {
    const trace = columns(width, 6);
    const traceAt = heap.allocate(width * columnStride(6));
    const addresses = columnAddresses(traceAt, width, 6);
    trace.forEach((column, i) => heap.words().set(column, (addresses[i] ?? 0) / 4));
    const message = keccakMessage(addresses, 8);
    const messageAt = store([...message.groups, ...message.entries]);
    const entriesAt = messageAt + 4 * message.groups.length;
    const entriesEnd = entriesAt + 4 * message.entries.length;
    const messages = heap.allocate(messagePairBytes(width));
    yield {
      kernel: "keccakLeaves",
      size: `${rows} rows of ${width} elements`,
      unit: "elements",
      count: rows * width,
      wasm: async () => {
        const shape = [0, rows, 4, messages, digests, DIGEST_BYTES, DIGEST_BYTES, KECCAK_CONSTANTS_AT];
        kernels.hashAdjacentRowsKeccak(messageAt, entriesAt, entriesAt, entriesEnd, ...shape);
        return readDigests(digests, rows);
      },
      reference: async () =>
        Array.from({ length: rows }, (_, row) => {
          const leaf = trace.map((column) => column[row] ?? 0);
          return keccak_256(packElements(leaf, 8)).slice(0, DIGEST_BYTES);
        }),
    };
  }

  const nodes = 512;
  const pairsOfDigests = Uint8Array.from({ length: 2 * nodes * DIGEST_BYTES }, (_, i) => (i * 151) & 255);
  const pairsAt = heap.allocate(pairsOfDigests.length);
  new Uint8Array(heap.memory.buffer).set(pairsOfDigests, pairsAt);
  yield {
    kernel: "keccakNodes",
    size: `${nodes} pairs of ${DIGEST_BYTES} bytes`,
    unit: "nodes",
    count: nodes,
    wasm: async () => {
      const shape = nodeShapeAt(DIGEST_BYTES);
      kernels.hashNodesKeccak(pairsAt, nodes, digests, DIGEST_BYTES, shape, DIGEST_BYTES, KECCAK_CONSTANTS_AT);
      return readDigests(digests, nodes);
    },
    reference: async () =>
      Array.from({ length: nodes }, (_, i) =>
        keccak_256(pairsOfDigests.subarray(2 * DIGEST_BYTES * i, 2 * DIGEST_BYTES * (i + 1))).slice(0, DIGEST_BYTES),
      ),
  };

  const compressor = createCompressor();
  const compressions = 256;
  const tags = Uint32Array.from({ length: compressions }, (_, i) => i % 12);
  const inputs = elements(7, 16 * compressions);
  const outputs = new Uint32Array(8 * compressions);
  yield {
    kernel: "poseidonCompress",
    size: `${compressions} compressions`,
    unit: "compressions",
    count: compressions,
    wasm: async () => {
      compressor.compressBatch(compressions, tags, inputs, outputs);
      return outputs.slice();
    },
    reference: async () =>
      Uint32Array.from(
        Array.from({ length: compressions }, (_, i) => {
          const half = (start: number): number[] => [...inputs.subarray(16 * i + start, 16 * i + start + 8)];
          return compress(tags[i] ?? 0, half(0), half(8));
        }).flat(),
      ),
  };
}
