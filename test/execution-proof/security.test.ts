import assert from "node:assert/strict";
import { test } from "node:test";
import { executionParameters } from "../../src/proofs/execution-proof/parameters.ts";
import { runDefinition } from "../../src/proofs/execution-proof/run-system.ts";
import { digestLength } from "../../src/proofs/kernels/tree-hash.ts";
import { kernelRows } from "../../src/proofs/machine/interpreter/kernel.ts";
import { leastProvenBits, proofSecurity } from "../../src/proofs/stark/security/proof-security.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import { committedHeights, compileSystem, type System } from "../../src/proofs/stark/systems/system.ts";
import { provenProgram } from "./support/programs.ts";

const APPLICATION = { circuitDigestElements: 8, statementTerms: 0 };

/** Security does not depend on what is fixed, so any roots serve. */
function kernelSystem(parameters = executionParameters()): System {
  const definition = runDefinition(provenProgram("the kernel", kernelRows()), parameters);
  return compileSystem(
    definition,
    new Map(committedHeights(definition).map((height) => [height, new Uint8Array(digestLength(parameters.hash))])),
  );
}

test("proofs of the kernel's runs have at least 100.3 proven bits, with the fewest queries that do", () => {
  const system = kernelSystem();
  // Columns of 2^12 coefficients, the shortest, on 2^13 points: 194 queries of 1 − (2^11 − 1)/2^13 each, and 20 bits.
  const byHand = 20 - 194 * Math.log2(1 - (2 ** 11 - 1) / 2 ** 13);
  assert.equal(leastProvenBits(system, APPLICATION), Math.floor(10 * byHand) / 10);
  assert.ok(byHand >= 100.3);
  const { queryCount } = system.parameters;
  assert.ok(leastProvenBits(kernelSystem({ ...system.parameters, queryCount: queryCount - 1 }), APPLICATION) < 100.3);
});

test("no proof of the kernel's runs has fewer bits than the key says, and they are those of unique decoding", () => {
  const system = kernelSystem();
  const least = leastProvenBits(system, APPLICATION);
  let shapes = 0;
  for (const height of [6, 8, 10, 12, 14, 16]) {
    for (const tall of [height, 18, 20]) {
      // A few tables high, the others low or absent.
      const shape = createShape(
        system,
        system.tables.map(
          ({ fixedLogRows, optional }, i) => fixedLogRows ?? (i < 2 ? tall : optional && i % 3 === 0 ? 0 : height),
        ),
      );
      if (typeof shape === "number") continue;
      shapes++;
      const report = proofSecurity(system, shape, APPLICATION);
      assert.ok(report.provenBits >= least, `2^${height} and 2^${tall} rows: ${report.provenBits} bits`);
      assert.equal(report.claimed.regime, "unique-decoding");
    }
  }
  assert.ok(shapes >= 10, `${shapes} shapes`);
});
