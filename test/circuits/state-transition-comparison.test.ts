import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { P } from "../../src/proofs/field/koala-bear.ts";
import type { Digest, InsertionWitness } from "../../src/ground/protocol/state-transition-witness.ts";
import { OUTPUTS, tree, withFirst } from "./support/attack.ts";
import { createRandom } from "./support/random.ts";
import { claim, failingConstraints, forgeTrace } from "./support/scenario.ts";
import { compareDigests } from "./support/state-model.ts";

const witness = tree().batch((t) => [t.insert(0, 0xbbn, 1n, 5n), t.update(1, OUTPUTS)]);
const COMPARISON = /^(comparison|insertion:|keys agree|lane choice|digit|successor flag|only the zero|the second comparison)/;
const NONE: Digest = [0, 0, 0, 0, 0, 0, 0, 0];

/** Failing constraints of the comparison for an insertion whose three keys are chosen freely (no hash has such keys). */
function comparisonFailures(low: Digest, key: Digest, next: Digest): string[] {
  const chosen = withFirst<InsertionWitness>(witness, (first) => ({
    ...first,
    key,
    low: { ...first.low, key: low, nextKey: next },
  }));
  const trace = forgeTrace(chosen);
  return failingConstraints(trace.columns, claim(trace, witness)).filter((name) => COMPARISON.test(name));
}

/** An ascending list of digests whose order is decided in every lane, by one or by almost p, with zeros and p − 1 around. */
function ascending(): Digest[] {
  const random = createRandom(8);
  const digests: Digest[] = [];
  for (let lane = 0; lane < 8; lane++) {
    for (const rest of [0, P - 1]) {
      for (const value of [0, 1, 2 ** 24 - 1, 2 ** 24, 2 ** 24 + 1, 126 * 2 ** 24, P - 2, P - 1]) {
        digests.push(Array.from({ length: 8 }, (_, i) => (i < lane ? 5 : i === lane ? value : rest)));
      }
    }
  }
  for (let i = 0; i < 20; i++) digests.push(Array.from({ length: 8 }, () => random(P)));
  const sorted = digests.sort(compareDigests).filter((digest, i) => i === 0 || compareDigests(digest, digests[i - 1]!) !== 0);
  return sorted.filter((digest) => digest.some((x) => x !== 0));
}

describe("the order of keys in the state transition table", () => {
  const digests = ascending();

  it("accepts every key between its neighbours, whatever lane decides", () => {
    for (let i = 2; i < digests.length; i++) {
      assert.deepEqual(comparisonFailures(digests[i - 2]!, digests[i - 1]!, digests[i]!), [], digests[i - 1]!.join());
    }
    assert.deepEqual(comparisonFailures(NONE, digests[0]!, digests.at(-1)!), []);
  });

  it("accepts every key without a successor, even if its first lanes are zero", () => {
    for (const digest of digests) assert.deepEqual(comparisonFailures(NONE, digest, NONE), [], digest.join());
    for (let zeros = 1; zeros < 8; zeros++) {
      for (const value of [1, P - 1]) {
        const digest = Array.from({ length: 8 }, (_, i) => (i === zeros ? value : 0));
        assert.deepEqual(comparisonFailures(NONE, digest, NONE), [], digest.join());
      }
    }
  });

  it("rejects a key that equals or exceeds its successor, or that its low key equals or exceeds", () => {
    for (let i = 1; i < digests.length - 1; i += 3) {
      const [before, at, after] = [digests[i - 1]!, digests[i]!, digests[i + 1]!];
      for (const [low, key, next] of [
        [at, at, after],
        [before, at, at],
        [at, before, after],
        [before, after, at],
      ] as const) {
        assert.notDeepEqual(comparisonFailures(low, key, next), [], `${low.join()} < ${key.join()} < ${next.join()}`);
      }
    }
  });

  it("rejects the zero digest as a key", () => {
    assert.notDeepEqual(comparisonFailures(NONE, NONE, NONE), []);
    assert.notDeepEqual(comparisonFailures(NONE, NONE, digests[3]!), []);
  });
});
