import assert from "node:assert/strict";
import { test } from "node:test";

import { P } from "../../src/proofs/field/koala-bear.ts";
import { compress } from "../../src/proofs/kernels/poseidon.ts";
import { createCompressor } from "../../src/proofs/kernels/wasm/compressor.ts";
import { elementSource } from "./support/random-elements.ts";

const compressor = createCompressor();

for (const count of [0, 1, 3, 4, 5, 1023, 1024, 1025]) {
  test(`compresses a batch of ${count} as the reference does`, () => {
    const next = elementSource(count + 1);
    const tags = Uint32Array.from({ length: count }, (_, i) => i % 12);
    const inputs = Uint32Array.from({ length: 16 * count }, next);
    const outputs = new Uint32Array(8 * count + 1).fill(7);
    compressor.compressBatch(count, tags, inputs, outputs);
    // Every result near a lane or block boundary, a sample elsewhere: the reference is slow.
    for (let i = 0; i < count; i++) {
      if (i > 8 && i < count - 8 && i % 64 !== 0) continue;
      const expected = compress(tags[i]!, [...inputs.slice(16 * i, 16 * i + 8)], [...inputs.slice(16 * i + 8, 16 * i + 16)]);
      assert.deepEqual([...outputs.slice(8 * i, 8 * i + 8)], expected, `compression ${i}`);
    }
    assert.equal(outputs[8 * count], 7, "writes nothing after the last result");
  });
}

test("handles the edge values 0, 1 and p − 1 in every lane", () => {
  for (const x of [0, 1, P - 1]) {
    for (const y of [0, 1, P - 1]) {
      const left = new Array<number>(8).fill(x);
      const right = new Array<number>(8).fill(y);
      for (const tag of [0, 1, P - 1]) assert.deepEqual(compressor.compress(tag, left, right), compress(tag, left, right));
    }
  }
});

test("handles edge values in any mixture of lanes", () => {
  const next = elementSource(3);
  const edges = [0, 1, P - 1, (P - 1) / 2, (P + 1) / 2, 2 ** 16, P - 2 ** 16];
  for (let i = 0; i < 200; i++) {
    const [left, right] = [0, 1].map(() => Array.from({ length: 8 }, () => edges[next() % edges.length]!));
    assert.deepEqual(compressor.compress(0, left!, right!), compress(0, left!, right!), `${left!.join()}, ${right!.join()}`);
  }
});

test("refuses halves of other lengths than eight", () => {
  const eight = new Array<number>(8).fill(1);
  assert.deepEqual(compressor.compress(0, eight, eight), compress(0, eight, eight));
  for (const other of [[], eight.slice(1), [...eight, 1]]) {
    assert.throws(() => compressor.compress(0, other, eight), RangeError);
    assert.throws(() => compressor.compress(0, eight, other), RangeError);
  }
});

test("refuses arrays that are too short", () => {
  assert.throws(() => compressor.compressBatch(2, new Uint32Array(1), new Uint32Array(32), new Uint32Array(16)), RangeError);
  assert.throws(() => compressor.compressBatch(2, new Uint32Array(2), new Uint32Array(31), new Uint32Array(16)), RangeError);
  assert.throws(() => compressor.compressBatch(2, new Uint32Array(2), new Uint32Array(32), new Uint32Array(15)), RangeError);
});
