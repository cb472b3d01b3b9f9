import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { GOOD, OPPOSITE, violationsOf } from "./support/points-transaction.ts";

describe("a transaction with a product of pairings that is 1", () => {
  it("fulfils every constraint", () => {
    assert.deepEqual(violationsOf(Buffer.concat([GOOD, OPPOSITE])), []);
  });
});
