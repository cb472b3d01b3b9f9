import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { createWasmBackend } from "../../src/proofs/kernels/wasm/backend.ts";
import { Heap } from "../../src/proofs/kernels/wasm/memory/heap.ts";
import { compileKernels } from "../../src/proofs/kernels/wasm/memory/kernel-module.ts";
import { startNodeThread } from "../../src/proofs/kernels/wasm/device/node-thread.ts";
import { WorkerPool } from "../../src/proofs/kernels/wasm/device/worker-pool.ts";
import { randomColumns, randomExt } from "./support/random-elements.ts";

const backendFile = new URL("../../src/proofs/kernels/wasm/backend.ts", import.meta.url).href;

test("returns all memory after everything is released", async () => {
  const backend = await createWasmBackend({ workers: 2 });
  const round = async (): Promise<void> => {
    const evaluations = await backend.upload(randomColumns(1, 5, 8), 8);
    const coefficients = await backend.interpolate(evaluations);
    const request = {
      logBlowup: 3,
      shift: 3,
      hash: { kind: "keccak", digestBytes: 26 },
      rowsPerLeaf: 1,
      encoding: "base31",
    } as const;
    const commitment = await backend.commit({ ...request, blocks: [coefficients] });
    const folded = await backend.fold(coefficients, 8, randomExt(1, 5));
    await backend.evaluateAt(coefficients, randomExt(2, 5));
    await backend.open(commitment, [3, 17]);
    const point = randomExt(3, 5);
    const wrong = { blocks: [coefficients], nextWidths: [1], challenge: point, nextWeight: point, degree: 5 };
    await assert.rejects(backend.deep({ ...wrong, points: [point, point], combinedValues: [point, point] }));
    await assert.rejects(backend.commit({ ...request, blocks: [coefficients], rowsPerLeaf: 2 ** 20 }));
    for (const handle of [evaluations, coefficients, commitment, folded]) backend.release(handle);
    backend.release(folded);
  };
  await round();
  const tables = backend.memoryInUse();
  await round();
  assert.equal(backend.memoryInUse(), tables, "only the tables, which depend on sizes alone, stay");
  await backend.close();
  assert.equal(backend.memoryInUse(), 0);
});

test("interpolates in the place of the evaluations, whose handle ends", async () => {
  for (const backend of [await createWasmBackend({ workers: 1 }), createReferenceBackend()]) {
    const evaluations = await backend.upload(randomColumns(1, 2, 5), 5);
    const coefficients = await backend.interpolate(evaluations);
    await assert.rejects(backend.download(evaluations), RangeError);
    await assert.rejects(backend.interpolate(evaluations), RangeError);
    backend.release(evaluations);
    assert.equal((await backend.download(coefficients)).length, 2);
    await backend.close();
  }
});

test("runs operations that are started at the same time", async () => {
  const backend = await createWasmBackend({ workers: 2 });
  const interpolated = async (log: number): Promise<Uint32Array[]> =>
    backend.download(await backend.interpolate(await backend.upload(randomColumns(log, 3, log), log)));
  const alone = [];
  for (const log of [4, 5, 6]) alone.push(await interpolated(log));
  const together = await Promise.all([4, 5, 6].map(interpolated));
  assert.deepEqual(together, alone);
  await backend.close();
});

test("stops a search for a nonce on request, and can be used afterwards", async () => {
  const backend = await createWasmBackend({ workers: 2 });
  const seed = new Uint8Array(32).fill(7);
  await assert.rejects(backend.grind("keccak", seed, 64, AbortSignal.abort(new Error("not even begun"))), /not even begun/);
  const stop = new AbortController();
  const search = backend.grind("keccak", seed, 64, stop.signal);
  const waiting = backend.grind("keccak", seed, 64, stop.signal);
  setTimeout(() => stop.abort(new Error("enough")), 30);
  await assert.rejects(search, /enough/);
  await assert.rejects(waiting, /enough/);
  const nonce = await backend.grind("keccak", seed, 10);
  assert.equal(nonce, await backend.grind("keccak", seed, 10));
  await backend.close();
});

test("returns the smallest nonce although several threads find one at a time", async () => {
  const [backend, reference] = [await createWasmBackend({ workers: 4 }), createReferenceBackend()];
  for (let seed = 0; seed < 50; seed++) {
    const bytes = new Uint8Array(32).fill(seed);
    assert.equal(await backend.grind("keccak", bytes, 4), await reference.grind("keccak", bytes, 4));
  }
  await backend.close();
});

test("stops only the search whose signal says so", async () => {
  const backend = await createWasmBackend({ workers: 1 });
  const stop = new AbortController();
  const first = backend.grind("keccak", new Uint8Array(32).fill(1), 17);
  const second = backend.grind("keccak", new Uint8Array(32).fill(2), 64, stop.signal);
  const refused = assert.rejects(second, /not needed/);
  await new Promise((resolve) => setTimeout(resolve, 1));
  stop.abort(new Error("not needed"));
  assert.equal(typeof (await first), "bigint");
  await refused;
  await backend.close();
});

test("rejects what runs and what comes after when it is closed", async () => {
  const backend = await createWasmBackend({ workers: 1 });
  const search = backend.grind("keccak", new Uint8Array(32), 64);
  const refused = assert.rejects(search, /closed|ended/);
  await new Promise((resolve) => setTimeout(resolve, 20));
  await backend.close();
  await refused;
  await assert.rejects(backend.upload([], 0), /closed/);
  await backend.close();
});

test("reports a thread's failure and continues with the next job", async () => {
  const heap = new Heap();
  const pool = new WorkerPool(2, startNodeThread, compileKernels(), heap);
  const twiddles = { blocks: 0, tail: 0, tailStride: 0 };
  const divide = { kind: "divide", degree: 5, rows: 1, stride: 64, divisions: [], twiddles } as const;
  await assert.rejects(
    pool.run(64, (scratch) => ({ ...divide, taskCount: 1, scratch })),
    /no division 0/,
  );
  assert.deepEqual(await pool.run(64, (scratch) => ({ ...divide, taskCount: 0, scratch })), []);
  assert.equal(heap.takenBytes, 0);
  await pool.close();
});

test("does not keep a process alive that forgets to close it", async () => {
  const script = `
    const { createWasmBackend } = await import(${JSON.stringify(backendFile)});
    const backend = await createWasmBackend({ workers: 2 });
    const columns = await backend.interpolate(await backend.upload([new Uint32Array(16).fill(3)], 4));
    console.log((await backend.download(columns))[0][0]);`;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", script]);
  assert.equal(stdout.trim(), "3");
});

test("refuses a number of workers that makes no sense", async () => {
  for (const workers of [0, -1, 1.5, Number.NaN]) await assert.rejects(createWasmBackend({ workers }), RangeError);
});
