import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { capLevel } from "../../src/stark/openings/caps.ts";

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
