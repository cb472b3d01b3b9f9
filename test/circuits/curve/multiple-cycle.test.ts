import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { CurveTrace } from "../../../src/circuits/curve/curve-trace.ts";
import { lostBit, twoCycle } from "./support/multiple-cycle.ts";
import { violationsOf } from "./support/multiple-claim.ts";
import { pointSumOfMultiples } from "./support/true-curve-messages.ts";

const NEVER_ASKED = "goes on only if a half is not zero";

describe("rows of curveMultiple that rest on each other", () => {
  it("are refused where the scalars 0 and 0 have a point that is on no curve, by the row that asks for halves of zero alone", async () => {
    const { claim, columns } = twoCycle();
    assert.notDeepEqual(claim.result, pointSumOfMultiples(claim.u, claim.v, claim.point));
    const violations = await violationsOf(claim, columns);
    const refused = [0, 1].map((row) => ({
      ...{ kind: "constraint", table: "curveMultiple", constraint: NEVER_ASKED, scope: "everyRow", row },
    }));
    assert.deepEqual(violations, refused);
  });

  it("are refused where they lose a bit of a scalar: 3 · P = P has no witness", async () => {
    const { claim, columns } = lostBit();
    assert.deepEqual(claim.result, claim.point);
    const violations = await violationsOf(claim, columns);
    // The rows of 0 and 0 and that of 1, whose halves are zero.
    const refused = [0, 1, 2].map((row) => ({
      ...{ kind: "constraint", table: "curveMultiple", constraint: NEVER_ASKED, scope: "everyRow", row },
    }));
    assert.deepEqual(violations, refused);
  });

  it("are not needed: honest rows for the same scalars and point satisfy the system", async () => {
    for (const { u, v, point } of [twoCycle().claim, lostBit().claim]) {
      const trace = new CurveTrace();
      const result = trace.multiple({ u, v, point });
      assert.deepEqual(result, pointSumOfMultiples(u, v, point));
      assert.deepEqual(await violationsOf({ u, v, point, result }, trace.columns(2)), []);
    }
  });
});
