import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { createReferenceBackend } from "../../src/proofs/kernels/reference/backend.ts";
import { capLevel, capLevels } from "../../src/proofs/stark/openings/caps.ts";
import { createShape } from "../../src/proofs/stark/systems/shape.ts";
import { leafParameters, squaresLeafSystem } from "../recursion/squares-leaf.ts";

describe("the level of a cap", () => {
  /** Nodes that q queries hash with a cap of level c. */
  const hashed = (queries: number, depth: number, level: number): number => queries * (depth - level) + 2 ** level - 1;

  it("needs the fewest hashes for its queries and depth", () => {
    for (let queries = 1; queries <= 300; queries++)
      for (const depth of [0, 1, 2, 5, 9, 17]) {
        const level = capLevel(queries, depth);
        const all = Array.from({ length: depth + 1 }, (_, c) => hashed(queries, depth, c));
        assert.equal(all[level], Math.min(...all), `${queries} queries, depth ${depth}`);
        assert.equal(all.indexOf(Math.min(...all)), level, "the smaller of two equally good levels");
      }
  });

  it("is that of the design for the queries of the package's proofs", () => {
    assert.deepEqual(
      [193, 118, 97, 41].map((queries) => capLevel(queries, 20)),
      [8, 7, 7, 6],
    );
  });
});

describe("the caps of a proof's trees", () => {
  /** Stack columns of 2^9, so positions of 2^(9 − 4 + 2); layers fold by 2^2 and by 2 until the final polynomial has 2^2. */
  const levels = async (queryCount: number, paths?: "capped"): Promise<number[]> => {
    const system = await squaresLeafSystem(
      { ...leafParameters({ queryCount }), ...(paths && { paths }) },
      createReferenceBackend(),
    );
    const shape = createShape(system, [4, 6, 4]);
    assert.ok(typeof shape !== "number");
    assert.deepEqual([shape.trees.length, shape.logDomain], [4, 7]);
    return capLevels(system.parameters, shape);
  };

  it("are at most as deep as the tree, and layers have fewer leaves", async () => {
    assert.deepEqual(await levels(5, "capped"), [3, 3, 3, 3, 3, 3]);
    assert.deepEqual(await levels(20, "capped"), [5, 5, 5, 5, 5, 4]);
  });

  it("are their roots if the parameters ask for no caps", async () => {
    assert.deepEqual(await levels(20), [0, 0, 0, 0, 0, 0]);
  });
});
