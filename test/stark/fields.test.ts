import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import { defineBus } from "../../src/proofs/stark/constraints/bus.ts";
import { traceColumns } from "../../src/proofs/stark/rows/trace-columns.ts";

const FIELDS = { real: 1, word: 3, sum: 1 } as const;

describe("columns declared once", () => {
  it("give the builder expressions and names, in the order of the fields", () => {
    const t = new AirBuilder("table", 0);
    const { real, word, sum } = t.declare(FIELDS);
    t.assertZero("uses all", "everyRow", t.add(real, ...word, sum));
    const air = t.build();
    assert.deepEqual(air.columnNames, ["real", "word[0]", "word[1]", "word[2]", "sum"]);
    assert.deepEqual(
      [real, ...word, sum].map(({ node }) => air.nodes[node]),
      [0, 1, 2, 3, 4].map((column) => ({ kind: "column", phase: "main", column, next: false })),
    );
  });

  it("give preprocessed columns the same way", () => {
    const t = new AirBuilder("table", 0);
    t.declarePreprocessed({ x: 1, y: 2 });
    assert.deepEqual(t.build().preprocessedNames, ["x", "y[0]", "y[1]"]);
  });

  it("give the trace its columns, padded to a power of two", () => {
    const rows = [
      { word: [1, 2, 3], sum: 6, real: 1 },
      { real: 1, word: [4, 5, 6], sum: 15 },
      { real: 1, word: [0, 0, 7], sum: 7 },
    ];
    const padding = () => ({ real: 0, word: [0, 0, 9], sum: 9 });
    assert.deepEqual(traceColumns("table", FIELDS, rows, { padding, minLogRows: 1 }), [
      Uint32Array.of(1, 1, 1, 0),
      Uint32Array.of(1, 4, 0, 0),
      Uint32Array.of(2, 5, 0, 0),
      Uint32Array.of(3, 6, 7, 9),
      Uint32Array.of(6, 15, 7, 9),
    ]);
    assert.equal(traceColumns("table", FIELDS, rows, { padding, minLogRows: 4 })[0]!.length, 16);
    assert.deepEqual(
      traceColumns("table", FIELDS, [], { padding, minLogRows: 4 }).map((column) => column.length),
      [0, 0, 0, 0, 0],
    );
  });

  it("refuse a row with too few or too many elements in a field", () => {
    const padding = () => ({ real: 0, word: [0, 0, 0], sum: 0 });
    const write = (word: readonly number[]) =>
      traceColumns("table", FIELDS, [{ real: 1, word, sum: 0 }], { padding, minLogRows: 1 });
    assert.throws(() => write([1, 2]), /field word of table table has 3 elements, got 2/);
    assert.throws(() => write([1, 2, 3, 4]), /field word of table table has 3 elements, got 4/);
  });

  it("refuse names that an object would put into another order", () => {
    assert.throws(() => new AirBuilder("table", 0).declare({ b: 1, 1: 1 }), /table table has a field '1'/);
  });
});

describe("a bus", () => {
  const BUS = defineBus("words", 7, { operation: 1, word: 2 });

  it("puts a message's elements into the order of its fields", () => {
    const t = new AirBuilder("table", 0);
    const { real, word, sum } = t.declare(FIELDS);
    t.send(BUS, real, { word: word.slice(1), operation: sum });
    assert.deepEqual(t.build().interactions, [
      { bus: BUS, direction: "send", multiplicity: real.node, message: [sum.node, word[1]!.node, word[2]!.node] },
    ]);
  });

  it("refuses a message with another number of elements", () => {
    const t = new AirBuilder("table", 0);
    const { real, word, sum } = t.declare(FIELDS);
    assert.throws(
      () => t.receive(BUS, real, { operation: sum, word }),
      /field word of a receive of table table on bus words has 2 elements, got 3/,
    );
  });

  it("has a tag from 1 to p − 1", () => {
    for (const tag of [0, -1, P, 1.5, NaN]) assert.throws(() => defineBus("bus", tag, {}), /the tag of bus bus is/);
    assert.equal(defineBus("bus", P - 1, { a: 2, b: 3 }).messageLength, 5);
  });
});
