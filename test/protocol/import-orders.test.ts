import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { factIndex } from "../../src/ground/protocol/import-kinds.ts";
import { hasOrderForStatement, importOrders, MAX_IMPORT_ORDERS } from "../../src/ground/protocol/import-orders.ts";

/** Imports with this number of each kind. */
function importsOf({ roots = 0, facts = 0, statements = 0 }): readonly { readonly registryIndex: bigint }[] {
  const list = (count: number, first: bigint) => Array.from({ length: count }, (_, i) => ({ registryIndex: first + BigInt(i) }));
  return [...list(roots, 1n), ...list(facts, factIndex(1n, 1n)), ...list(statements, 1n << 254n)];
}

describe("orders of a batch's imports", () => {
  test("are 1 for one kind with an order, a binomial for two, and a factorial for statements", () => {
    assert.equal(importOrders([]), 1);
    assert.equal(importOrders(importsOf({ roots: 256 - 240 })), 1);
    // 20 over 8.
    assert.equal(importOrders(importsOf({ roots: 12, facts: 8 })), 125_970);
    assert.equal(importOrders(importsOf({ statements: 8 })), 40_320);
    // 9! over 2!.
    assert.equal(importOrders(importsOf({ roots: 2, statements: 7 })), 181_440);
  });

  test("of an open batch leave room for a root after each statement: eight statements alone, fewer next to roots and facts", () => {
    const most = ({ roots = 0, facts = 0 }): number => {
      for (let statements = 0; ; statements++)
        if (!hasOrderForStatement(importsOf({ roots, facts, statements }))) return statements;
    };
    assert.deepEqual(
      [most({}), most({ roots: 1 }), most({ roots: 2 }), most({ roots: 12 }), most({ facts: 1 })],
      [8, 7, 6, 4, 7],
    );
    for (const imports of [{ statements: 8 }, { roots: 1, statements: 7 }, { facts: 1, statements: 7 }])
      assert.ok(importOrders(importsOf({ ...imports, roots: (imports.roots ?? 0) + 1 })) <= MAX_IMPORT_ORDERS);
  });
});
