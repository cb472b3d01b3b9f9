import assert from "node:assert/strict";
import { test } from "node:test";

import { bitReversals, bitReverse } from "../../src/proofs/kernels/bit-reversal.ts";

test("the table of reversed numbers has every number's binary digits from the last to the first", () => {
  for (const bits of [0, 1, 2, 5, 9]) {
    const digits = (k: number): string => k.toString(2).padStart(bits, "0");
    const reversed = Array.from({ length: 2 ** bits }, (_, k) =>
      bits === 0 ? 0 : Number(`0b${[...digits(k)].reverse().join("")}`),
    );
    assert.deepEqual([...bitReversals(bits)], reversed);
    assert.deepEqual(
      reversed.map((_, k) => bitReverse(k, bits)),
      reversed,
    );
  }
});
