import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { AirBuilder } from "../../src/proofs/stark/constraints/air.ts";
import type { ProverInput } from "../../src/proofs/stark/proving/prover-input.ts";
import { fibonacciInput, fibonacciSystem } from "./airs/fibonacci.ts";
import { powersInput, powersSystem } from "./airs/powers.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { squaresInput, squaresSystem } from "./airs/squares.ts";
import { checkTraces, checkConstraints } from "./check-traces.ts";

const parameters = smallParameters();
const fibonacci = fibonacciSystem(parameters);
const squares = await squaresSystem(parameters, createReferenceBackend());
const squaresTrace = squaresInput({ squares: 3, requests: 4 }, { start: 1, stride: 2, realRows: 7 });

function withCell(input: ProverInput, table: number, column: number, row: number, value: number): ProverInput {
  const traces = input.traces.map((columns) => columns.map((values) => values.slice()));
  traces[table]![column]![row] = value;
  return { ...input, traces };
}

describe("checkTraces", () => {
  it("finds nothing in traces that satisfy their systems", () => {
    assert.deepEqual(checkTraces(fibonacci, fibonacciInput(11), { limit: 10 }), []);
    assert.deepEqual(checkTraces(powersSystem(smallParameters({ maxConstraintDegree: 9 })), powersInput(5)), []);
    assert.deepEqual(checkTraces(squares, squaresTrace), []);
  });

  it("names table, constraint, scope and row", () => {
    const wrong = withCell(fibonacciInput(11), 0, 2, 1500, 7);
    assert.deepEqual(checkTraces(fibonacci, wrong), [
      { kind: "constraint", table: "fibonacci", constraint: "copy", scope: "everyRow", row: 1500 },
    ]);
  });

  it("lists violations by row, up to the limit", () => {
    const wrong = withCell(fibonacciInput(5), 0, 1, 20, 7);
    const named = (limit: number) =>
      checkTraces(fibonacci, wrong, { limit }).map(
        (violation) => violation.kind === "constraint" && [violation.constraint, violation.row],
      );
    assert.deepEqual(named(10), [
      ["next b", 19],
      ["next a", 20],
      ["next b", 20],
    ]);
    assert.deepEqual(named(2), [
      ["next b", 19],
      ["next a", 20],
    ]);
  });

  it("checks boundaries on their row only", () => {
    const input = fibonacciInput(3);
    const constraints = (changed: ProverInput) =>
      checkTraces(fibonacci, changed, { limit: 9 }).flatMap((violation) =>
        violation.kind === "constraint" ? [violation.constraint] : [],
      );
    assert.deepEqual(constraints({ ...input, statement: Uint8Array.of(2, 1) }), ["first a"]);
    assert.deepEqual(constraints({ ...input, statement: Uint8Array.of(1, 2) }), ["first b"]);
    assert.deepEqual(constraints({ ...input, auxiliary: [[1]] }), ["last b"]);
  });

  it("names the bus, the unmatched message, its balance and who said it first", () => {
    const missing = withCell(squaresTrace, 2, 0, 5, 0);
    assert.deepEqual(checkTraces(squares, missing, { limit: 9 }), [
      { kind: "bus", bus: "range", message: [5], balance: 1, table: "requests", row: 2 },
    ]);
    const unasked = withCell(squaresTrace, 0, 2, 0, 3);
    assert.deepEqual(checkTraces(squares, unasked, { limit: 9 }), [
      { kind: "bus", bus: "squares", message: [0, 0], balance: -3, table: "squares", row: 0 },
    ]);
    assert.deepEqual(checkTraces(squares, withCell(squaresTrace, 2, 0, 5, P - 1), { limit: 9 }), [
      { kind: "bus", bus: "range", message: [5], balance: 2, table: "requests", row: 2 },
    ]);
  });

  it("tells a wrong message by both halves of the mismatch", () => {
    const wrong = withCell(squaresTrace, 1, 2, 3, 50);
    assert.deepEqual(checkTraces(squares, wrong, { limit: 9 }), [
      { kind: "bus", bus: "squares", message: [7, 49], balance: -1, table: "squares", row: 4 },
      { kind: "bus", bus: "squares", message: [7, 50], balance: 1, table: "requests", row: 3 },
    ]);
  });
});

describe("checkConstraints", () => {
  it("checks only the rows it is given", () => {
    const t = new AirBuilder("counter", 0);
    const x = t.column("x");
    t.assertEqual("counts", "transition", t.next(x), t.add(x, t.constant(1)));
    const air = t.build();
    const columns = { preprocessed: [], main: [Uint32Array.of(0, 1, 5, 3)] };
    assert.deepEqual(
      checkConstraints(air, columns, [], { limit: 9 }).map(({ row }) => row),
      [1, 2],
    );
    assert.deepEqual(checkConstraints(air, columns, [], { limit: 9, rows: [0, 3] }), []);
    assert.deepEqual(
      checkConstraints(air, columns, [], { rows: [2, 3] }).map(({ row }) => row),
      [2],
    );
  });

  it("needs selector and body both nonzero", () => {
    const t = new AirBuilder("selected", 0);
    const x = t.column("x");
    const on = t.column("on");
    t.assertZero("x is zero where on", "everyRow", x, on);
    const columns = { preprocessed: [], main: [Uint32Array.of(0, 5, 0, 5), Uint32Array.of(0, 0, 1, 1)] };
    assert.deepEqual(
      checkConstraints(t.build(), columns, [], { limit: 9 }).map(({ row }) => row),
      [3],
    );
  });
});
