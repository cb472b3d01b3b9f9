import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fuzz } from "./fuzz.ts";

describe("random systems", () => {
  it("prove, verify and fail as their traces do (node test/stark/fuzz/fuzz.ts --seconds 600 runs longer)", async () => {
    const counts = await fuzz(1, { cases: 15 });
    assert.ok(counts.wrongTraces > 0 && counts.tamperedProofs > 0);
  });
});
