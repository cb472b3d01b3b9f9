import assert from "node:assert/strict";
import { test } from "node:test";
import { quotientCosets } from "../../src/proofs/kernels/quotient-cosets.ts";

test("a quotient is evaluated on the least power of two of cosets that has its chunks, of which there is one at least", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 8, 9].map(quotientCosets), [1, 2, 4, 4, 8, 8, 16]);
  for (const none of [0, -1, 1.5, NaN, Infinity])
    assert.throws(() => quotientCosets(none), { name: "RangeError", message: `a quotient has one chunk or more, not ${none}` });
});
