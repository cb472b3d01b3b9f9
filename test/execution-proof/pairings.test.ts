import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Random } from "../chain/state/support/random.ts";
import { encodedPair, FIRST, INFINITE, randomTwistPoint, SECOND } from "../machine/support/twist-points.ts";
import { byNight, IS_NIGHTLY } from "../support/nightly.ts";
import { pairingMixtures } from "./support/pairing-mixtures.ts";
import { GOOD, OPPOSITE, violationsIn, violationsOf } from "./support/points-transaction.ts";

describe("a transaction with pairings", () => {
  it("fulfils every constraint, whether a point is infinite or outside the subgroup", () => {
    const outside = encodedPair(FIRST, randomTwistPoint(new Random(3)));
    for (const input of [encodedPair(INFINITE.first, SECOND), outside]) assert.deepEqual(violationsOf(input), []);
  });

  it("fulfils every constraint with a sum, a multiple and a point off the curve", () => {
    const point = GOOD.subarray(0, 64);
    const scalar = Buffer.alloc(32, 0xd7);
    assert.deepEqual(violationsOf(Buffer.concat([point, point]), 6), []);
    assert.deepEqual(violationsOf(Buffer.concat([point, scalar]), 7), []);
    assert.deepEqual(violationsOf(scalar, 7), []);
  });

  it("fulfils every constraint together with each other thing that has a weight", () => {
    const [first, ...others] = pairingMixtures();
    for (const contracts of byNight([first!, ...others], [first!])) assert.deepEqual(violationsIn(contracts, GOOD), []);
  });

  it("fulfils every constraint for each number of pairs", { skip: !IS_NIGHTLY }, () => {
    // One more than a transaction's units pay for.
    for (let pairs = 1; pairs <= 24; pairs++)
      assert.deepEqual(violationsOf(Buffer.concat(Array.from({ length: pairs }, (_, i) => (i % 2 === 0 ? GOOD : OPPOSITE)))), []);
  });
});
