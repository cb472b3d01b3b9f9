import assert from "node:assert/strict";
import { test } from "node:test";
import { layerName } from "../../src/ecosystem/devnet/view/books/layer-name.ts";

test("D3: what a chain settles on is known by its id", () => {
  const [alpha, x] = [271n, 271n + (1n << 32n)];
  assert.deepEqual([alpha, Number(alpha), x, Number(x), x + (5n << 44n)].map(layerName), [
    "L1",
    "L1",
    "chain 271",
    "chain 271",
    `chain ${x}`,
  ]);
});
