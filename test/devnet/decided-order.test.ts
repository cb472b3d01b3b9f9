import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { requireSameOrder } from "../../src/ecosystem/devnet/chain-nodes/decided-order.ts";
import { wordToHex, type Hex } from "../../src/ground/protocol/hex.ts";

const names = (...numbers: readonly number[]): readonly Hex[] => numbers.map((number) => wordToHex(BigInt(number)));

describe("the recomputed order of a host's chain, as a node compares it", () => {
  const before = names(1, 2, 3, 4);

  test("may be the same, lack a part, or end earlier", () => {
    for (const after of [before, names(1, 3, 4), names(1, 2), names()]) requireSameOrder(before, after, true);
  });

  test("reseal retains the order: two that changed places are refused by name", () => {
    const refused = { name: "DecidedOrderError", code: "OrderChanged" };
    assert.throws(() => requireSameOrder(before, names(2, 1, 3), true), refused);
    assert.throws(() => requireSameOrder(before, names(1, 2, 4, 3), false), refused);
    assert.throws(() => requireSameOrder(before, names(1, 1), true), refused);
  });

  test("may not have what no quorum decided, unless the node was late", () => {
    const refused = { code: "OrderChanged", message: /position 1 .* no quorum decided it/ };
    assert.throws(() => requireSameOrder(before, names(1, 9, 2), true), refused);
    assert.throws(() => requireSameOrder(before, names(1, 9, 2), false), refused);
    assert.throws(() => requireSameOrder(before, names(1, 2, 3, 4, 9), true), { code: "OrderChanged" });
    requireSameOrder(before, names(1, 2, 3, 4, 9, 8), false);
  });
});
