import assert from "node:assert/strict";
import { test } from "node:test";
import { executionParameters } from "../../src/execution-proof/parameters.ts";
import { runDefinition } from "../../src/execution-proof/run-system.ts";
import { kernelRows } from "../../src/machine/interpreter/kernel.ts";
import { proofSecurity } from "../../src/stark/security/proof-security.ts";
import { createShape } from "../../src/stark/shape.ts";
import { compileSystem, tallestHeights } from "../../src/stark/system.ts";
import { provenProgram } from "./support/programs.ts";

test("proofs of the kernel's runs have at least 100 proven bits at every height that they may have", () => {
  const definition = runDefinition(provenProgram("the kernel", kernelRows()), executionParameters());
  // Security does not depend on what is fixed, so any roots serve.
  const heights = tallestHeights(definition);
  assert.deepEqual(heights, [16, 17, 18, 19, 20]);
  const system = compileSystem(definition, new Map(heights.map((height) => [height, new Uint8Array(26)])));
  for (const height of heights) {
    // All tables present and as high as they may be together with the tallest: more fractions than any run has.
    const shape = createShape(
      system,
      system.tables.map(({ fixedLogRows }) => fixedLogRows ?? height),
    );
    assert.ok(typeof shape === "object", `2^${height} rows`);
    const { provenBits } = proofSecurity(system, shape, { circuitDigestElements: 0, statementTerms: 0 });
    assert.ok(provenBits >= 100, `2^${height} rows: ${provenBits} bits`);
  }
});
