import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { mul, P } from "../../src/proofs/field/koala-bear.ts";
import { smallInverse } from "../../src/proofs/field/small-inverse.ts";

describe("inverses that are kept", () => {
  it("times what they are of are 1, on both sides of 0 and of 2^20, asked for once or again", () => {
    for (const size of [1, 2, 65_535, 2 ** 20 - 1, 2 ** 20, 2 ** 20 + 1, P - 1])
      for (const value of [size, -size, size])
        assert.equal(mul(smallInverse(value), value < 0 ? value + P : value), 1, `${value}`);
  });

  it("is 0 for 0, as rows have it where nothing differs", () => {
    assert.equal(smallInverse(0), 0);
    assert.equal(smallInverse(-0), 0);
  });
});
