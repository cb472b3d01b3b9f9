import assert from "node:assert/strict";
import { test } from "node:test";

import { FIXED_BYTES } from "../../src/proofs/kernels/wasm/memory/fixed-memory.ts";
import { Heap } from "../../src/proofs/kernels/wasm/memory/heap.ts";

test("hands out aligned regions that do not overlap and lie behind the constants", () => {
  const heap = new Heap();
  const sizes = [0, 1, 63, 64, 65, 4096, 100_000];
  const regions = sizes.map((size) => ({ start: heap.allocate(size), size })).sort((a, b) => a.start - b.start);
  regions.forEach(({ start, size }, i) => {
    assert.equal(start % 64, 0);
    assert.ok(start >= FIXED_BYTES);
    assert.ok(start + size <= (regions[i + 1]?.start ?? heap.byteLength));
  });
});

test("joins freed neighbours again, in whatever order they are freed", () => {
  for (const order of [
    [0, 1, 2, 3],
    [3, 2, 1, 0],
    [1, 3, 0, 2],
    [0, 2, 1, 3],
  ]) {
    const heap = new Heap();
    const before = heap.byteLength;
    const quarter = before / 4 - FIXED_BYTES;
    const addresses = order.map(() => heap.allocate(quarter));
    for (const i of order) heap.free(addresses[i]!);
    assert.equal(heap.takenBytes, 0);
    heap.allocate(4 * quarter);
    assert.equal(heap.byteLength, before, "one region of everything is free again");
  }
});

test("grows when nothing fits and keeps what was written", () => {
  const heap = new Heap();
  const small = heap.allocate(4);
  heap.words()[small / 4] = 42;
  const before = heap.byteLength;
  const large = heap.allocate(2 * before);
  heap.words()[(large + 2 * before) / 4 - 1] = 43;
  assert.ok(heap.byteLength > before);
  assert.equal(heap.words()[small / 4], 42);
});

test("grows by no more than the free end lacks", () => {
  const heap = new Heap();
  const before = heap.byteLength;
  heap.allocate(before / 4);
  heap.allocate(2 * before);
  const grown = heap.byteLength - before;
  assert.ok(grown < 1.3 * before, `three quarters of ${before} bytes were free, and twice as many were needed: grew by ${grown}`);
});

test("refuses to free what is not allocated, and to grow beyond 4 GiB", () => {
  const heap = new Heap();
  const address = heap.allocate(100);
  assert.throws(() => heap.free(address + 64), RangeError);
  heap.free(address);
  assert.throws(() => heap.free(address), RangeError);
  assert.throws(() => heap.allocate(2 ** 32), RangeError);
  assert.equal(heap.takenBytes, 0);
});
