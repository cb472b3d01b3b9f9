import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { syntheticDefinition, syntheticInput } from "../../bench/synthetic-system.ts";
import { compileSystem, tallestHeights } from "../../src/proofs/stark/systems/system.ts";
import { smallParameters } from "./airs/small-parameters.ts";
import { checkTraces } from "./check-traces.ts";

describe("the synthetic system that the engine is measured on", () => {
  const definition = syntheticDefinition(1, smallParameters());
  // Any roots do where nothing is proven.
  const system = compileSystem(definition, new Map(tallestHeights(definition).map((height) => [height, new Uint8Array(26)])));

  it("has the planned number of tables, columns and constraints", () => {
    const sum = (of: (table: (typeof system.tables)[number]) => number) =>
      system.tables.reduce((total, table) => total + of(table), 0);
    assert.equal(system.tables.length, 22);
    assert.equal(
      sum(({ mainWidth }) => mainWidth),
      5033,
    );
    assert.equal(
      sum(({ lookupWidth }) => lookupWidth),
      1980,
    );
    assert.equal(system.constraintCount, 6346);
    assert.equal(system.constraintDegree, 3);
  });

  it("is satisfied by its input", () => {
    assert.deepEqual(checkTraces(system, syntheticInput(1)), []);
  });
});
